# Imports while another process lists the captures all the time (look.ps1); the last line is "race: N imports, 0 failures".
param([Parameter(Mandatory)] [string] $Module, [Parameter(Mandatory)] [string] $Place, [Parameter(Mandatory)] [string] $Capture,
    [int] $Count = 8)
Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$env:NETTRAFFIC_HOME = $Place
Import-Module $Module
$store = Join-Path $Place store
for ($waited = 0; -not (Test-Path -LiteralPath (Join-Path $Place looking)); $waited++) {
    if ($waited -gt 600) { throw 'The other process does not look.' }
    Start-Sleep -Milliseconds 100
}

$failures = 0
foreach ($number in 1..$Count) {
    try {
        $import = Import-NetCapture $Capture -StorePath $store -WarningVariable warned -WarningAction SilentlyContinue
        $state = (Get-NetCapture $import.CaptureId -StorePath $store).State
        if (-not $import.Complete -or $state -ne 'Completed' -or "$warned" -match 'cannot be written') { throw "$state, $warned" }
    }
    catch {
        $failures++
        "import $number`: $_"
    }
}

Set-Content -LiteralPath (Join-Path $Place stop) -Value 1
$total = (Get-TrafficSummary -StorePath $store).Packets
if ($total -ne ($Count - $failures) * $import.Packets) { $failures++; "the store has $total packets" }
"race: $Count imports, $failures failures"
