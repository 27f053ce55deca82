<#
Runs every test program that was built, and the Pester tests where PowerShell and Pester are installed. Each skip is named with its
reason; the last line is "N passed, N failed, N skipped". Only commands of Microsoft.PowerShell.Core and .NET: the project's own Shell
runs this as well as pwsh does.
#>
param(
    # Only rooms whose name holds this text.
    [string] $Room = '',
    # A test program that takes longer is ended and counted as failed.
    [int] $TimeoutMinutes = 4
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$root = [System.IO.Path]::GetDirectoryName($PSScriptRoot)
$results = [System.IO.Path]::Combine($root, 'artifacts', 'test-results')
$null = [System.IO.Directory]::CreateDirectory($results)
$onWindows = [System.OperatingSystem]::IsWindows()
$counts = @{ passed = 0; failed = 0; skipped = 0 }
$skips = [System.Collections.Generic.List[string]]::new()

function Say([string] $Text) { $Host.UI.WriteLine($Text) }

function Start-Program([string] $Name, [string] $Program, [string[]] $Arguments, [bool] $ModulePath = $true) {
    $log = [System.IO.Path]::Combine($results, "$Name.log")
    $start = [System.Diagnostics.ProcessStartInfo]::new($Program)
    foreach ($argument in $Arguments) { $start.ArgumentList.Add($argument) }
    $start.WorkingDirectory = $root
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    # What this engine put there is not for another PowerShell.
    if (-not $ModulePath) { $null = $start.Environment.Remove('PSModulePath') }
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $process = [System.Diagnostics.Process]::Start($start)
    $process.StandardInput.Close()
    @{
        Name = $Name; Log = $log; Process = $process; Watch = $watch
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
    [System.IO.File]::WriteAllText($Run.Log, $Run.Output.Result + $Run.Errors.Result)
    $Run.ExitCode = if ($inTime) { $Run.Process.ExitCode } else { -999 }
    $Run.Process.Dispose()
    $true
}

function Add-Result([string] $Name, [string] $File, [int] $ExitCode, [string] $Log, [timespan] $Elapsed) {
    $here = @{ passed = 0; failed = 0; skipped = 0 }
    $document = [System.Xml.XmlDocument]::new()
    $complete = [System.IO.File]::Exists($File)
    if ($complete) {
        try { $document.Load($File) } catch [System.Xml.XmlException] { $complete = $false }
    }
    $failures = [System.Collections.Generic.List[string]]::new()
    if ($complete) {
        foreach ($test in $document.SelectNodes('//test')) {
            switch ($test.GetAttribute('result')) {
                'Pass' { $here.passed++ }
                'Skip' {
                    $here.skipped++
                    $reason = $test.SelectSingleNode('reason')
                    $skips.Add("$($test.GetAttribute('name')): $(if ($reason) { $reason.InnerText -replace '\s+', ' ' } else { 'no reason given' })")
                }
                'NotRun' { }
                default {
                    $here.failed++
                    $message = $test.SelectSingleNode('failure/message')
                    $trace = $test.SelectSingleNode('failure/stack-trace')
                    $failures.Add("FAILED $($test.GetAttribute('name'))`n$(if ($message) { $message.InnerText })`n$(if ($trace) { $trace.InnerText })")
                }
            }
        }
        # Failures outside a test: a class or a room that could not be cleaned up.
        foreach ($problem in $document.SelectNodes('//errors/error')) {
            $here.failed++
            $failures.Add("FAILED $Name ($($problem.GetAttribute('type')))`n$($problem.InnerText)")
        }
    }
    if (-not $complete -or ($ExitCode -ne 0 -and $here.failed -eq 0)) {
        $here.failed++
        $why = if ($ExitCode -eq -999) { "did not end within $TimeoutMinutes minutes" } else { "ended with code $ExitCode$(if (-not $complete) { ' and left no results' })" }
        $tail = [System.IO.File]::ReadAllText($Log)
        $failures.Add("FAILED $Name $why; its output is in $Log`n$($tail.Substring([System.Math]::Max(0, $tail.Length - 3000)))")
    }
    foreach ($key in 'passed', 'failed', 'skipped') { $counts[$key] += $here[$key] }
    Say ('{0,-36} {1,5} passed {2,3} failed {3,3} skipped  {4,6:0.0} s' -f $Name, $here.passed, $here.failed, $here.skipped, $Elapsed.TotalSeconds)
    foreach ($failure in $failures) { Say "$failure`n" }
}

# The program of a room: the newest build of this configuration, whatever suffix the artifacts layout gives it.
function Get-RoomProgram([string] $Name) {
    $bin = [System.IO.Path]::Combine($root, 'artifacts', 'bin', $Name)
    if ([System.IO.Directory]::Exists($bin)) {
        foreach ($folder in [System.IO.Directory]::GetDirectories($bin, 'release*')) {
            $candidate = [System.IO.Path]::Combine($folder, $(if ($onWindows) { "$Name.exe" } else { $Name }))
            if ([System.IO.File]::Exists($candidate)) { return $candidate }
        }
    }
}

function Start-Room([string] $Name, [string] $Label, [string[]] $Arguments) {
    $file = [System.IO.Path]::Combine($results, "$Label.xml")
    [System.IO.File]::Delete($file)
    $program = Get-RoomProgram $Name
    if ($program) {
        $run = Start-Program $Label $program (@('-noColor', '-result-xml', $file) + $Arguments)
        $run.File = $file
        $run
    }
    else {
        $log = [System.IO.Path]::Combine($results, "$Label.log")
        [System.IO.File]::WriteAllText($log, "There is no program of '$Name' in 'artifacts/bin'; it was not built.")
        Add-Result $Label $file -1 $log ([timespan]::Zero)
    }
}

function Start-Pester {
    $tests = [System.IO.Path]::Combine($root, 'tests', 'module')
    $pwsh = @(Get-Command -Name pwsh -CommandType Application -ErrorAction Ignore)
    $file = [System.IO.Path]::Combine($results, 'Pester.xml')
    [System.IO.File]::Delete($file)
    if (-not [System.IO.Directory]::Exists($tests)) { Skip-Pester 'there are no Pester tests in tests/module' }
    elseif ($pwsh.Count -eq 0) { Skip-Pester 'PowerShell (pwsh) is not installed here' }
    else {
        $arguments = @('-NoProfile', '-NonInteractive', '-File', [System.IO.Path]::Combine($PSScriptRoot, 'run-pester.ps1'), '-Path', $tests, '-ResultFile', $file)
        $run = Start-Program 'Pester' $pwsh[0].Path $arguments $false
        $run.File = $file
        $run
    }
}

function Skip-Pester([string] $Reason) {
    $counts.skipped++
    $skips.Add("Pester tests of tests/module: $Reason")
}

function Complete-Run($Run) {
    if ($Run.Name -eq 'Pester' -and $Run.ExitCode -eq 77) { Skip-Pester ([System.IO.File]::ReadAllText($Run.Log).Trim()) }
    else { Add-Result $Run.Name $Run.File $Run.ExitCode $Run.Log $Run.Watch.Elapsed }
}

$projects = [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($root, 'tests'), '*.Tests.csproj', 'AllDirectories')
$rooms = @(foreach ($project in $projects) {
        $name = [System.IO.Path]::GetFileNameWithoutExtension($project)
        if (-not $Room -or $name -like "*$Room*") { $name }
    })

# What measures losses runs first, by itself.
$integration = 'NetTraffic.Integration.Tests'
if ($rooms -contains $integration) {
    $run = Start-Room $integration "$integration (alone)" @('-trait', 'Runs=Alone')
    if ($run) {
        while (-not (Test-Ended $run 1000)) { }
        Complete-Run $run
    }
}

# Then the rest, the longest first, a few at a time: the scripts wait more than they work.
$waiting = [System.Collections.Generic.List[string]]::new()
foreach ($name in @($integration, 'NetTraffic.Store.Tests', 'NetTraffic.PowerShell.Tests', 'NetTraffic.Influx.Tests', 'NetTraffic.Shell.Tests') + $rooms) {
    if ($rooms -contains $name -and -not $waiting.Contains($name)) { $waiting.Add($name) }
}
if (-not $Room -or 'Pester' -like "*$Room*") { $waiting.Insert([System.Math]::Min(4, $waiting.Count), 'Pester') }
$atOnce = [System.Math]::Clamp([System.Environment]::ProcessorCount, 1, 4) + 1
$running = [System.Collections.Generic.List[object]]::new()
while ($waiting.Count -gt 0 -or $running.Count -gt 0) {
    while ($waiting.Count -gt 0 -and $running.Count -lt $atOnce) {
        $name = $waiting[0]
        $waiting.RemoveAt(0)
        $run = if ($name -eq 'Pester') { Start-Pester } elseif ($name -eq $integration) { Start-Room $name $name @('-trait-', 'Runs=Alone') } else { Start-Room $name $name @() }
        if ($run) { $running.Add($run) }
    }
    foreach ($run in @($running)) {
        if (Test-Ended $run 100) {
            $null = $running.Remove($run)
            Complete-Run $run
        }
    }
}

if ($skips.Count -gt 0) {
    Say ''
    Say 'Skipped:'
    foreach ($skip in $skips) { Say "  $skip" }
}

Say "$($counts.passed) passed, $($counts.failed) failed, $($counts.skipped) skipped"
exit $(if ($counts.failed -gt 0 -or $counts.passed -eq 0) { 1 } else { 0 })
