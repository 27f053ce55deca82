#Requires -Version 7.6
# Get-Help of every cmdlet, and every example of it run. That the pages say what the cmdlets are is checked in
# tests/NetTraffic.PowerShell.Tests (HelpTests), which also writes them.

BeforeDiscovery {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Import-Module "$(Get-Root)/NetTraffic.psd1"
    $cmdlets = (Get-Command -Module NetTraffic).Name
    # As plain text: a live CommandInfo in a test's name is expanded without end.
    $examples = foreach ($name in $cmdlets) {
        $number = 0
        foreach ($example in (Get-Help $name).examples.example) {
            $number++
            @{ Name = $name; Number = $number; Code = (@($example.code) -join "`n") }
        }
    }
}

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $loopback = $IsMacOS ? 'lo0' : 'lo'
}

Describe 'Help of <_>' -ForEach $cmdlets {
    It 'has a synopsis, a description, two examples and every parameter' {
        $help = Get-Help $_ -Full
        $help.Synopsis | Should -Not -Match ([regex]::Escape("$_ ["))
        $help.Synopsis.Length | Should -BeGreaterThan 20
        ($help.description | Out-String).Trim().Length | Should -BeGreaterThan 50
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
        Get-Help $_ -Examples | Out-String | Should -Match 'Example 1'
        $common = [System.Management.Automation.Cmdlet]::CommonParameters + [System.Management.Automation.Cmdlet]::OptionalCommonParameters
        # Those that nobody is to type are not shown either.
        $shown = (Get-Command $_).Parameters.Values | Where-Object { $_.Name -notin $common -and $_.Attributes.DontShow -notcontains $true }
        $described = $help.parameters.parameter | Where-Object { ($_.description | Out-String).Trim() }
        $described.name | Where-Object { $_ -notin $common } | Sort-Object | Should -Be ($shown.Name | Sort-Object)
    }

    It 'names what comes in and what goes out' {
        $help = Get-Help $_ -Full
        ($help.inputTypes | Out-String).Trim() | Should -Not -BeNullOrEmpty
        ($help.returnValues | Out-String).Trim() | Should -Not -BeNullOrEmpty
        @($help.relatedLinks.navigationLink) | Should -Not -BeNullOrEmpty
    }
}

Describe 'The examples' {
    BeforeAll {
        # What the examples find where they run: the sample, some files, a store with packets, traffic on the loopback interface.
        $place = New-Item -ItemType Directory (Get-TestPath place)
        $null = New-Item -ItemType Directory "$place/tests/fixtures", "$place/captures"
        foreach ($copy in 'tests/fixtures/sample.pcapng', 'big.pcapng', 'capture.pcapng', 'captures/some.pcapng', 'one.pcap') { Copy-Item (Get-Sample) "$place/$copy" }
        Set-Content "$place/firehol_level1.netset" 192.0.2.0/24
        Set-Content "$place/bad.csv" 'first_seen_utc,dst_ip', '2026-01-01,192.0.2.1'
        if (Test-Path "$(Get-Root)/module/geo/country.ranges") { Copy-Item "$(Get-Root)/module/geo/country.ranges" $place }
        $null = Import-NetCapture (Get-Sample) -Name web -KeepPackets
        $null = Import-IpBlocklist "$place/firehol_level1.netset"
        Push-Location $place
        $traffic = Start-ThreadJob {
            while ($true) {
                $client = [System.Net.Sockets.TcpClient]::new()
                try { $client.Connect('127.0.0.1', 443) } catch [System.Net.Sockets.SocketException] { }
                $client.Dispose()
                Start-Sleep -Milliseconds 50
            }
        }
    }

    AfterAll {
        Remove-Job $traffic -Force
        Remove-Item env:NETTRAFFIC_INFLUX_URL -ErrorAction Ignore
        Pop-Location
    }

    AfterEach {
        Stop-NetCapture -All -WarningAction Ignore
        Get-NetTrafficServer | Stop-NetTrafficServer
        Get-Job | Where-Object PSJobTypeName -EQ NetCaptureJob | Remove-Job -Force
        if ($Code -match 'Influx') { Set-NetTrafficOption -InfluxUrl $null -InfluxDatabase $null -WarningAction Ignore }
    }

    It 'of <Name>, number <Number>, run' -ForEach $examples {
        if ($Code -match 'Update-GeoDatabase (-Verbose|-WhatIf)|-Uri https') { Set-ItResult -Skipped -Because 'it asks the internet' }
        if ($Code -match 'country.ranges' -and -not (Test-Path country.ranges)) { Set-ItResult -Skipped -Because 'the build had no tables' }
        if ($Code -match 'Sync-') { Set-ItResult -Skipped -Because 'it waits for the server to come (tests/integration/influx.sh has one)' }
        if ($Code -match 'ssh|Read-Host') { Set-ItResult -Skipped -Because 'it needs another machine, or somebody who types' }
        if ($Code -match '-Filter|-Interface|Start-NetCapture|Get-NetCaptureInterface') { Skip-WithoutCapture }
        if ($Code -match 'Register-NetCaptureTask' -and $IsLinux -and -not (Test-Path /run/systemd/system)) { Skip-WithoutProgram crontab }
        if ($Code -match 'Dumpcap') { Skip-WithoutProgram dumpcap }
        if ($Code -match '-DisplayFilter') { Skip-WithoutProgram tshark }
        # A capture would wait for the server at its end.
        if ($Code -match 'Influx') { $env:NETTRAFFIC_INFLUX_URL = 'http://127.0.0.1:9' } else { Remove-Item env:NETTRAFFIC_INFLUX_URL -ErrorAction Ignore }
        # Which interfaces a machine has, how long somebody waits and what the user's own settings are is not the example's to know.
        $here = $Code -replace 'eth0, wlan0|eth0|\bany\b|\blo\b', $loopback -replace '-First 20$', '-First 1'
        $here = $here -replace '-PacketCount 1000', '-PacketCount 1' -replace '/srv/traffic', '/srv/traffic -WhatIf'
        $here = $here -replace 'Start-NetCapture$|Start-NetCapture(?=\r?\n)', "Start-NetCapture $loopback" -replace '\bexit (\d)', '"exit $1"'
        $got = Invoke-Recorded { Invoke-Expression $here }
        # Nothing answers as InfluxDB here; that this is what is said is as far as these go.
        $got.Errors | Where-Object { $_.FullyQualifiedErrorId -notlike 'InfluxUnreachable,*' } | Should -BeNullOrEmpty
    }
}
