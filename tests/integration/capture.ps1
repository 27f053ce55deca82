# Captures until a file appears; what is left in NAME.done says how it ended.
param([string] $Interface, [string] $Name, [string] $StorePath, [string] $Ready, [string] $StopFile, [string] $Engine, [long] $PacketRing, [int] $PacketRingSnapLength, [int] $BufferSize)
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot ../../NetTraffic.psd1)
$more = @{}
foreach ($one in 'Engine', 'PacketRing', 'PacketRingSnapLength', 'BufferSize') {
    if ($PSBoundParameters.ContainsKey($one)) { $more[$one] = $PSBoundParameters[$one] }
}
$job = Start-NetCapture -Interface $Interface -Name $Name -FlushInterval 1s -StorePath $StorePath @more
[System.IO.File]::WriteAllText($Ready, 'ready')
while (-not [System.IO.File]::Exists($StopFile)) {
    if ($job.State -ne 'Running') { break }
    [System.Threading.Thread]::Sleep(50)
}
if ($job.State -eq 'Running') { Stop-NetCapture -Name $Name -StorePath $StorePath }
$null = Wait-Job $job
Receive-Job $job -ErrorAction Continue
[System.IO.File]::WriteAllText([System.IO.Path]::ChangeExtension($StopFile, 'done'), "$($job.State)")
