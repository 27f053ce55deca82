<#
NetTraffic at work: a live capture of real traffic, an import, summaries, flows, an export, what is known of addresses, the REST API and the
dashboard. Keeps its store in a temporary folder, and asks nobody on the network.
./build.sh demo runs it; so does PowerShell 7.6 after ./build.ps1 build.
#>
param(
    # How long to capture.
    [int] $Seconds = 6
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
if ([Console]::IsOutputRedirected) { $PSStyle.OutputRendering = 'PlainText' }
Import-Module (Join-Path $root NetTraffic.psd1)
. (Join-Path $PSScriptRoot traffic.ps1)
. (Join-Path $PSScriptRoot api.ps1)

function Write-Head([string] $Text) { "`n--- $Text`n" }

# The loopback interface and the one of the default route, as far as this user may capture on them; says why where not.
function Find-DemoInterface {
    foreach ($one in Get-NetCaptureInterface | Where-Object { $_.IsLoopback -or $_.IsDefault }) {
        if ($one.CanCapture) { $one.Name }
        else { Write-Host "Not capturing on $($one.Name): $($one.CaptureProblem)" }
    }
}

function Invoke-DemoCapture([string[]] $Interface, [string] $Store) {
    $job = Start-NetCapture -Interface $Interface -Name demo -FlushInterval 1s -PacketRing 10MB -StorePath $Store
    "Capturing on $($Interface -join ' and ') for $Seconds seconds, with HTTP and DNS of our own over loopback:"
    $server = New-DemoServer
    try {
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $round = 0
        $shown = 0
        while ($clock.Elapsed.TotalSeconds -lt $Seconds) {
            Send-DemoTraffic $server (++$round)
            Start-Sleep -Milliseconds 20
            $whole = [int][Math]::Floor($clock.Elapsed.TotalSeconds)
            if ($whole -gt $shown) {
                $shown = $whole
                $now = $job.Status
                $percent = [Math]::Min(100, 100 * $whole / $Seconds)
                Write-Progress 'Live capture' "$($now.Packets) packets, $($now.Flows) flows" -PercentComplete $percent
                '  {0,2} s  {1,7:n0} packets  {2,11:n0} bytes  {3,5:n0} flows' -f $whole, $now.Packets, $now.Bytes, $now.Flows
            }
        }
    }
    finally {
        Write-Progress -Activity 'Live capture' -Completed
        Remove-DemoServer $server
        $job | Stop-NetCapture
        $null = Wait-Job $job
    }
    Get-NetCapture -StorePath $Store | Out-Default
    Remove-Job $job
}

$interfaces = @()
$store = Join-Path ([System.IO.Path]::GetTempPath()) "nettraffic-demo-$([guid]::NewGuid().ToString('n'))"
try {
    Write-Head 'Live capture'
    try {
        $interfaces = @(Find-DemoInterface)
        if ($interfaces) { Invoke-DemoCapture $interfaces $store }
        else { 'Live capture is not possible here; going on with the sample capture.' }
    }
    catch {
        "Live capture is not possible here: $($_.Exception.Message)"
        if ($_.ErrorDetails.RecommendedAction) { "  Next: $($_.ErrorDetails.RecommendedAction)" }
        'Going on with the sample capture.'
    }

    Write-Head 'Import of a capture file'
    Import-NetCapture -LiteralPath (Join-Path $root tests fixtures sample.pcapng) -KeepPackets -StorePath $store | Out-Default

    Write-Head 'Everything in the store'
    Get-TrafficSummary -StorePath $store | Out-Default

    Write-Head 'Top protocols'
    Get-TrafficSummary -By Protocol -Top 5 -StorePath $store | Out-Default

    Write-Head 'Top sources'
    Get-TrafficSummary -By SourceAddress -Top 5 -StorePath $store | Out-Default

    Write-Head 'Top destinations'
    Get-TrafficSummary -By DestinationAddress -Top 5 -StorePath $store | Out-Default

    Write-Head 'The newest flows'
    Get-NetFlow -First 10 -StorePath $store | Out-Default

    Write-Head 'Export'
    $folder = New-Item -ItemType Directory -Force (Join-Path $root artifacts demo)
    $csv = Export-NetTraffic -Path (Join-Path $folder flows.csv) -Force -StorePath $store
    "$($csv.Rows) flows in $csv; the first two, in PowerShell's own words:"
    $some = 'StartTime', 'Protocol', 'SourceAddress', 'DestinationAddress', 'SourceBytes', 'DestinationBytes'
    Import-Csv $csv | Select-Object $some -First 2 | Format-List | Out-Default
    Write-Head 'Countries, organisations and suspicious addresses'
    # Of public addresses, which neither the sample nor this machine's loopback has; nothing was ever sent to them.
    $internet = Import-NetCapture -LiteralPath (Join-Path $root tests fixtures internet.pcap) -StorePath $store
    if (Get-GeoDatabase -StorePath $store) {
        $internet | Get-TrafficSummary -By Country -Top 8 | Out-Default
        $internet | Get-TrafficSummary -By Organization -Top 8 | Out-Default
    }
    $null = Import-IpBlocklist (Join-Path $PSScriptRoot blocklist.txt) -Name demo -StorePath $store
    Get-SuspiciousAddress -StorePath $store | Out-Default

    Write-Head 'REST API and dashboard'
    $server = Start-NetTrafficServer -Port 0 -EndWithSession -StorePath $store
    Show-Api $server.Url $interfaces
    "`nThe dashboard: $($server.Url)/#/?last=all    The API's reference: $($server.Url)/docs"
    if (-not [Console]::IsInputRedirected) { $null = Read-Host 'It shows this traffic until you press Enter' }

    "Done. Try './build.sh shell' (./build.ps1 shell), then: Get-Command -Module NetTraffic"
}
finally {
    Stop-NetTrafficServer -StorePath $store -ErrorAction Ignore | Out-Null
    if (Test-Path -LiteralPath $store) { Remove-Item -LiteralPath $store -Recurse -Force }
}
