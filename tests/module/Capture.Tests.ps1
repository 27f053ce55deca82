#Requires -Version 7.6
# Live captures on the loopback interface: jobs, stopping, waiting, signals. What is refused needs no permission, only libpcap.

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $loopback = $IsMacOS ? 'lo0' : 'lo'
}

AfterAll {
    Stop-NetCapture -All -WarningAction Ignore
    Get-Job | Where-Object PSJobTypeName -EQ NetCaptureJob | Remove-Job -Force
}

Describe 'Get-NetCaptureInterface' {
    BeforeEach { Skip-WithoutLibpcap }

    It 'lists the loopback interface with its addresses' {
        $found = Get-NetCaptureInterface | Where-Object Name -EQ $loopback
        $found | Should -BeOfType NetTraffic.CaptureInterface
        $found.IsLoopback, $found.IsUp | Should -Be $true, $true
        $found.Addresses | Should -Contain 127.0.0.1
        $found.CanCapture | Should -Be ($null -eq $found.CaptureProblem)
    }

    It 'takes names and wildcards' {
        (Get-NetCaptureInterface $loopback).Name | Should -Be $loopback
        (Get-NetCaptureInterface "$($loopback[0])*").Name | Should -Contain $loopback
        $null = Assert-Problem { Get-NetCaptureInterface lox } UnknownInterface ObjectNotFound
    }
}

Describe 'Start-NetCapture refuses' {
    BeforeEach { $store = New-StorePath }

    It 'an interface that is not there, with the nearest names, and stores nothing' {
        Skip-WithoutLibpcap
        $problem = Assert-Problem { Start-NetCapture loo -StorePath $store } UnknownInterface ObjectNotFound
        "$problem" | Should -BeLike "*$loopback*"
        $problem.ErrorDetails.RecommendedAction | Should -BeLike '*Get-NetCaptureInterface*'
        $null = Assert-Problem { Start-NetCapture nothing* -StorePath $store } UnknownInterface ObjectNotFound
        Get-NetCapture -StorePath $store -WarningAction Ignore | Should -BeNullOrEmpty
        Get-Job | Where-Object PSJobTypeName -EQ NetCaptureJob | Should -BeNullOrEmpty
    }

    It 'a bad filter, with what libpcap says' {
        Skip-WithoutCapture
        $problem = Assert-Problem { Start-NetCapture $loopback 'tcp prot 80' -StorePath $store } BadFilter InvalidArgument
        "$problem" | Should -BeLike '*tcp prot 80*syntax error*'
        $problem.ErrorDetails.RecommendedAction | Should -BeLike '*pcap-filter*'
        Get-NetCapture -StorePath $store -WarningAction Ignore | Should -BeNullOrEmpty
    }

    It '<Arguments>' -ForEach @(
        @{ Arguments = '-FlushInterval 10ms'; Id = 'BadFlushInterval' }
        @{ Arguments = '-FlushInterval 2h'; Id = 'BadFlushInterval' }
        @{ Arguments = '-Duration ([timespan]0)'; Id = 'BadDuration' }
        @{ Arguments = '-PacketRingSnapLength 100'; Id = 'BadArgument' }
    ) {
        $null = Assert-Problem { Invoke-Expression "Start-NetCapture $loopback $Arguments -StorePath '$store'" } $Id InvalidArgument
    }

    It 'numbers out of range: <_>' -ForEach '-SnapLength 1', '-BufferSize 1', '-PacketRing 1', '-PacketCount 0', '-MaxFlows 1' {
        { Invoke-Expression "Start-NetCapture $loopback $_ -StorePath '$store'" } | Should -Throw '*allowed range*'
    }
}

Describe 'A capture as a job' {
    BeforeEach {
        Skip-WithoutCapture
        $store = New-StorePath
        $port = Get-FreePort
    }

    It 'lives as jobs do' {
        $job = Start-NetCapture $loopback "udp port $port" -Name probe -FlushInterval 1s -StorePath $store
        $job.PSTypeNames[0], $job.PSJobTypeName, "$($job.State)" | Should -Be 'NetTraffic.NetCaptureJob', 'NetCaptureJob', 'Running'
        Send-Datagram $port 25
        Wait-Until { $job.Packets -ge 25 }
        (Get-Job -Name probe).Id | Should -Be $job.Id
        $listed = Get-NetCapture -CaptureId $job.CaptureId -StorePath $store
        "$($listed.State)", $listed.Name | Should -Be Running, probe
        $null = Wait-Job $job -Timeout 2
        Receive-Job $job | Should -BeOfType NetTraffic.CaptureStatus

        Stop-Job $job
        "$($job.State)" | Should -Be Stopped
        $last = (Receive-Job $job)[-1]
        "$($last.State)", $last.CaptureId | Should -Be Stopped, $job.CaptureId
        # An old libpcap sees loopback packets twice: out and in.
        $last.Packets | Should -BeIn 25, 50
        $job.StatusMessage | Should -BeLike '*packets*'
        Remove-Job $job
        Get-Job | Where-Object Id -EQ $job.Id | Should -BeNullOrEmpty
        (Get-NetCapture probe -StorePath $store).Packets | Should -Be $last.Packets
        (Get-TrafficSummary -CaptureId $last.CaptureId -StorePath $store).Packets | Should -Be $last.Packets
    }

    It 'is removed with -Force while it runs, and stopped by that' {
        $job = Start-NetCapture $loopback "udp port $port" -Name forced -StorePath $store
        { Remove-Job $job -ErrorAction Stop } | Should -Throw
        Remove-Job $job -Force
        "$((Get-NetCapture forced -StorePath $store).State)" | Should -Be Stopped
    }

    It 'is stopped by <_>' -ForEach @(
        '$job | Stop-NetCapture -PassThru'
        'Stop-NetCapture -CaptureId $job.CaptureId -StorePath $store -PassThru'
        'Stop-NetCapture $job.CaptureId -StorePath $store -PassThru'
        'Stop-NetCapture -Name pro* -StorePath $store -PassThru'
        'Stop-NetCapture -All -StorePath $store -PassThru'
        'Get-NetCapture -State Running -StorePath $store | Stop-NetCapture -PassThru'
    ) {
        $job = Start-NetCapture $loopback "udp port $port" -Name probe -StorePath $store
        "$((Invoke-Expression $_).State)" | Should -Be Stopped
        "$((Wait-Job $job -Timeout 10).State)" | Should -Be Stopped
        Remove-Job $job
    }

    It 'has ended when Stop-NetCapture returns, each time' {
        $states = foreach ($i in 1..10) {
            $job = Start-NetCapture $loopback "udp port $port" -Name "n$i" -StorePath $store
            if ($i % 2) { Stop-NetCapture -Name "n$i" -StorePath $store } else { $job | Stop-NetCapture }
            "$($job.State)"
            Remove-Job $job
        }
        $states | Should -Be (@('Stopped') * 10)
    }

    It 'says nothing new where nothing is new' {
        $job = Start-NetCapture $loopback "udp port $port" -FlushInterval 1s -StorePath $store
        Send-Datagram $port 5
        Wait-Until { $job.Packets -ge 5 }
        # After the packets the rate falls to nothing, and their rows are written.
        Start-Sleep -Milliseconds 3500
        @(Receive-Job $job).Count | Should -BeGreaterThan 0
        Start-Sleep -Milliseconds 2500
        $job.HasMoreData | Should -BeFalse
        Receive-Job $job | Should -BeNullOrEmpty
        Send-Datagram $port 5
        Wait-Until { $job.HasMoreData }
        $job | Stop-NetCapture
        $last = @(Receive-Job $job)[-1]
        "$($last.State)", $last.InterfaceStates[$loopback] | Should -Be Stopped, ([NetTraffic.InterfaceState]::Up)
        Remove-Job $job
    }

    It 'that ends with its PowerShell is told of on standard error' {
        $got = Invoke-PowerShell "Start-NetCapture $loopback 'udp port $port' -Duration 60s -Name hasty -StorePath '$store'"
        $got.Errors | Should -BeLike "*WARNING: The capture 'hasty' (*) ended with the PowerShell that ran it, after *-Wait*"
        "$((Get-NetCapture hasty -StorePath $store).State)" | Should -Be Stopped
        (Invoke-PowerShell "Start-NetCapture $loopback 'udp port $port' -Duration 1s -Wait -StorePath '$store'").Errors | Should -BeNullOrEmpty
    }

    It 'ends by itself after a number of packets' {
        $job = Start-NetCapture $loopback "udp port $port" -PacketCount 5 -StorePath $store
        Send-Datagram $port 10
        "$((Wait-Job $job -Timeout 30).State)" | Should -Be Completed
        (Get-NetCapture -StorePath $store).Packets | Should -Be 5
        Remove-Job $job
    }

    It 'keeps its packets in a ring where asked to' {
        $job = Start-NetCapture $loopback "udp port $port" -PacketRing 2MB -FlushInterval 1s -StorePath $store
        Send-Datagram $port 10
        Wait-Until { $job.Packets -ge 10 }
        $job | Stop-NetCapture
        $null = Wait-Job $job -Timeout 10
        Get-NetPacket -StorePath $store | Should -HaveCount $job.Status.Packets
        Remove-Job $job
    }

    It 'is neither started nor stopped with -WhatIf' {
        Start-NetCapture $loopback -WhatIf -StorePath $store | Should -BeNullOrEmpty
        Get-NetCapture -StorePath $store -WarningAction Ignore | Should -BeNullOrEmpty
        $job = Start-NetCapture $loopback "udp port $port" -StorePath $store
        Stop-NetCapture -All -WhatIf -StorePath $store
        "$((Get-NetCapture -StorePath $store).State)" | Should -Be Running
        Remove-Job $job -Force
    }

    It 'is stopped although another one is not there' {
        $job = Start-NetCapture $loopback "udp port $port" -StorePath $store
        $got = Invoke-Recorded { Stop-NetCapture nosuch, $job.CaptureId -StorePath $store -PassThru }
        $got.Errors | Should -HaveCount 1
        $got.Errors[0].FullyQualifiedErrorId | Should -BeLike 'CaptureNotFound,*'
        "$($got.Output.State)" | Should -Be Stopped
        Remove-Job $job -Force
    }

    It 'is found by state, several at once' {
        $null = Import-NetCapture (New-DnsCapture state.pcap 1) -StorePath $store
        Get-NetCapture -State Failed, Completed -StorePath $store | Should -HaveCount 1
        Get-NetCapture -State 'Failed, Completed' -StorePath $store | Should -HaveCount 1
        Get-NetCapture -State Running, Failed -StorePath $store | Should -BeNullOrEmpty
        Get-NetCapture (Get-NetCapture -StorePath $store).CaptureId -StorePath $store | Should -HaveCount 1
    }
}

Describe 'Start-NetCapture -Wait' {
    BeforeEach {
        Skip-WithoutCapture
        $store = New-StorePath
        $port = Get-FreePort
        # A capture that waits, in another process: ends with "exit code" and what it wrote.
        function Start-Waiting([string] $Before = '') {
            $running = Start-PowerShell '-Command', "Import-Module `$env:NETTRAFFIC_MANIFEST; $Before Start-NetCapture $loopback 'udp port $port' -Name waiting -Wait -StorePath '$store'"
            Wait-Until { Get-NetCapture waiting -StorePath $store -WarningAction Ignore -ErrorAction Ignore }
            $running
        }
        function Send-Until([int] $Packets) {
            Wait-Until { Send-Datagram $port 5; (Get-NetCapture waiting -StorePath $store).Packets -ge $Packets }
        }
    }

    It 'returns the final numbers' {
        $last = Start-NetCapture $loopback "udp port $port" -Duration 1s -Wait -StorePath $store
        $last | Should -BeOfType NetTraffic.CaptureStatus
        "$($last.State)" | Should -Be Completed
    }

    It 'shows how far it is' {
        $got = Invoke-Runspace 'Start-NetCapture $args[0] "udp port $($args[1])" -Duration 2s -Wait -StorePath $args[2]' -ArgumentList $loopback, $port, $store
        $got.Errors | Should -BeNullOrEmpty
        "$($got.Output.State)" | Should -Be Completed
        @($got.Progress | Where-Object { $_.PercentComplete -gt 0 -and $_.PercentComplete -lt 100 -and $_.StatusDescription -like '*dropped*' }) | Should -Not -BeNullOrEmpty
        "$($got.Progress[-1].RecordType)" | Should -Be Completed
    }

    It 'ends in good order at <Signal>: everything is stored, and the process ends with <Code>' -Skip:$IsWindows -ForEach @(
        @{ Signal = 'INT'; Code = 1 }
        @{ Signal = 'TERM'; Code = 143 }
        @{ Signal = 'HUP'; Code = 129 }
    ) {
        $running = Start-Waiting
        Send-Until 10
        /bin/sh -c "kill -$Signal $($running.Process.Id)"
        $ended = Wait-PowerShell $running
        $ended.Code | Should -Be $Code
        $last = Get-NetCapture waiting -StorePath $store
        "$($last.State)" | Should -Be Stopped
        $last.Packets | Should -BeGreaterOrEqual 10
        (Get-TrafficSummary -StorePath $store).Packets | Should -Be $last.Packets
        if ($Signal -eq 'INT') { $ended.Output + $ended.Errors | Should -BeLike "*Stopped: $($last.Packets) packets in $($last.Flows) flow* stored. See Get-NetCapture -CaptureId $($last.CaptureId)*" }
    }
}

Describe 'A capture whose process ends' {
    BeforeEach {
        Skip-WithoutCapture
        $store = New-StorePath
        $port = Get-FreePort
        function Start-Holding([string] $Then) {
            $running = Start-PowerShell '-Command', "Import-Module `$env:NETTRAFFIC_MANIFEST; `$job = Start-NetCapture $loopback 'udp port $port' -Name held -StorePath '$store'; $Then"
            Wait-Until { Get-NetCapture held -StorePath $store -WarningAction Ignore -ErrorAction Ignore }
            Wait-Until { Send-Datagram $port 5; (Get-NetCapture held -StorePath $store).Packets -ge 10 }
            $running
        }
    }

    It 'by <What> is Stopped, with everything stored' -Skip:$IsWindows -ForEach @(
        @{ What = 'SIGTERM while a script sleeps'; Then = 'Start-Sleep 60'; Signal = 'TERM'; Code = 143 }
        @{ What = 'SIGHUP while a script sleeps'; Then = 'Start-Sleep 60'; Signal = 'HUP'; Code = 129 }
        @{ What = 'Ctrl+C while a script sleeps'; Then = 'Start-Sleep 60'; Signal = 'INT'; Code = 1 }
        @{ What = 'exit 3'; Then = 'while (-not (Test-Path "$env:NETTRAFFIC_END")) { Start-Sleep -Milliseconds 50 }; exit 3'
            Signal = $null; Code = 3 }
    ) {
        $env:NETTRAFFIC_END = Get-TestPath ([guid]::NewGuid().ToString('n'))
        try {
            $running = Start-Holding $Then
            if ($Signal) { /bin/sh -c "kill -$Signal $($running.Process.Id)" } else { Set-Content $env:NETTRAFFIC_END now }
            (Wait-PowerShell $running).Code | Should -Be $Code
        }
        finally { Remove-Item env:NETTRAFFIC_END }
        $last = Get-NetCapture held -StorePath $store
        "$($last.State)" | Should -Be Stopped
        (Get-TrafficSummary -StorePath $store).Packets | Should -Be $last.Packets
    }

    It 'outlives its terminal where the process was told to (nohup)' -Skip:(-not $IsLinux) {
        Skip-WithoutProgram nohup
        $program = $env:NETTRAFFIC_PWSH ?? (Join-Path $PSHOME pwsh)
        $start = [System.Diagnostics.ProcessStartInfo]::new('nohup', @($program, '-NoProfile', '-NonInteractive', '-Command',
                "Import-Module '$(Get-Root)/NetTraffic.psd1'; Start-NetCapture $loopback 'udp port $port' -Name nohup -Wait -StorePath '$store'"))
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        $process = [System.Diagnostics.Process]::Start($start)
        try {
            Wait-Until { Get-NetCapture nohup -StorePath $store -WarningAction Ignore -ErrorAction Ignore }
            kill -HUP $process.Id
            Start-Sleep -Milliseconds 500
            "$((Get-NetCapture nohup -StorePath $store).State)" | Should -Be Running
            Stop-NetCapture -Name nohup -StorePath $store
            $process.WaitForExit(20000) | Should -BeTrue
        }
        finally { $process.Kill() }
    }
}
