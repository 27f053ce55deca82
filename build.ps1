#!/usr/bin/env pwsh
#Requires -Version 7.6
<#
.SYNOPSIS
The commands of this repository. Runs in PowerShell 7.6; build.sh fetches one where none is installed, and hands over to this.
.EXAMPLE
./build.ps1 demo
.EXAMPLE
./build.ps1 test Flows
.EXAMPLE
./build.ps1 shell -Command Get-NetFlow
#>

# No parameters are declared: the arguments of "shell" are PowerShell's own, -Command among them.
$verb, $arguments = $args
$arguments = @($arguments | Where-Object { $null -ne $_ })

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$artifacts = Join-Path $root artifacts
# The PowerShell that runs this.
$pwsh = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
$download = 'https://dotnet.microsoft.com/download/dotnet/10.0'
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_CLI_UI_LANGUAGE = 'en'
$env:POWERSHELL_TELEMETRY_OPTOUT = '1'
$env:POWERSHELL_UPDATECHECK = 'Off'
# A build server left behind would keep a container or CI step from ending.
$env:MSBUILDDISABLENODEREUSE = '1'
$env:DOTNET_CLI_USE_MSBUILD_SERVER = '0'

$usage = @'
Usage: ./build.sh <command>        (./build.ps1 <command> in PowerShell 7.6)
  demo     build what is needed, then show it at work: live capture, import, summaries, export
  test     run every test that can run on this machine; last line "N passed, N failed, N skipped"
           (./build.sh test Flows runs only the rooms with that name, ./build.sh test Pester the module's own tests)
  build    build the module into module/bin
  shell    PowerShell with the module loaded (arguments are passed on: ./build.sh shell -Command Get-NetFlow)
  bench    BenchmarkDotNet's benchmarks (arguments are passed on: --filter '*Reader*')
  pack     the module as a folder and a zip: ./build.sh pack [linux-x64|linux-arm64|win-x64|win-arm64|osx-arm64 ...];
           ./build.sh pack all makes them for all of these, and one package of them for Install-PSResource;
           -SelfContained: with a server that carries its own .NET, for machines without the ASP.NET Core Runtime
  libpcap  install libpcap where permitted, else say how
  format   check the formatting
  clean    remove everything that was built
'@

function Exit-WithLine([string] $Text) {
    [Console]::Error.WriteLine("build: $Text")
    exit 1
}

# Becomes another program where the system can: as its parent, this PowerShell would kill it at Ctrl+C, which is meant for its commands.
function Switch-Program([string[]] $Words) {
    if (-not $IsWindows) { Switch-Process -WithCommand $Words }
    $program, $rest = $Words
    & $program @rest
    exit $LASTEXITCODE
}

function Assert-Sdk {
    if (-not (Get-Command dotnet -CommandType Application -ErrorAction Ignore)) {
        Exit-WithLine "the .NET SDK 10 is not installed. Install it from $download and run this again."
    }
    $version = "$(dotnet --version 2>$null)"
    if ($LASTEXITCODE -ne 0 -or $version -notlike '10.*') {
        $found = @(dotnet --list-sdks 2>$null | ForEach-Object { $_.Split(' ')[0] }) -join ', '
        Exit-WithLine "the .NET SDK 10.0 is needed; installed: $($found ? $found : 'none'). Install it from $download and run this again."
    }
}

function Test-CaptureLibrary {
    if ($IsMacOS) { return $true }
    if ($IsWindows) { return (Test-Path "$env:SystemRoot/System32/Npcap/wpcap.dll", "$env:SystemRoot/System32/wpcap.dll") -contains $true }
    $ldconfig = Get-Command ldconfig, /sbin/ldconfig, /usr/sbin/ldconfig -CommandType Application -ErrorAction Ignore |
        Select-Object -First 1
    if ($ldconfig -and (& $ldconfig -p 2>$null) -match 'libpcap\.so') { return $true }
    Test-Path /lib/libpcap.so*, /lib64/libpcap.so*, /usr/lib/libpcap.so*, /usr/lib64/libpcap.so*, /usr/local/lib/libpcap.so*,
        '/lib/*-linux-*/libpcap.so*', '/usr/lib/*-linux-*/libpcap.so*' | Where-Object { $_ } | Select-Object -First 1
}

# Live capture needs libpcap (Npcap on Windows); everything else works without. Installed where permitted, else it is said how.
function Install-CaptureLibrary {
    if (Test-CaptureLibrary) { return }
    $managers = [ordered] @{
        'apt-get' = 'apt-get install -y --no-install-recommends libpcap0.8'
        'dnf'     = 'dnf install -y libpcap'
        'yum'     = 'yum install -y libpcap'
        'apk'     = 'apk add libpcap'
        'zypper'  = 'zypper --non-interactive install libpcap1'
        'pacman'  = 'pacman -S --noconfirm libpcap'
        'brew'    = 'brew install libpcap'
    }
    $without = 'so live capture is not possible; everything else works.'
    if ($IsWindows) { return "Npcap is not installed, $without Install it from https://npcap.com/#download" }
    $manager = $managers.Keys | Where-Object { Get-Command $_ -CommandType Application -ErrorAction Ignore } | Select-Object -First 1
    if (-not $manager) { return "libpcap is not installed, $without Install it with your package manager." }
    $line = $managers[$manager]
    if ("$(id -u)" -ne '0' -and $manager -ne 'brew') {
        $line = "sudo $line"
        $sudo = Get-Command sudo -CommandType Application -ErrorAction Ignore
        if ($sudo) { sudo -n true 2>$null }
        if (-not $sudo -or $LASTEXITCODE -ne 0) { return "libpcap is not installed, $without To install it, run: $line" }
    }
    "Installing libpcap: $line"
    $log = New-Item -ItemType File -Force -Path (Join-Path $artifacts log libpcap.log)
    $words = $line.Split(' ')
    $elevated = @($words[0] -eq 'sudo' ? 'sudo' : @()) + 'env', 'DEBIAN_FRONTEND=noninteractive'
    $program, $before = $elevated
    if ($manager -eq 'apt-get') { & $program @before apt-get update -q *>> $log }
    & $program @before @($words | Where-Object { $_ -ne 'sudo' }) *>> $log
    if ($LASTEXITCODE -ne 0 -or -not (Test-CaptureLibrary)) {
        "libpcap could not be installed ($(Get-Content $log | Where-Object { $_ } | Select-Object -Last 1)), $without Try: $line"
    }
}

# Runs dotnet with its output in a log; shows the errors and ends with one line where it fails.
function Invoke-Dotnet([string] $What, [string[]] $DotnetArguments) {
    $null = New-Item -ItemType Directory -Force -Path (Join-Path $artifacts log)
    $log = Join-Path $artifacts log "$What.log"
    & dotnet @DotnetArguments *> $log
    if ($LASTEXITCODE -eq 0) { return }
    $lines = @(Get-Content -LiteralPath $log)
    $errors = @($lines -match '\berror\b')
    $(if ($errors) { $errors } else { $lines | Select-Object -Last 20 }) | ForEach-Object Trim | Sort-Object -Unique |
        Select-Object -First 20 | ForEach-Object { [Console]::Error.WriteLine($_) }
    $unreachable = 'NU1301|NU1302|Unable to load the service index|No such host is known|Name or service not known|Resource temporarily'
    if ($lines -match $unreachable) {
        Exit-WithLine "packages could not be fetched: no way to the package source (see $log). Check the network and run this again."
    }
    Exit-WithLine "$What failed; the whole output is in $log"
}

# What the product is made of, and what was made of it (a plain "dotnet build" puts files there that are not ready to run).
function Get-ProductFingerprint {
    $all = [IO.EnumerationOptions] @{ RecurseSubdirectories = $true }
    $places = 'src', 'eng/product.proj', 'module', 'NetTraffic.psd1', 'Directory.Build.props', 'Directory.Packages.props', 'global.json'
    $files = foreach ($place in $places) {
        $path = Join-Path $root $place
        if ([IO.File]::Exists($path)) { [IO.FileInfo] $path }
        else { ([IO.DirectoryInfo] $path).EnumerateFiles('*', $all) }
    }
    $text = foreach ($file in $files) {
        if ($file.FullName -match '[\\/]src[\\/].*[\\/](bin|obj)[\\/]|[\\/]module[\\/]geo[\\/]') { continue }
        "$($file.FullName) $($file.Length) $($file.LastWriteTimeUtc.Ticks)"
    }
    ($text | Sort-Object) -join "`n"
}

$productStamp = Join-Path $artifacts .product
function Test-Product {
    (Test-Path -LiteralPath $productStamp) -and (Get-Content -LiteralPath $productStamp -Raw) -ceq (Get-ProductFingerprint)
}
function Set-ProductStamp { Set-Content -LiteralPath $productStamp -Value (Get-ProductFingerprint) -NoNewline }

function Build-Product {
    if (-not (Test-Product)) {
        Assert-Sdk
        'Building the module (the first time packages are fetched) ...'
        Invoke-Dotnet build @('msbuild', 'eng/product.proj', '-m', '-v:m', '-nologo', '-tl:off')
        Set-ProductStamp
    }
    Build-GeoTable
}

# Tables of countries and autonomous systems for module/geo, of the npm packages that eng/geo/package-lock.json pins: fetched without npm,
# checked against it, and made once. Where they are out of reach the module goes without, and says how to get them.
function Build-GeoTable {
    $folder = Join-Path $root module geo
    $lock = Join-Path $root eng geo package-lock.json
    $cache = New-Item -ItemType Directory -Force -Path (Join-Path $artifacts geo)
    $stamp = Join-Path $cache made.json
    $pinned = Get-Content -LiteralPath $lock -Raw
    $made = (Test-Path -LiteralPath $stamp, "$folder/country.ranges", "$folder/asn.ranges") -notcontains $false
    if ($made -and (Get-Content -LiteralPath $stamp -Raw) -ceq $pinned) { return }
    $packages = ($pinned | ConvertFrom-Json -AsHashtable).packages.Values | Where-Object { $_.Contains('integrity') }
    try {
        $files = foreach ($package in $packages) {
            $file = Join-Path $cache (Split-Path -Leaf ([uri] $package.resolved).AbsolutePath)
            if (-not (Test-Path -LiteralPath $file)) {
                Invoke-WebRequest -Uri $package.resolved -OutFile "$file.new" -ConnectionTimeoutSeconds 10 -OperationTimeoutSeconds 30
                Move-Item -LiteralPath "$file.new" -Destination $file -Force
            }
            $hash = 'sha512-' + [Convert]::ToBase64String([Convert]::FromHexString((Get-FileHash -LiteralPath $file -Algorithm SHA512).Hash))
            if ($hash -cne $package.integrity) {
                Remove-Item -LiteralPath $file
                throw "$($package.resolved) is not what eng/geo/package-lock.json pins"
            }
            $file
        }
    }
    catch {
        "Without tables of countries ($($_.Exception.Message)): Update-GeoDatabase fetches them later."
        return
    }
    $log = Join-Path $artifacts log geo.log
    $null = New-Item -ItemType Directory -Force -Path (Split-Path $log)
    $make = "Import-Module '$root/NetTraffic.psd1'; Update-GeoDatabase -Path '$($files -join "','")' -Destination '$folder' -ErrorAction Stop"
    & $pwsh -NoProfile -NonInteractive -Command $make *> $log
    if ($LASTEXITCODE -ne 0) { Exit-WithLine "the tables of countries could not be made; see $log" }
    Set-Content -LiteralPath $stamp -Value $pinned -NoNewline
}

# The tests, and what users run where it is not current, in one go: the cores are busier that way.
function Build-Test {
    Assert-Sdk
    if (-not $env:NETTRAFFIC_ANALYZE_TESTS) { $env:NETTRAFFIC_ANALYZE_TESTS = 'false' }
    $withProduct = -not (Test-Product)
    "Building $($withProduct ? 'the module and the tests (the first time packages are fetched)' : 'the tests') ..."
    $withBrowser = [bool] (& (Join-Path $root eng find-browser.ps1))
    $with = "-p:WithProduct=$withProduct", "-p:WithBrowser=$withBrowser"
    Invoke-Dotnet build-tests (@('msbuild', 'eng/tests.proj', '-m', '-v:m', '-nologo', '-tl:off') + $with)
    if ($withProduct) { Set-ProductStamp }
    Build-GeoTable
}

# PowerShell's own arguments, with the module imported before what -Command or -File names, or before the prompt.
function Get-ShellArgument([string[]] $Given) {
    $import = "Import-Module '$((Join-Path $root NetTraffic.psd1) -replace "'", "''")'"
    $at = 0..($Given.Count - 1) | Where-Object { $Given.Count -and $Given[$_] -in '-Command', '-c', '-File', '-f' } | Select-Object -First 1
    if ($null -eq $at) { return @('-NoLogo') + $Given + '-NoExit', '-Command', $import }
    $before = @($Given | Select-Object -First $at)
    $rest = @($Given | Select-Object -Skip ($at + 1))
    if (-not $rest) { Exit-WithLine "$($Given[$at]) needs something to run." }
    if ($Given[$at] -in '-Command', '-c') { return $before + '-Command', "$import`n$($rest -join ' ')" }
    $words = $rest | Select-Object -Skip 1 | ForEach-Object { $_ -match '^-[a-z]\w*$' ? $_ : "'$($_ -replace "'", "''")'" }
    $before + '-Command', "$import`n& '$((Convert-Path -LiteralPath $rest[0]) -replace "'", "''")' $words`nexit `$LASTEXITCODE"
}

function New-Package([string[]] $Rids) {
    # The tables of countries, which go into every package, are made with the module.
    Build-Product
    $known = 'linux-x64', 'linux-arm64', 'win-x64', 'win-arm64', 'osx-arm64', 'osx-x64'
    $version = (Import-PowerShellDataFile -LiteralPath "$root/NetTraffic.psd1").ModuleVersion
    $own = $Rids -contains '-SelfContained'
    $Rids = @($Rids | Where-Object { $_ -and $_ -ne '-SelfContained' })
    if (-not $Rids) {
        $os = $IsWindows ? 'win' : $IsMacOS ? 'osx' : 'linux'
        $Rids = "$os-$([Runtime.InteropServices.RuntimeInformation]::OSArchitecture.ToString().ToLowerInvariant())"
    }
    $all = $Rids[0] -eq 'all'
    if ($all) { $Rids = 'linux-x64', 'linux-arm64', 'win-x64', 'win-arm64', 'osx-arm64' }
    $unknown = $Rids | Where-Object { $_ -notin $known } | Select-Object -First 1
    if ($unknown) { Exit-WithLine "'$unknown' is not a runtime identifier this can pack for: $($known -join ', '), or all." }
    foreach ($rid in $Rids) {
        "Packing $rid ..."
        $properties = "-p:Rid=$rid", "-p:ModuleVersion=$version", "-p:OwnDotnet=$($own ? 'true' : 'false')"
        Invoke-Dotnet "pack-$rid" (@('msbuild', 'eng/product.proj', '-t:Pack') + $properties + '-m', '-v:m', '-nologo', '-tl:off')
        $zip = Get-Item -LiteralPath "$artifacts/pack/NetTraffic-$version-$rid$($own ? '-selfcontained' : '').zip"
        "  folder   artifacts/pack/$rid/NetTraffic/$version"
        "  zip      artifacts/pack/$($zip.Name) ($([Math]::Round($zip.Length / 1MB)) MB)"
    }
    # A package has its name and version once, so there is one, of all systems.
    if ($all) {
        $properties = "-p:Rids=$($Rids -join '+')", "-p:ModuleVersion=$version"
        Invoke-Dotnet package (@('msbuild', 'eng/product.proj', '-t:Package') + $properties + '-v:m', '-nologo', '-tl:off')
        "  package  artifacts/pack/NetTraffic.$version.nupkg"
    }
}

$shellArguments = if ($verb -eq 'shell') { Get-ShellArgument $arguments }
$before = Get-Location
# Where dotnet finds global.json.
Set-Location -LiteralPath $root
try {
    switch ($verb) {
        'demo' {
            Install-CaptureLibrary
            Build-Product
            Switch-Program (@($pwsh, '-NoProfile', '-NonInteractive', '-File', (Join-Path $root demo demo.ps1)) + $arguments)
        }
        'test' {
            Install-CaptureLibrary
            Build-Test
            & (Join-Path $root eng run-tests.ps1) @arguments
            exit $LASTEXITCODE
        }
        'build' {
            Build-Product
            'The module is in module/bin: Import-Module ./NetTraffic.psd1'
        }
        'shell' {
            Install-CaptureLibrary
            Build-Product
            Set-Location -LiteralPath $before
            Switch-Program (@($pwsh) + $shellArguments)
        }
        'bench' {
            Build-Product
            'Building the benchmarks ...'
            $project = 'tests/bench/NetTraffic.Benchmarks/NetTraffic.Benchmarks.csproj'
            Invoke-Dotnet bench-build @('build', $project, '-c', 'Release', '-v', 'm', '-nologo', '-tl:off')
            if (-not $arguments) { $arguments = '--filter', '*' }
            Switch-Program (@('dotnet', 'run', '--no-build', '-c', 'Release', '--project', $project, '--') + $arguments)
        }
        'pack' { New-Package $arguments }
        'format' {
            Assert-Sdk
            & dotnet format NetTrafficPS.sln --verify-no-changes
            if ($LASTEXITCODE -ne 0) { Exit-WithLine "the formatting differs; 'dotnet format' mends it." }
        }
        'libpcap' { Install-CaptureLibrary }
        'clean' {
            # All but the PowerShell that may be running this.
            @(
                Get-ChildItem -LiteralPath $artifacts -Force -ErrorAction Ignore | Where-Object FullName -NE $PSHOME
                Get-Item module/bin, module/geo, TestResults, BenchmarkDotNet.Artifacts -ErrorAction Ignore
                Get-ChildItem src, tests -Directory -Recurse | Where-Object Name -In obj, bin
            ) | Remove-Item -Recurse -Force
        }
        { $_ -in $null, 'help', '-h', '--help' } { $usage }
        default {
            $usage
            Exit-WithLine "'$verb' is not a command."
        }
    }
}
finally {
    Set-Location -LiteralPath $before
}
