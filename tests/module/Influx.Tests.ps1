#Requires -Version 7.6
# The cmdlets around InfluxDB, without a server; tests/integration/influx.sh has one.

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $secret = 'very-secret-71'
    $secure = ConvertTo-SecureString $secret -AsPlainText -Force
    # A port where nobody listens.
    $listener = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
    $listener.Start()
    $nobody = "http://127.0.0.1:$($listener.LocalEndpoint.Port)"
    $listener.Stop()
}

Describe 'InfluxDB' {
    BeforeEach { $store = New-StorePath }
    AfterEach { Get-ChildItem env:NETTRAFFIC_INFLUX_* | Remove-Item }

    It '<_> names the next move where no server is set' -ForEach 'Test-NetTrafficInflux', 'Sync-NetTrafficInflux', 'Initialize-NetTrafficInflux' {
        (Assert-Problem { & $_ -StorePath $store } InfluxNotSet ObjectNotFound).ErrorDetails.RecommendedAction |
            Should -BeLike '*-InfluxUrl*'
    }

    It 'ends where nobody answers' {
        $env:NETTRAFFIC_INFLUX_URL = $nobody
        $null = Import-NetCapture "$PSScriptRoot/../fixtures/sample.pcapng" -StorePath $store
        $clock = [Diagnostics.Stopwatch]::StartNew()
        $null = Assert-Problem { Sync-NetTrafficInflux -TimeoutSec 1 -StorePath $store -WarningAction SilentlyContinue } InfluxUnreachable ConnectionError
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 20
    }

    It 'keeps its settings, and shows no secret' {
        Set-NetTrafficOption -InfluxUrl http://influx.example:8086/ -InfluxOrg ops -InfluxBucket b -InfluxGeneration 2 -InfluxToken $secure -StorePath $store
        $option = Get-NetTrafficOption -StorePath $store
        $option.InfluxUrl, $option.InfluxOrg, $option.InfluxBucket, "$($option.InfluxGeneration)" |
            Should -Be 'http://influx.example:8086', ops, b, V2
        $option.HasInfluxToken, $option.HasInfluxPassword | Should -Be $true, $false
        $option | Format-List * | Out-String | Should -Not -Match $secret
        $option | ConvertTo-Json | Should -Not -Match $secret
        Get-Content "$store/config.json" -Raw | Should -Not -Match $secret
        if (-not $IsWindows) { "$((Get-Item "$store/secrets.json").UnixFileMode)" | Should -Be 'UserWrite, UserRead' }
        Set-NetTrafficOption -InfluxToken $null -InfluxUrl $null -StorePath $store
        Get-Content "$store/secrets.json" -Raw | Should -Not -Match $secret
        $option = Get-NetTrafficOption -StorePath $store
        $option.InfluxUrl, $option.HasInfluxToken | Should -Be $null, $false
    }

    It 'refuses <Arguments> and quotes no secret' -ForEach @(
        @{ Arguments = '-InfluxUrl influx.example'; Says = '*http://HOST:8086*' }
        @{ Arguments = '-InfluxUrl ftp://influx.example'; Says = '*http://HOST:8086*' }
        @{ Arguments = '-InfluxUrl http://user:very-secret-71@influx.example'; Says = '*-InfluxToken*' }
        @{ Arguments = "-InfluxUrl 'http://influx.example/?u=a&p=very-secret-71'"; Says = '*-InfluxToken*' }
        @{ Arguments = '-InfluxBucket "a`e[2Jb"'; Says = '*control characters*' }
    ) {
        $problem = Assert-Problem { Invoke-Expression "Set-NetTrafficOption $Arguments -StorePath `$store" } BadArgument InvalidArgument
        "$($problem.ErrorDetails.Message)" | Should -BeLike $Says
        "$($problem.ErrorDetails.Message)" | Should -Not -Match $secret
    }

    It 'takes a server that is not there for a result of the test' {
        Set-NetTrafficOption -InfluxUrl $nobody -InfluxToken $secure -StorePath $store
        $result = Test-NetTrafficInflux -StorePath $store
        $result | Should -BeOfType NetTraffic.InfluxProbeResult
        $result.Reachable, $result.WriteAccepted, "$($result.Problem)" | Should -Be $false, $false, Unreachable
        $result | Format-List * | Out-String | Should -Not -Match $secret
        $problem = Assert-Problem { Initialize-NetTrafficInflux -StorePath $store } InfluxUnreachable ConnectionError
        "$problem $($problem.Exception)" | Should -Not -Match $secret
    }

    It 'takes its token from a file, as containers mount them' {
        Set-Content "$TestDrive/token" $secret
        $env:NETTRAFFIC_INFLUX_TOKEN_FILE = "$TestDrive/token"
        $env:NETTRAFFIC_INFLUX_URL = 'http://influx.example:8086'
        $shown = Get-NetTrafficOption -StorePath $store
        $shown.HasInfluxToken | Should -BeTrue
        $shown.FromEnvironment | Should -Be 'InfluxUrl (NETTRAFFIC_INFLUX_URL)', 'InfluxToken (NETTRAFFIC_INFLUX_TOKEN_FILE)'
        Remove-Item "$TestDrive/token"
        (Assert-Problem { Get-NetTrafficOption -StorePath $store } SecretFileUnreadable ObjectNotFound).ErrorDetails.Message |
            Should -BeLike '*NETTRAFFIC_INFLUX_TOKEN_FILE*'
    }

    It 'has the move that fits what is wrong: <What>' -ForEach @(
        @{ What = 'half a config.json'; Id = 'StoreFailed'; Category = 'ResourceUnavailable'; Names = '*config.json*'
            Command = 'Get-NetTrafficOption'
            Make = { Set-Content "$store/config.json" '{"InfluxUrl": "http://' } }
        @{ What = 'a URL in config.json that is none'; Id = 'BadArgument'; Category = 'InvalidArgument'; Names = '*config.json*'
            Command = 'Test-NetTrafficInflux'
            Make = { Set-Content "$store/config.json" '{"InfluxUrl": "nowhere"}' } }
        @{ What = 'half a secrets.json'; Id = 'StoreFailed'; Category = 'ResourceUnavailable'; Names = '*-InfluxToken*'
            Command = 'Test-NetTrafficInflux'
            Make = { Set-NetTrafficOption -InfluxUrl http://127.0.0.1:1 -StorePath $store; Set-Content "$store/secrets.json" '{"InfluxToken": "very-secret-71' } }
        @{ What = 'a token file that is not there'; Id = 'SecretFileUnreadable'; Category = 'ObjectNotFound'
            Names = '*NETTRAFFIC_INFLUX_TOKEN_FILE*'; Command = 'Test-NetTrafficInflux'
            Make = { $env:NETTRAFFIC_INFLUX_TOKEN_FILE = "$store/nowhere" } }
        @{ What = 'a variable that is no URL'; Id = 'BadArgument'; Category = 'InvalidArgument'; Names = '*environment variable*'
            Command = 'Test-NetTrafficInflux'
            Make = { $env:NETTRAFFIC_INFLUX_URL = 'influx.example' } }
    ) {
        $null = New-Item -ItemType Directory $store
        . $Make
        $problem = Assert-Problem { & $Command -StorePath $store } $Id $Category
        $problem.ErrorDetails.RecommendedAction | Should -BeLike $Names
        "$problem $($problem.Exception)" | Should -Not -Match $secret
    }
}
