<#
Runs every test program that was built, and the Pester tests of tests/module. Each skip is named with its reason; the last line is
"N passed, N failed, N skipped".
#>
param(
    # Only rooms whose name holds this text; Pester is one of them.
    [string] $Room = '',
    # A test program that takes longer is ended and counted as failed.
    [int] $TimeoutMinutes = 6
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
$results = Join-Path $root artifacts test-results
$null = New-Item -ItemType Directory -Force $results
# What tests start when they need a PowerShell of their own: this one.
$env:NETTRAFFIC_PWSH = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
$counts = @{ passed = 0; failed = 0; skipped = 0 }
$skips = [System.Collections.Generic.List[string]]::new()

function Start-Program([string] $Name, [string] $Program, [string[]] $Arguments) {
    $start = [System.Diagnostics.ProcessStartInfo]::new($Program, $Arguments)
    $start.WorkingDirectory = $root
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $process = [System.Diagnostics.Process]::Start($start)
    $process.StandardInput.Close()
    @{
        Name = $Name; Log = Join-Path $results "$Name.log"; File = Join-Path $results "$Name.xml"; Process = $process; Watch = $watch
        Output = $process.StandardOutput.ReadToEndAsync(); Errors = $process.StandardError.ReadToEndAsync()
    }
}

# Whether a program that was started is at its end; the program's exit code, or -999 where it took too long, is then in ExitCode.
function Test-Ended($Run, [int] $WaitMilliseconds) {
    $inTime = $Run.Watch.Elapsed.TotalMinutes -lt $TimeoutMinutes
    if (-not $Run.Process.WaitForExit($WaitMilliseconds)) {
        if ($inTime) { return $false }
        $Run.Process.Kill($true)
    }
    $Run.Process.WaitForExit()
    Set-Content -LiteralPath $Run.Log -Value ($Run.Output.Result + $Run.Errors.Result)
    $Run.ExitCode = $inTime ? $Run.Process.ExitCode : -999
    $Run.Process.Dispose()
    $true
}

function Read-Result([string] $File) {
    try { [xml] (Get-Content -LiteralPath $File -Raw) } catch { $null }
}

function Add-Result($Run) {
    $here = @{ passed = 0; failed = 0; skipped = 0 }
    $failures = [System.Collections.Generic.List[string]]::new()
    $document = Read-Result $Run.File
    if ($document) {
        foreach ($test in $document.SelectNodes('//test')) {
            switch ($test.GetAttribute('result')) {
                'Pass' { $here.passed++ }
                'Skip' {
                    $here.skipped++
                    $reason = $test.SelectSingleNode('reason')
                    $skips.Add("$($test.GetAttribute('name')): $($reason ? $reason.InnerText -replace '\s+', ' ' : 'no reason given')")
                }
                'NotRun' { }
                default {
                    $here.failed++
                    $parts = $test.SelectNodes('failure/message | failure/stack-trace') | ForEach-Object InnerText
                    $failures.Add("FAILED $($test.GetAttribute('name'))`n$($parts -join "`n")")
                }
            }
        }
        # Failures outside a test: a class or a room that could not be cleaned up.
        foreach ($problem in $document.SelectNodes('//errors/error')) {
            $here.failed++
            $failures.Add("FAILED $($Run.Name) ($($problem.GetAttribute('type')))`n$($problem.InnerText)")
        }
    }
    if (-not $document -or ($Run.ExitCode -ne 0 -and $here.failed -eq 0)) {
        $here.failed++
        $why = $Run.ExitCode -eq -999 ? "did not end within $TimeoutMinutes minutes" : "ended with code $($Run.ExitCode)"
        if (-not $document) { $why += ' and left no results' }
        $failures.Add("FAILED $($Run.Name) $why; its output is in $($Run.Log)`n$((Get-Content -LiteralPath $Run.Log -Tail 30) -join "`n")")
    }
    foreach ($key in 'passed', 'failed', 'skipped') { $counts[$key] += $here[$key] }
    $seconds = $Run.Watch.Elapsed.TotalSeconds
    '{0,-36} {1,5} passed {2,3} failed {3,3} skipped  {4,6:0.0} s' -f $Run.Name, $here.passed, $here.failed, $here.skipped, $seconds
    $failures | ForEach-Object { "$_`n" }
}

# The program of a room: the newest build of this configuration, whatever suffix the artifacts layout gives it.
function Start-Room([string] $Name, [string] $Label = $Name, [string[]] $Arguments = @()) {
    $file = Join-Path $results "$Label.xml"
    Remove-Item -LiteralPath $file -ErrorAction Ignore
    $pattern = Join-Path $root artifacts bin $Name release* ($IsWindows ? "$Name.exe" : $Name)
    $program = Get-Item $pattern -ErrorAction Ignore | Select-Object -First 1
    if (-not $program) { throw "There is no program of '$Name' in artifacts/bin; it was not built." }
    Start-Program $Label $program.FullName (@('-noColor', '-result-xml', $file) + $Arguments)
}

# The Pester tests go through in two processes: every other file each, the largest first.
function Start-Pester([int] $Part) {
    $label = "Pester $Part"
    $file = Join-Path $results "$label.xml"
    Remove-Item -LiteralPath $file -ErrorAction Ignore
    $at = 0
    $files = Get-ChildItem (Join-Path $root tests module) -Filter *.Tests.ps1 | Sort-Object Length -Descending |
        Where-Object { $at++ % 2 -eq $Part - 1 } | ForEach-Object FullName
    $script = Join-Path $PSScriptRoot run-pester.ps1
    Start-Program $label $env:NETTRAFFIC_PWSH (@('-NoProfile', '-NonInteractive', '-File', $script, '-ResultFile', $file) + $files)
}

$projects = Get-ChildItem (Join-Path $root tests) -Recurse -Filter *.Tests.csproj
$rooms = @('Pester') + @($projects.BaseName) | Where-Object { $_ -like "*$Room*" }

# The room of the browser's tests is not even built without a browser.
$env:NETTRAFFIC_BROWSER = & (Join-Path $PSScriptRoot find-browser.ps1)
$browserRoom = 'NetTraffic.Browser.Tests'
if (-not $env:NETTRAFFIC_BROWSER -and $rooms -contains $browserRoom) {
    $rooms = @($rooms | Where-Object { $_ -ne $browserRoom })
    $counts.skipped++
    $skips.Add("${browserRoom}: no Chromium is installed (apt-get install chromium), or NETTRAFFIC_BROWSER names none")
}

# What measures losses runs first, by itself.
$integration = 'NetTraffic.Integration.Tests'
if ($rooms -contains $integration) {
    $run = Start-Room $integration "$integration (alone)" '-trait', 'Runs=Alone'
    while (-not (Test-Ended $run 1000)) { }
    Add-Result $run
}

# Then the rest, the longest first, a few at a time: the scripts wait more than they work.
$first = @($integration, 'Pester') + ('Engine', 'Store', 'Influx', 'Decode', 'Capture' | ForEach-Object { "NetTraffic.$_.Tests" })
$ordered = @($first | Where-Object { $_ -in $rooms }) + @($rooms | Where-Object { $_ -notin $first })
$waiting = [System.Collections.Generic.Queue[string]]::new()
$ordered | ForEach-Object { $_ -eq 'Pester' ? @('Pester 1', 'Pester 2') : $_ } | ForEach-Object { $waiting.Enqueue($_) }
$atOnce = [Math]::Clamp([Environment]::ProcessorCount, 1, 4) + 1
$running = [System.Collections.Generic.List[object]]::new()
while ($waiting.Count -gt 0 -or $running.Count -gt 0) {
    while ($waiting.Count -gt 0 -and $running.Count -lt $atOnce) {
        $name = $waiting.Dequeue()
        $running.Add($(
                if ($name -like 'Pester *') { Start-Pester ([int] $name.Split(' ')[1]) }
                elseif ($name -eq $integration) { Start-Room $name $name '-trait-', 'Runs=Alone' }
                else { Start-Room $name }
            ))
    }
    foreach ($run in @($running)) {
        if (Test-Ended $run 100) {
            $null = $running.Remove($run)
            Add-Result $run
        }
    }
}

if ($skips.Count -gt 0) {
    "`nSkipped:"
    $skips | ForEach-Object { "  $_" }
}

"$($counts.passed) passed, $($counts.failed) failed, $($counts.skipped) skipped"
exit ($counts.failed -gt 0 -or $counts.passed -eq 0 ? 1 : 0)
