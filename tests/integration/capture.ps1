# Captures until a file appears; what is left in NAME.done says how it ended. With -Captures 20 there are so many at once, NAME-1 to NAME-20.
param(
    [string] $Interface, [string] $Name, [string] $StorePath, [string] $Ready, [string] $StopFile, [int] $Captures = 1,
    [string] $Engine, [long] $PacketRing, [int] $PacketRingSnapLength, [int] $BufferSize, [switch] $Enrich
)
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot ../../NetTraffic.psd1)
$more = @{}
foreach ($one in 'Engine', 'PacketRing', 'PacketRingSnapLength', 'BufferSize', 'Enrich') {
    if ($PSBoundParameters.ContainsKey($one)) { $more[$one] = $PSBoundParameters[$one] }
}
$names = if ($Captures -eq 1) { $Name } else { 1..$Captures | ForEach-Object { "$Name-$_" } }
$jobs = @(foreach ($one in $names) { Start-NetCapture -Interface ($Interface -split ',') -Name $one -FlushInterval 1s -StorePath $StorePath @more })
[System.IO.File]::WriteAllText($Ready, 'ready')
while (-not [System.IO.File]::Exists($StopFile)) {
    if ('Running' -notin $jobs.State) { break }
    [System.Threading.Thread]::Sleep(50)
}
foreach ($job in $jobs) {
    if ($job.State -eq 'Running') { Stop-NetCapture -Name $job.Name -StorePath $StorePath }
}
$null = Wait-Job $jobs
Receive-Job $jobs -ErrorAction Continue
[System.IO.File]::WriteAllText([System.IO.Path]::ChangeExtension($StopFile, 'done'), "$($jobs.State)")
