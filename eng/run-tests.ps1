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

function Invoke-Program([string] $Program, [string[]] $Arguments, [string] $Log, [bool] $ModulePath = $true) {
    $start = [System.Diagnostics.ProcessStartInfo]::new($Program)
    foreach ($argument in $Arguments) { $start.ArgumentList.Add($argument) }
    $start.WorkingDirectory = $root
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    # What this engine put there is not for another PowerShell.
    if (-not $ModulePath) { $null = $start.Environment.Remove('PSModulePath') }
    $process = [System.Diagnostics.Process]::Start($start)
    try {
        $process.StandardInput.Close()
        $output = $process.StandardOutput.ReadToEndAsync()
        $errors = $process.StandardError.ReadToEndAsync()
        $inTime = $process.WaitForExit($TimeoutMinutes * 60000)
        if (-not $inTime) { $process.Kill($true) }
        $process.WaitForExit()
        [System.IO.File]::WriteAllText($Log, $output.Result + $errors.Result)
        if ($inTime) { $process.ExitCode } else { -999 }
    }
    finally {
        $process.Dispose()
    }
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

$projects = [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($root, 'tests'), '*.Tests.csproj', 'AllDirectories')
[System.Array]::Sort($projects, [System.StringComparer]::Ordinal)
foreach ($project in $projects) {
    $name = [System.IO.Path]::GetFileNameWithoutExtension($project)
    if ($Room -and $name -notlike "*$Room*") { continue }
    # The newest build of this configuration, whatever suffix the artifacts layout gives it.
    $bin = [System.IO.Path]::Combine($root, 'artifacts', 'bin', $name)
    $program = $null
    if ([System.IO.Directory]::Exists($bin)) {
        foreach ($folder in [System.IO.Directory]::GetDirectories($bin, 'release*')) {
            $candidate = [System.IO.Path]::Combine($folder, $(if ($onWindows) { "$name.exe" } else { $name }))
            if ([System.IO.File]::Exists($candidate)) { $program = $candidate }
        }
    }
    $log = [System.IO.Path]::Combine($results, "$name.log")
    $file = [System.IO.Path]::Combine($results, "$name.xml")
    [System.IO.File]::Delete($file)
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    if ($program) {
        $code = Invoke-Program $program @('-noColor', '-result-xml', $file) $log
    }
    else {
        [System.IO.File]::WriteAllText($log, "There is no program '$name' in '$bin'; it was not built.")
        $code = -1
    }
    Add-Result $name $file $code $log $watch.Elapsed
}

if (-not $Room -or 'Pester' -like "*$Room*") {
    $tests = [System.IO.Path]::Combine($root, 'tests', 'module')
    $pwsh = @(Get-Command -Name pwsh -CommandType Application -ErrorAction Ignore)
    $log = [System.IO.Path]::Combine($results, 'Pester.log')
    $file = [System.IO.Path]::Combine($results, 'Pester.xml')
    [System.IO.File]::Delete($file)
    $reason = $null
    if (-not [System.IO.Directory]::Exists($tests)) {
        $reason = 'there are no Pester tests in tests/module'
    }
    elseif ($pwsh.Count -eq 0) {
        $reason = 'PowerShell (pwsh) is not installed here'
    }
    else {
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $code = Invoke-Program $pwsh[0].Path @('-NoProfile', '-NonInteractive', '-File', [System.IO.Path]::Combine($PSScriptRoot, 'run-pester.ps1'), '-Path', $tests, '-ResultFile', $file) $log $false
        if ($code -eq 77) {
            $reason = [System.IO.File]::ReadAllText($log).Trim()
        }
        else {
            Add-Result 'Pester' $file $code $log $watch.Elapsed
        }
    }
    if ($reason) {
        $counts.skipped++
        $skips.Add("Pester tests of tests/module: $reason")
    }
}

if ($skips.Count -gt 0) {
    Say ''
    Say 'Skipped:'
    foreach ($skip in $skips) { Say "  $skip" }
}

Say "$($counts.passed) passed, $($counts.failed) failed, $($counts.skipped) skipped"
exit $(if ($counts.failed -gt 0 -or $counts.passed -eq 0) { 1 } else { 0 })
