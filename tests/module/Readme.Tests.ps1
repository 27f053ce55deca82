#Requires -Version 7.6
# Every example of the README: it runs, a prompt gives what it shows, and the first table is what the sample gives.

BeforeDiscovery {
    $text = Get-Content -Raw (Join-Path (Split-Path (Split-Path $PSScriptRoot)) README.md)
    $prompts = $text -split "`n" | Where-Object { $_ -like 'PS> *' } | ForEach-Object { @{ Line = $_.Substring(4).Trim() } }
    $lines = [regex]::Matches($text, '(?s)```powershell\n(.*?)```') | ForEach-Object { $_.Groups[1].Value -split "`n" } |
        Where-Object { $_ -and $_ -notlike './build.*' -and $_ -notlike 'Import-Module*' } | ForEach-Object { @{ Line = $_ } }
}

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $loopback = $IsMacOS ? 'lo0' : 'lo'
    $place = Get-TestPath place
    $null = New-Item -ItemType Directory "$place/tests/fixtures"
    Copy-Item (Get-Sample), "$(Get-Root)/tests/fixtures/internet.pcap" "$place/tests/fixtures"
    Push-Location $place
    $null = Import-NetCapture ./tests/fixtures/sample.pcapng
}

AfterAll {
    Get-Job | Where-Object PSJobTypeName -EQ NetCaptureJob | Remove-Job -Force
    Pop-Location
}

Describe 'The README' {
    # Before Pester takes away what was made in here.
    AfterAll { Stop-NetTrafficServer }

    It 'runs <Line>' -ForEach $lines {
        if ($Line -match 'Start-NetCapture|\$job') { Skip-WithoutCapture }
        # Which interfaces this machine has is not the README's to know, nor whose port 8630 is; nobody's browser is to open. Lines go on
        # with what others set.
        $own = $Line -replace 'eth0, lo', $loopback -replace '\$job\b', '$global:readmeJob' -replace 'Server -Open', 'Server -Port 0'
        $got = Invoke-Recorded { . ([scriptblock]::Create($own)) }
        $got.Errors | Should -BeNullOrEmpty
    }

    It 'shows what it gives: <Line>' -ForEach $prompts { Invoke-Expression $Line | Should -Not -BeNullOrEmpty }

    It 'has the table of the sample' {
        $readme = Get-Content (Join-Path (Get-Root) README.md)
        $at = [array]::IndexOf($readme, 'PS> Get-TrafficSummary -By Application -Top 5')
        $shown = $readme[($at + 2)..($at + 10)] | Where-Object { $_ } | ForEach-Object TrimEnd
        $own = New-StorePath
        $null = Import-NetCapture (Get-Sample) -StorePath $own
        Get-Rendered { Get-TrafficSummary -By Application -Top 5 -StorePath $own } 80 | Where-Object { $_ } | ForEach-Object TrimEnd |
            Should -Be $shown
    }
}
