# Asks the questions of questions.sh.
param([string] $StorePath, [int] $Questions)
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot ../../NetTraffic.psd1)
$right = (Get-TrafficSummary -StorePath $StorePath).Packets
$begin = [datetime]::UnixEpoch.AddSeconds(1700000000)
$random = [Random]::new(1)
$clock = [Diagnostics.Stopwatch]::StartNew()
$marks = @{}
function Resident {
    [GC]::Collect()
    [int] ((Get-Content /proc/self/status | Select-String '^VmRSS:\s+(\d+)').Matches[0].Groups[1].Value / 1024)
}
$capture = $null
for ($i = 1; $i -le $Questions; $i++) {
    $time = @{ Since = $begin.AddHours($random.Next(58)); StorePath = $StorePath }
    $time.Until = $time.Since.AddHours(1 + $random.Next(2))
    switch ($i % 10) {
        0 { $null = Get-TrafficSummary @time -By Address -WarningAction Ignore }
        1 { $null = Get-NetFlow @time -First 20 }
        2 { $null = Get-TrafficSummary @time -By Protocol -Interval 10m -WarningAction Ignore }
        3 { $null = Get-NetFlow @time -Address "10.1.$($random.Next(20)).0/24" }
        4 { $null = Get-TrafficSummary @time -By Conversation -Top 3 -WarningAction Ignore }
        5 { $null = Get-NetFlow @time -Port 53 -First 100 }
        6 { $null = Get-NetCapture -StorePath $StorePath }
        7 { $null = Get-NetFlow @time -Protocol UDP -PerInterval -First 50 }
        default { $null = Get-TrafficSummary @time }
    }
    if ($i % 250 -eq 0) {
        if (($found = (Get-TrafficSummary -StorePath $StorePath).Packets) -ne $right) { throw "$found packets and not $right after $i questions" }
        $null = Get-NetFlow -StorePath $StorePath -First 10
    }
    # Upkeep begins a minute after a capture does; the capture's own buffer is in all figures from 1,000 on.
    if ($i -eq [int] [Math]::Min(800, $Questions * 0.2)) { $capture = Start-NetCapture lo -Filter 'host 127.99.99.99' -StorePath $StorePath }
    if ($i -in 100, 1000 -or $i % [int] ($Questions / 5) -eq 0) {
        $marks[$i] = Resident
        '{0,6} questions, {1,4:n0} s: {2} MB, {3} merged files' -f $i, $clock.Elapsed.TotalSeconds, $marks[$i],
            [IO.Directory]::GetFiles($StorePath, '*_merged-*.parquet', 'AllDirectories').Count
    }
}
$null = Stop-NetCapture -StorePath $StorePath -Name lo
Remove-Job $capture -Force
if ($Questions -gt 1000 -and $marks[$Questions] -gt $marks[1000] * 1.25) { throw "memory grew from $($marks[1000]) to $($marks[$Questions]) MB" }
'steady'
