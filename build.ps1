#!/usr/bin/env pwsh
<#
.SYNOPSIS
NetTraffic: the commands of this repository for PowerShell 7.6 on Windows, macOS and Linux. build.sh has the same ones for bash.
.EXAMPLE
./build.ps1 demo
.EXAMPLE
./build.ps1 test Flows
.EXAMPLE
./build.ps1 pack win-x64
#>
[CmdletBinding(PositionalBinding = $false)]
param(
    # demo, test, build, shell, bench, pack, format or clean.
    [Parameter(Position = 0)]
    [string] $Command = 'help',
    # Passed on to the command.
    [Parameter(Position = 1, ValueFromRemainingArguments)]
    [string[]] $Arguments = @()
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$artifacts = [System.IO.Path]::Combine($root, 'artifacts')
$suffix = if ($IsWindows) { '.exe' } else { '' }
$shellProgram = [System.IO.Path]::Combine($artifacts, 'shell', "NetTraffic.Shell$suffix")
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_CLI_UI_LANGUAGE = 'en'
$env:MSBUILDDISABLENODEREUSE = '1'
$env:DOTNET_CLI_USE_MSBUILD_SERVER = '0'

function Exit-WithLine([string] $Text) {
    [Console]::Error.WriteLine("build.ps1: $Text")
    exit 1
}

function Assert-Sdk {
    if (-not (Get-Command -Name dotnet -CommandType Application -ErrorAction Ignore)) {
        Exit-WithLine 'the .NET SDK 10 is not installed. Install it from https://dotnet.microsoft.com/download/dotnet/10.0 and run this again.'
    }
    $version = "$(dotnet --version 2>$null)"
    if ($LASTEXITCODE -ne 0 -or $version -notlike '10.*') {
        $found = @(dotnet --list-sdks 2>$null | ForEach-Object { $_.Split(' ')[0] }) -join ', '
        Exit-WithLine "the .NET SDK 10.0 is needed; installed: $(if ($found) { $found } else { 'none' }). Install it from https://dotnet.microsoft.com/download/dotnet/10.0 and run this again."
    }
}

# Live capture needs libpcap (Npcap on Windows); everything else works without.
function Install-CaptureLibrary {
    if ($IsMacOS) { return }
    if ($IsWindows) {
        $npcap = [System.IO.Path]::Combine([System.Environment]::SystemDirectory, 'Npcap', 'wpcap.dll')
        if (-not ([System.IO.File]::Exists($npcap) -or [System.IO.File]::Exists([System.IO.Path]::Combine([System.Environment]::SystemDirectory, 'wpcap.dll')))) {
            'Npcap is not installed, so live capture is not possible; everything else works. Install it from https://npcap.com/#download'
        }
        return
    }
    # One place for how libpcap is found and installed on Linux.
    & bash ([System.IO.Path]::Combine($root, 'build.sh')) libpcap
}

function Invoke-Dotnet([string] $What, [string[]] $DotnetArguments) {
    $null = New-Item -ItemType Directory -Force -Path "$artifacts/log"
    $log = [System.IO.Path]::Combine($artifacts, 'log', "$What.log")
    & dotnet @DotnetArguments *> $log
    if ($LASTEXITCODE -eq 0) { return }
    $text = [System.IO.File]::ReadAllLines($log)
    $text | Where-Object { $_ -match '\berror\b' } | ForEach-Object { $_.Trim() } | Sort-Object -Unique | Select-Object -First 20 |
        ForEach-Object { [Console]::Error.WriteLine($_) }
    if ($text -match 'NU1301|NU1302|Unable to load the service index|No such host is known|Name or service not known') {
        Exit-WithLine "packages could not be fetched: no way to the package source (see $log). Check the network and run this again."
    }
    Exit-WithLine "$What failed; the whole output is in $log"
}

function Get-ProductFingerprint {
    $files = foreach ($place in 'src', 'eng', 'module', 'NetTraffic.psd1', 'Directory.Build.props', 'Directory.Packages.props', 'global.json') {
        Get-ChildItem -LiteralPath ([System.IO.Path]::Combine($root, $place)) -File -Recurse |
            Where-Object { $_.FullName -notmatch '[\\/](bin|obj)[\\/]' }
    }
    # What a plain "dotnet build" puts there is not ready to run, so the results count as well as the sources.
    $results = Get-ChildItem -LiteralPath ([System.IO.Path]::Combine($root, 'module', 'bin')) -File -Recurse -ErrorAction Ignore
    ($files + @($results) | Where-Object { $_ } | ForEach-Object { "$($_.FullName) $($_.Length) $($_.LastWriteTimeUtc.Ticks)" } | Sort-Object) -join "`n"
}

$productStamp = [System.IO.Path]::Combine($artifacts, '.product-ps')
function Test-Product {
    [System.IO.File]::Exists($shellProgram) -and [System.IO.File]::Exists($productStamp) -and [System.IO.File]::ReadAllText($productStamp) -ceq (Get-ProductFingerprint)
}

function Build-Product {
    Assert-Sdk
    if (Test-Product) { return }
    'Building the module and the Shell (the first time packages are fetched) ...'
    Invoke-Dotnet build @('msbuild', 'eng/product.proj', '-m', '-v:m', '-nologo', '-tl:off')
    [System.IO.File]::WriteAllText($productStamp, (Get-ProductFingerprint))
}

# The tests, and what users run where it is not current, in one go: the cores are busier that way.
function Build-Test {
    if (-not $env:NETTRAFFIC_ANALYZE_TESTS) { $env:NETTRAFFIC_ANALYZE_TESTS = 'false' }
    $withProduct = -not (Test-Product)
    if ($withProduct) { 'Building the module, the Shell and the tests (the first time packages are fetched) ...' } else { 'Building the tests ...' }
    Invoke-Dotnet build-tests @('msbuild', 'eng/tests.proj', "-p:WithProduct=$("$withProduct".ToLowerInvariant())", '-m', '-v:m', '-nologo', '-tl:off')
    if ($withProduct) { [System.IO.File]::WriteAllText($productStamp, (Get-ProductFingerprint)) }
}

function New-Package([string[]] $Rids) {
    Assert-Sdk
    $known = 'linux-x64', 'linux-arm64', 'win-x64', 'osx-arm64', 'osx-x64'
    $version = (Import-PowerShellDataFile -LiteralPath "$root/NetTraffic.psd1").ModuleVersion
    if (-not $Rids) {
        $os = if ($IsWindows) { 'win' } elseif ($IsMacOS) { 'osx' } else { 'linux' }
        $Rids = "$os-$([System.Runtime.InteropServices.RuntimeInformation]::OSArchitecture.ToString().ToLowerInvariant())"
    }
    if ($Rids[0] -eq 'all') { $Rids = 'linux-x64', 'linux-arm64', 'win-x64', 'osx-arm64' }
    foreach ($rid in $Rids) {
        if ($rid -notin $known) { Exit-WithLine "'$rid' is not a runtime identifier this can pack for: $($known -join ', '), or all." }
    }
    foreach ($rid in $Rids) {
        "Packing $rid ..."
        Invoke-Dotnet "pack-$rid" @('msbuild', 'eng/product.proj', '-t:Pack', "-p:Rid=$rid", "-p:ModuleVersion=$version", '-m', '-v:m', '-nologo', '-tl:off')
        "  folder   artifacts/pack/$rid/NetTraffic/$version"
        "  zip      artifacts/pack/NetTraffic-$version-$rid.zip"
        "  package  artifacts/pack/nupkg/$rid/NetTraffic.$version.nupkg"
    }
}

Push-Location -LiteralPath $root
try {
    switch ($Command) {
        'demo' {
            Assert-Sdk
            Install-CaptureLibrary
            Build-Product
            & $shellProgram -NonInteractive -File demo/demo.ps1 @Arguments
            exit $LASTEXITCODE
        }
        'test' {
            Assert-Sdk
            Install-CaptureLibrary
            Build-Test
            & $shellProgram -NoModule -NonInteractive -File eng/run-tests.ps1 @Arguments
            exit $LASTEXITCODE
        }
        'build' {
            Build-Product
            'The module is in module/bin (Import-Module ./NetTraffic.psd1), the Shell is in artifacts/shell.'
        }
        'shell' {
            Build-Product
            & $shellProgram @Arguments
            exit $LASTEXITCODE
        }
        'bench' {
            Build-Product
            $project = 'tests/bench/NetTraffic.Benchmarks/NetTraffic.Benchmarks.csproj'
            Invoke-Dotnet bench-build @('build', $project, '-c', 'Release', '-v', 'm', '-nologo', '-tl:off')
            if (-not $Arguments) { $Arguments = '--filter', '*' }
            & dotnet run --no-build -c Release --project $project '--' @Arguments
            exit $LASTEXITCODE
        }
        'pack' { New-Package $Arguments }
        'format' {
            Assert-Sdk
            & dotnet format NetTrafficPS.sln --verify-no-changes
            if ($LASTEXITCODE -ne 0) { Exit-WithLine "the formatting differs; 'dotnet format' mends it." }
        }
        'clean' {
            'artifacts', 'module/bin', 'TestResults', 'BenchmarkDotNet.Artifacts' | Where-Object { Test-Path -LiteralPath $_ } |
                ForEach-Object { Remove-Item -LiteralPath $_ -Recurse -Force }
        }
        { $_ -in 'help', '-h', '--help' } {
            @'
Usage: ./build.ps1 <command>
  demo     build what is needed, then show it at work: live capture, import, summaries, export
  test     run every test that can run on this machine; last line "N passed, N failed, N skipped"
  build    build the module into module/bin and the Shell into artifacts/shell
  shell    a prompt with the module loaded (arguments are passed on)
  bench    BenchmarkDotNet's benchmarks (arguments are passed on)
  pack     the module as a folder and a zip: ./build.ps1 pack [linux-x64|linux-arm64|win-x64|osx-arm64 ... | all]
  format   check the formatting
  clean    remove everything that was built
'@
        }
        default { Exit-WithLine "'$Command' is not a command; ./build.ps1 help lists them." }
    }
}
finally {
    Pop-Location
}
