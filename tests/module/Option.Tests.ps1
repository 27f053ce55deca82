#Requires -Version 7.6
# Settings (Get- and Set-NetTrafficOption), retention and Clear-NetTraffic.

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
}

Describe 'Settings' {
    BeforeEach { $store = New-StorePath }

    It 'have defaults' {
        $option = Get-NetTrafficOption -StorePath $store
        $option | Should -BeOfType NetTraffic.TrafficOption
        $option.StorePath, $option.Sensor, $option.Retention, $option.FlushInterval |
            Should -Be $store, ([Environment]::MachineName), $null, ([timespan]::FromSeconds(5))
        $store | Should -Not -Exist
    }

    It 'change only where given, and $null takes them back' {
        $before = Get-NetTrafficOption -StorePath $store
        Set-NetTrafficOption -Sensor tap1 -Retention 30d -FlushInterval 10s -StorePath $store | Should -BeNullOrEmpty
        $set = Set-NetTrafficOption -LocalNetworks 10.0.0.0/8, 2001:db8::/32 -StorePath $store -PassThru
        $set.Sensor, $set.Retention.TotalDays, $set.FlushInterval.TotalSeconds | Should -Be tap1, 30, 10
        $set.LocalNetworks | Should -Be '10.0.0.0/8', '2001:db8::/32'
        $back = Set-NetTrafficOption -Retention forever -FlushInterval $null -LocalNetworks $null -StorePath $store -PassThru
        $back.Sensor, $back.Retention, $back.FlushInterval.TotalSeconds | Should -Be tap1, $null, 5
        $back.LocalNetworks | Should -Be $before.LocalNetworks
        Set-NetTrafficOption -Retention 1d -StorePath $store
        Set-NetTrafficOption -Retention $null -Sensor $null -StorePath $store
        $option = Get-NetTrafficOption -StorePath $store
        $option.Sensor, $option.Retention | Should -Be $before.Sensor, $null
    }

    It 'refuse what they cannot be, and nothing changes: <_>' -ForEach '-FlushInterval 100ms', '-Retention 5m', '-LocalNetworks nonsense', '-Sensor "a`e[2Jb"' {
        Set-NetTrafficOption -Sensor good -StorePath $store
        $null = Assert-Problem { Invoke-Expression "Set-NetTrafficOption $_ -StorePath `$store" } BadArgument InvalidArgument
        $option = Get-NetTrafficOption -StorePath $store
        $option.Sensor, $option.Retention, $option.FlushInterval.TotalSeconds | Should -Be good, $null, 5
    }

    It 'must be given one' { $null = Assert-Problem { Set-NetTrafficOption -StorePath $store } NothingToSet InvalidArgument }

    It 'are left alone with -WhatIf' {
        Set-NetTrafficOption -Sensor x -StorePath $store -WhatIf
        $store | Should -Not -Exist
    }

    It 'are overridden by the environment, and that is said' {
        $env:NETTRAFFIC_SENSOR = 'from-outside'
        try {
            $got = Invoke-Recorded { Set-NetTrafficOption -Sensor inside -StorePath $store }
            $got.Warnings | Should -HaveCount 1
            $got.Warnings[0] | Should -BeLike '*NETTRAFFIC_SENSOR*'
            $shown = Get-NetTrafficOption -StorePath $store
            $shown.Sensor | Should -Be from-outside
            $shown.FromEnvironment | Should -Be 'Sensor (NETTRAFFIC_SENSOR)'
        }
        finally { Remove-Item env:NETTRAFFIC_SENSOR }
    }

    It 'decide the store of a cmdlet that names none' {
        (Get-NetTrafficOption).StorePath | Should -Be $env:NETTRAFFIC_HOME
    }
}

Describe 'Clear-NetTraffic' {
    BeforeEach {
        $store = New-StorePath
        $null = Import-NetCapture (New-DnsCapture old.pcap 4) -StorePath $store
    }

    It 'removes old traffic, and says what it freed' {
        (Clear-NetTraffic -OlderThan 5000d -Confirm:$false -StorePath $store).Segments | Should -Be 0
        $result = Clear-NetTraffic -OlderThan 1d -Confirm:$false -StorePath $store
        $result | Should -BeOfType NetTraffic.ClearResult
        $result.Segments | Should -BeGreaterThan 0
        $result.FreedBytes | Should -BeGreaterThan 0
        (Get-TrafficSummary -StorePath $store).Flows | Should -Be 0
    }

    It 'removes nothing with -WhatIf' {
        Clear-NetTraffic -OlderThan 1d -WhatIf -StorePath $store | Should -BeNullOrEmpty
        (Get-TrafficSummary -StorePath $store).Flows | Should -Be 4
    }

    It 'asks, and fails where nobody can answer' {
        $answer = Invoke-PowerShell "Clear-NetTraffic -OlderThan 1d -StorePath '$store'"
        $answer.Code | Should -Be 1
        $answer.Errors | Should -BeLike '*NonInteractive*'
        (Get-TrafficSummary -StorePath $store).Flows | Should -Be 4
    }

    It 'refuses <_>' -ForEach '([timespan]::MaxValue)', "([timespan]'-1')" {
        $null = Assert-Problem { Invoke-Expression "Clear-NetTraffic $_ -WhatIf -StorePath `$store" } BadArgument InvalidArgument
    }
}
