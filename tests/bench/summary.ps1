<#
.SYNOPSIS
Top talkers and conversations over a store, in a session, beside nfdump over the same flows.

.DESCRIPTION
The capture is imported into a temporary store, and nfpcapd writes its flows; then both answer the same questions in turns, and the medians of
the ratios are held against a bar. Many addresses and few are different questions: tests/integration/make-flood.py makes captures of both.
Needs nfdump (apt-get install nfdump).

.EXAMPLE
python3 tests/integration/make-flood.py many.pcap 6000000
./build.sh shell -File tests/bench/summary.ps1 -Capture many.pcap -Bar 0.7

.EXAMPLE
python3 tests/integration/make-flood.py few.pcap 10000000 200
./build.sh shell -File tests/bench/summary.ps1 -Capture few.pcap -Bar 0.2 -Merge
#>
param(
    [Parameter(Mandatory)] [string] $Capture,
    # Times that each question is asked.
    [int] $Rounds = 5,
    # How much of nfdump's time is allowed.
    [double] $Bar = 0.7,
    # Merge the store's hours first, as a running capture does after a while.
    [switch] $Merge
)

$ErrorActionPreference = 'Stop'
$env:PATH += ':/usr/sbin:/sbin'
foreach ($program in 'nfdump', 'nfpcapd') {
    if (-not (Get-Command $program -CommandType Application -ErrorAction Ignore)) { throw "$program is not installed (apt-get install nfdump)." }
}

$work = (New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) "nettraffic-summary.$PID")).FullName
try {
    $store = Join-Path $work store
    $flows = (New-Item -ItemType Directory -Path (Join-Path $work nfdump)).FullName
    $Capture = (Resolve-Path -LiteralPath $Capture).Path
    $import = Import-NetCapture -LiteralPath $Capture -StorePath $store
    $folderOption = (nfpcapd -h 2>&1) -match '-l <' ? '-l' : '-w'
    nfpcapd -r $Capture $folderOption $flows *> (Join-Path $work log)
    if ($Merge) {
        # What compaction waits for is that an hour is quiet.
        Get-ChildItem $store -Recurse -Filter *.parquet | ForEach-Object { $_.LastWriteTimeUtc = [datetime]::UtcNow.AddHours(-1) }
        $engine = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'NetTraffic.Engine' }
        $hours = $engine.GetType('NetTraffic.Engine.TrafficEngine')::OpenStore($store).Compact([Threading.CancellationToken]::None)
        "$hours hours of datasets merged"
    }

    $rows = Get-NetCapture -StorePath $store | Measure-Object WrittenRows -Sum
    "$($import.Flows) flows, $($rows.Sum) rows; $((nfdump -V 2>&1) -join ' ')"
    $missed = 0
    foreach ($question in @{ By = 'Address'; Statistic = 'ip/bytes' }, @{ By = 'Conversation'; Statistic = 'record/bytes' }) {
        $times = foreach ($round in 0..$Rounds) {
            $own = Measure-Command { $found = Get-TrafficSummary -By $question.By -Top 10 -StorePath $store }
            $other = Measure-Command { nfdump -R $flows -s $question.Statistic -n 10 > (Join-Path $work answer) }
            if (@($found).Count -eq 0) { throw 'Nothing was found.' }
            # The first round warms both up.
            if ($round) { [pscustomobject] @{ Own = $own.TotalSeconds; Other = $other.TotalSeconds; Ratio = $own / $other } }
        }
        $median = { param($name) ($times.$name | Sort-Object)[[Math]::Floor($times.Count / 2)] }
        $ratio = & $median Ratio
        $met = $ratio -le $Bar
        if (-not $met) { $missed++ }
        '{0,-12} {1:0.00} s, nfdump -s {2} {3:0.00} s: {4:0.00}x (bar {5}x) {6}' -f
            $question.By, (& $median Own), $question.Statistic, (& $median Other), $ratio, $Bar, ($met ? 'met' : 'MISSED')
    }
    $process = Get-Process -Id $PID
    "Peak memory of the session: $([Math]::Round($process.PeakWorkingSet64 / 1MB)) MB"
    exit $missed
}
finally {
    Remove-Item -LiteralPath $work -Recurse -Force
}
