# Every example of the README, whole lines, in PowerShell itself.

BeforeDiscovery {
    $root = Split-Path (Split-Path $PSScriptRoot)
    $text = Get-Content -Raw (Join-Path $root README.md)
    $lines = @($text -split "`n" | Where-Object { $_ -like 'PS> *' } | ForEach-Object { $_.Substring(4).Trim() })
    $lines += [regex]::Matches($text, '(?s)```powershell\n(.*?)```') | ForEach-Object { $_.Groups[1].Value -split "`n" } |
        Where-Object { $_ -and $_ -notlike './build.*' -and $_ -notlike 'Import-Module*' -and $_ -notlike '*Start-NetCapture*' -and $_ -notlike '$job*' }
    $examples = $lines | ForEach-Object { @{ Line = $_ } }
}

Describe 'The README' {
    BeforeAll {
        $root = Split-Path (Split-Path $PSScriptRoot)
        Import-Module (Join-Path $root NetTraffic.psd1) -Force
        $before = $env:NETTRAFFIC_HOME
        $env:NETTRAFFIC_HOME = Join-Path $TestDrive store
        New-Item -ItemType Directory (Join-Path $TestDrive tests fixtures) -Force | Out-Null
        Copy-Item (Join-Path $root tests fixtures sample.pcapng) (Join-Path $TestDrive tests fixtures)
        Push-Location $TestDrive
        Import-NetCapture ./tests/fixtures/sample.pcapng | Out-Null
    }

    AfterAll {
        Pop-Location
        $env:NETTRAFFIC_HOME = $before
    }

    It 'runs <Line>' -ForEach $examples {
        { Invoke-Expression "$Line -ErrorAction Stop" } | Should -Not -Throw
    }
}
