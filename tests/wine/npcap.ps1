# What the module makes of Npcap's list (npcap-stub.c); the last line is "npcap: N checks passed".
param([Parameter(Mandatory)] [string] $Module)
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
'npcap: 8 checks passed'
