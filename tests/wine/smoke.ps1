# Every cmdlet once, in PowerShell for Windows; the last line is "smoke: N checks passed". Run by wine.sh, with the module's path, a folder
# for this run and a capture.
param([Parameter(Mandatory)] [string] $Module, [Parameter(Mandatory)] [string] $Place, [Parameter(Mandatory)] [string] $Capture)
Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$checks = 0
function Confirm-That([string] $What, [bool] $Holds, $Found) {
    if (-not $Holds) { throw "$What`: found $($Found | Out-String)" }
    $script:checks++
}

$env:NETTRAFFIC_HOME = $Place
Import-Module $Module
$store = Join-Path $Place store
$copy = Join-Path $Place 'sample copy.pcapng'
Copy-Item -LiteralPath $Capture -Destination $copy

$import = Import-NetCapture $copy -StorePath $store -KeepPackets
Confirm-That 'an import is complete' $import.Complete $import
$total = Get-TrafficSummary -StorePath $store
Confirm-That 'the store has what was imported' ($total.Packets -eq $import.Packets -and $total.Bytes -eq $import.Bytes) $total
Confirm-That 'the capture is completed' ((Get-NetCapture -StorePath $store).State -eq 'Completed') (Get-NetCapture -StorePath $store)
$flows = @(Get-NetFlow -StorePath $store)
Confirm-That 'flows are all there' ($flows.Count -eq $import.Flows) $flows.Count
Confirm-That 'a file gives the same flows' (@(Get-NetFlow -Path $copy).Count -eq $import.Flows) $import.Flows
Confirm-That 'packets are kept' (@(Get-NetPacket -StorePath $store).Count -eq $import.Packets) $import.Packets
$again = Import-NetCapture $copy -StorePath $store -SkipKnown -WarningAction SilentlyContinue
Confirm-That 'a known file is not imported again' ((Get-TrafficSummary -StorePath $store).Packets -eq $import.Packets) $again

foreach ($name in 'flows.csv', 'flows.json', 'flows.parquet', 'packets.pcapng') {
    $file = Join-Path $Place $name
    Export-NetTraffic -Path $file -StorePath $store | Out-Null
    Confirm-That "$name is written" ((Get-Item -LiteralPath $file).Length -gt 1000) $file
}

$csv = Join-Path $Place flows.csv
$held = [IO.File]::Open($csv, 'Open', 'Read', 'Read')
try { Export-NetTraffic -Path $csv -StorePath $store -Force; Confirm-That 'a held file is an error' $false $csv }
catch { Confirm-That 'a held file is named' ($_.FullyQualifiedErrorId -like 'FileInUse,*' -and "$_" -like '*flows.csv*in use*') $_ }
finally { $held.Dispose() }

$segment = Get-ChildItem -LiteralPath (Join-Path $store flows) -Filter *.parquet -Recurse | Select-Object -First 1
$held = [IO.File]::Open($segment.FullName, 'Open', 'Read', 'None')
try { Get-TrafficSummary -StorePath $store; Confirm-That 'a held segment is an error' $false $segment }
catch {
    Confirm-That 'a held segment is in use, and stays' ($_.FullyQualifiedErrorId -like 'FileInUse,*' -and "$_" -like '*.parquet*in use*' -and
        "$_" -notlike '*move*') $_
}
finally { $held.Dispose() }
Confirm-That 'it is all there again' ((Get-TrafficSummary -StorePath $store).Packets -eq $import.Packets) $store

$secret = ConvertTo-SecureString 'hush' -AsPlainText -Force
Set-NetTrafficOption -Retention 30d -Sensor wine -InfluxToken $secret -StorePath $store
$option = Get-NetTrafficOption -StorePath $store
Confirm-That 'options are kept' ($option.Sensor -eq 'wine') $option
$who = @((Get-Acl -LiteralPath (Join-Path $store secrets.json)).Access.IdentityReference | ForEach-Object { "$_" })
Confirm-That 'secrets are for their owner' (-not ($who -match 'Everyone|Users')) $who

$interfaces = @(Get-NetCaptureInterface -ErrorAction SilentlyContinue -ErrorVariable problem)
if ($interfaces) {
    Confirm-That 'interfaces have names for people' (-not ($interfaces.Name -match '\\Device\\')) $interfaces
}
else { Confirm-That 'without Npcap the error says so' ("$problem" -like '*Npcap*') $problem }

$refused = $null
try { Start-NetCapture 'no such adapter' -StorePath $store } catch { $refused = $_ }
Confirm-That 'an unknown interface is refused' ($null -ne $refused) $refused
$refused = $null
try { Test-NetTrafficInflux -StorePath $store } catch { $refused = $_ }
Confirm-That 'without a server it is said' ($refused.FullyQualifiedErrorId -like 'InfluxNotSet,*') $refused
Confirm-That 'help is there' ((Get-Help Import-NetCapture).Synopsis.Length -gt 10) 'Import-NetCapture'

Clear-NetTraffic -OlderThan 0s -StorePath $store -Confirm:$false | Out-Null
Confirm-That 'a cleared store is empty' ((Get-TrafficSummary -StorePath $store -WarningAction SilentlyContinue).Packets -eq 0) $store
"smoke: $checks checks passed"
