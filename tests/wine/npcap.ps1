# What the module makes of Npcap's list (npcap-stub.c), and how it ends dumpcap (dumpcap-stub.c); the last line is "npcap: N checks passed".
param([Parameter(Mandatory)] [string] $Module, [Parameter(Mandatory)] [string] $Place)
Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
Import-Module $Module
$all = @(Get-NetCaptureInterface)
$card, $loop = $all
if ($all.Count -ne 2 -or $loop.Name -ne 'Loopback' -or $card.DeviceName -notlike '\Device\NPF_{*}') { throw ($all | Out-String) }
if ($card.Description -cne "Netzwerkkarte f$([char]0xFC)r B$([char]0xFC)ro") { throw "description: $($card.Description)" }
foreach ($name in 'Loopback', 'loopback', '\Device\NPF_Loopback', 'Adapter for loopback traffic capture') {
    if ((Get-NetCaptureInterface $name).Name -ne 'Loopback') { throw "'$name' is not found" }
}

$guid = $card.DeviceName -replace '^.*\{|\}$'
if ((Get-NetCaptureInterface $guid).DeviceName -ne $card.DeviceName) { throw "the GUID $guid is not found" }
if ($card.CaptureProblem -notlike '*Npcap*' -or $card.CaptureProblem -like '*libpcap*') { throw $card.CaptureProblem }

# wine knows no Ctrl+Break in a terminal (GenerateConsoleCtrlEvent fails), so that dumpcap is ended unasked, and its drops are not known.
$store = Join-Path $Place store
Start-NetCapture Loopback -Engine Dumpcap -StorePath $store | Out-Null
for ($waited = 0; (Get-NetCapture -StorePath $store).Packets -ne 1; $waited++) {
    if ($waited -gt 300) { throw "no packet: $(Get-NetCapture -StorePath $store | Format-List | Out-String)" }
    Start-Sleep -Milliseconds 100
}

$ended = Stop-NetCapture -All -StorePath $store -PassThru
if ("$($ended.State)" -ne 'Stopped' -or $ended.Flows -ne 1 -or $ended.Packets -ne 1) { throw ($ended | Format-List * | Out-String) }
'npcap: 9 checks passed'
