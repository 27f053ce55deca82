#Requires -Version 7.6
# Get-NetFlow: from a store, from files, from the pipeline.

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $sample = Get-Sample
    $dns = New-DnsCapture dns.pcap 20
    $captureId = (Import-NetCapture $dns).CaptureId
}

Describe 'Get-NetFlow of a store' {
    It 'gives the newest first, and only as many as asked for' {
        $flows = Get-NetFlow -First 5
        $flows.SourceAddress | Should -Be '10.1.0.19', '10.1.0.18', '10.1.0.17', '10.1.0.16', '10.1.0.15'
        $flows[0] | Should -BeOfType NetTraffic.Flow
        $flows[0].StartTime.ToUniversalTime() | Should -Be (Get-CaptureStart).AddSeconds(19)
    }

    It 'has both ends, both directions and what they are' {
        $flow = Get-NetFlow -First 1
        $flow.DestinationAddress, $flow.DestinationPort, $flow.Protocol, $flow.IpProtocol, $flow.Application |
            Should -Be '192.0.2.53', 53, 'UDP', 17, 'dns'
        $flow.SourcePackets, $flow.DestinationPackets, $flow.SourceBytes, $flow.DestinationBytes, $flow.Packets, $flow.Bytes |
            Should -Be 1, 1, 72, 122, 2, 194
        $flow.Duration | Should -Be ([timespan]::FromSeconds(0.5))
        $flow.CommunityId | Should -Match '^1:[A-Za-z0-9+/]{27}=$'
        $flow.CaptureId | Should -Be $captureId
    }

    It 'is the same with <Filter>, of the store, of a file and summed up' -ForEach @(
        @{ Filter = '-Address 10.1.0.0/30'; Flows = 4 }
        @{ Filter = '-Address 10.1.0.7, 10.1.0.9'; Flows = 2 }
        @{ Filter = '-Port 53'; Flows = 20 }
        @{ Filter = '-Port 54'; Flows = 0 }
        @{ Filter = '-Port 40000, 54'; Flows = 20 }
        @{ Filter = '-Protocol udp'; Flows = 20 }
        @{ Filter = '-Protocol 17'; Flows = 20 }
        @{ Filter = '-Protocol 017'; Flows = 20 }
        @{ Filter = '-Protocol TCP'; Flows = 0 }
        @{ Filter = '-Protocol arp, lldp, LLC, link-147, 0x88B5, is-is, 253'; Flows = 0 }
        @{ Filter = '-Application DNS'; Flows = 20 }
        @{ Filter = '-Application http'; Flows = 0 }
        @{ Filter = "-Since '2026-03-01T10:00:10Z'"; Flows = 10 }
        @{ Filter = "-Until '2026-03-01T10:00:10Z'"; Flows = 10 }
        @{ Filter = "-Since '2026-03-01T10:00:05Z' -Until '2026-03-01T10:00:10Z'"; Flows = 5 }
        @{ Filter = '-Last 5m'; Flows = 0 }
        @{ Filter = "-Last ([timespan]'9000.00:00:00')"; Flows = 20 }
        @{ Filter = '-Last ([timespan]::MaxValue)'; Flows = 20 }
        @{ Filter = '-Address 10.1.0.0/30 -Port 53 -Protocol UDP -Application dns'; Flows = 4 }
    ) {
        Invoke-Expression "Get-NetFlow $Filter" | Should -HaveCount $Flows
        Invoke-Expression "Get-NetFlow -Path '$dns' $Filter" | Should -HaveCount $Flows
        (Invoke-Expression "Get-TrafficSummary $Filter").Flows | Should -Be $Flows
    }

    It 'finds a flow by its ids' {
        $flow = Get-NetFlow -First 1
        (Get-NetFlow -FlowId $flow.FlowId).FlowId | Should -Be $flow.FlowId
        (Get-NetFlow -CommunityId $flow.CommunityId).FlowId | Should -Be $flow.FlowId
        Get-NetFlow -FlowId 1 | Should -BeNullOrEmpty
    }

    It 'takes ports as PowerShell has them: <_>' -ForEach '(50..60)', "'53, 99'", "53, '99'", '([long]53)' {
        Invoke-Expression "Get-NetFlow -Port $_" | Should -HaveCount 20
    }

    It 'reads lengths of time as people write them: <_>' -ForEach '90s', '5m', '2h', '7d', '1h30m', '00:05:00', '([timespan]::FromHours(3))' {
        { Invoke-Expression "Get-NetFlow -Last $_" } | Should -Not -Throw
    }

    It 'streams: Select-Object -First ends the query' {
        Get-NetFlow | Select-Object -First 2 | Should -HaveCount 2
        Get-NetFlow -Path $dns | Select-Object -First 2 | Should -HaveCount 2
    }

    It 'gives intervals as rows with a view of their own' {
        $rows = Get-NetFlow -PerInterval -First 3
        $rows | Should -HaveCount 3
        $rows[0].PSTypeNames[0] | Should -Be 'NetTraffic.Flow#Interval'
        $rows[0].Time | Should -Not -BeNullOrEmpty
    }

    It 'warns of a store that is not there: <_>' -ForEach 'Get-NetFlow', 'Get-TrafficSummary', 'Get-NetCapture', 'Clear-NetTraffic 1d' {
        $got = Invoke-Recorded { Invoke-Expression "$_ -StorePath '$TestDrive/no-such-store'" }
        $got.Errors | Should -BeNullOrEmpty
        $got.Warnings | Should -HaveCount 1
        $got.Warnings[0] | Should -BeLike '*no-such-store*'
    }

    It 'leaves no interface, sensor or time without a value' {
        $flow = Get-NetFlow -First 1
        $flow.Sensor | Should -Not -BeNullOrEmpty
        $flow.Time | Should -BeGreaterOrEqual $flow.StartTime
        $flow.EndReason | Should -Not -BeNullOrEmpty
    }
}

Describe 'Get-NetFlow of files' {
    It 'stores nothing' {
        $store = New-StorePath
        Get-NetFlow $dns -StorePath $store | Should -HaveCount 20
        $store | Should -Not -Exist
    }

    It 'takes files, names, wildcards and literal paths' {
        $odd = New-DnsCapture 'odd[1].pcap' 4
        Get-NetFlow -LiteralPath $odd | Should -HaveCount 4
        Get-NetFlow "$TestDrive/odd*.pcap" | Should -HaveCount 4
        Get-NetFlow $dns, (New-DnsCapture two.pcap 2) | Should -HaveCount 22
        Get-NetFlow (New-DnsCapture packed.pcap.gz 3 -Gzip) | Should -HaveCount 3
    }

    It 'gives the flows of a damaged file and a warning, and an error for what is none' {
        $got = Invoke-Recorded { Get-NetFlow (New-DnsCapture cut.pcap 2 -Truncated) }
        $got.Output | Should -HaveCount 2
        $got.Warnings | Should -HaveCount 1
        $got.Warnings[0] | Should -BeLike '*at byte*'
        Set-Content "$TestDrive/text.pcap" nothing
        $null = Assert-Problem { Get-NetFlow "$TestDrive/text.pcap" } NotACaptureFile InvalidData
    }

    It 'lets the file go at an early end, an error further down, and a stop' -Skip:(-not $IsLinux) {
        $many = New-DnsCapture many.pcap 2000
        function Get-Opened { @(Get-Item /proc/$PID/fd/* -ErrorAction Ignore | Where-Object Target -EQ $many).Count + @(Get-Content /proc/$PID/maps | Where-Object { $_.EndsWith($many) }).Count }
        Get-NetFlow $many -First 1 | Should -HaveCount 1
        Get-Opened | Should -Be 0
        { Get-NetFlow $many | ForEach-Object { throw 'enough' } } | Should -Throw enough
        Get-Opened | Should -Be 0
        $null = Get-NetFlow $many | Select-Object -First 1
        Get-Opened | Should -Be 0
        $null = Invoke-Runspace 'Get-NetFlow $args[0] | ForEach-Object { $_; Start-Sleep -Milliseconds 20 }' { param($output) $output.Count -gt 2 } -ArgumentList $many
        Get-Opened | Should -Be 0
    }
}

Describe 'Captures piped into Get-NetFlow' {
    BeforeAll {
        $store = New-StorePath
        $first = Import-NetCapture (New-DnsCapture first.pcap 2) -StorePath $store
        $null = Import-NetCapture (New-DnsCapture second.pcap 3) -StorePath $store
    }

    It 'makes one query of them, and none of an empty pipeline' {
        Get-NetCapture -StorePath $store | Get-NetFlow | Should -HaveCount 5
        Get-NetCapture -StorePath $store | Where-Object Packets -EQ 6 | Get-NetFlow | Should -HaveCount 3
        Get-NetCapture nothing* -StorePath $store | Get-NetFlow | Should -BeNullOrEmpty
        @() | Get-NetFlow -StorePath $store | Should -BeNullOrEmpty
    }

    It 'knows the store of an import or a capture by itself' {
        $first | Get-NetFlow | Should -HaveCount 2
        $first | Get-NetFlow -Address 10.1.0.1 | Should -HaveCount 1
    }

    It 'takes any object with a CaptureId for a capture, and makes no flow of it' {
        [pscustomobject] @{ CaptureId = $captureId } | Get-NetFlow -First 1 | Should -HaveCount 1
    }
}

Describe 'What Get-NetFlow refuses' {
    It '<Command> -CaptureId of none is an error, and the rest is answered' -ForEach @{ Command = 'Get-NetFlow' }, @{ Command = 'Get-TrafficSummary' } {
        $null = Assert-Problem { & $Command -CaptureId nosuch } CaptureNotFound ObjectNotFound
        $got = Invoke-Recorded { & $Command -CaptureId nosuch, $captureId }
        $got.Errors | Should -HaveCount 1
        $got.Output | Should -Not -BeNullOrEmpty
    }

    It 'what says a capture and an address and is no flow, into <_>' -ForEach 'Get-NetPacket', 'Get-NetFlow', 'Get-TrafficSummary' {
        $own = [pscustomobject] @{ CaptureId = $captureId; SourceAddress = $null }
        $null = Assert-Problem { $own | & $_ } NotCaptures InvalidArgument
        $null = Assert-Problem { Get-NetPacket $dns -First 1 | Select-Object * | & $_ } NotCaptures InvalidArgument
    }

    It 'flows: <_>' -ForEach 'Get-NetFlow -First 1 | Get-NetFlow', 'Get-NetFlow -First 1 | Get-NetFlow -Port 53', 'Get-NetFlow -Path $dns | Get-NetFlow' {
        $null = Assert-Problem { Invoke-Expression $_ } FlowsPiped InvalidArgument
    }

    It 'a protocol that is none, with the nearest: <Given>' -ForEach @(
        @{ Given = 'TPC'; Near = 'TCP' }, @{ Given = 'ud'; Near = 'UDP' }
        @{ Given = 'icmp6'; Near = 'ICMPv6' }, @{ Given = 'ar*'; Near = 'ARP' }
    ) {
        Assert-Problem { Get-NetFlow -Protocol $Given } BadValue InvalidArgument | Should -BeLike "*$Near*"
    }

    It '<Script>' -ForEach @(
        @{ Script = 'Get-NetFlow -Address 10.0.0.0.1'; Id = 'BadValue' }
        @{ Script = 'Get-NetFlow -Address 10.0.0.0/99'; Id = 'BadValue' }
        @{ Script = 'Get-NetFlow -Address 010.0.0.1'; Id = 'BadValue' }
        @{ Script = 'Get-NetFlow -Protocol nonsense'; Id = 'BadValue' }
        @{ Script = 'Get-NetFlow -Protocol 256'; Id = 'BadValue' }
        @{ Script = 'Get-NetFlow -Protocol -1'; Id = 'BadValue' }
        @{ Script = 'Get-NetFlow -Protocol 0x1'; Id = 'BadValue' }
        @{ Script = "Get-NetFlow -CommunityId '1:tooShort='"; Id = 'BadValue' }
        @{ Script = 'Get-NetFlow -SourceAddress 10.1.0.0'; Id = 'BadArgument' }
        @{ Script = 'Get-NetFlow -Last ([timespan]::MinValue)'; Id = 'BadArgument' }
        @{ Script = "Get-NetFlow -Last 1h -Since '2026-01-01'"; Id = 'ConflictingTimes' }
        @{ Script = "Get-NetFlow -Since '2026-01-02' -Until '2026-01-01'"; Id = 'EmptyTimeRange' }
    ) {
        $null = Assert-Problem { Invoke-Expression $Script } $Id InvalidArgument
    }

    It 'a length of time without a unit: <_>' -ForEach '90', 'soon', '-5m' {
        { Invoke-Expression "Get-NetFlow -Last $_" } | Should -Throw '*is not a length of time*'
    }

    It 'what is no port, in every cmdlet: <Given>' -ForEach @(
        @{ Given = 'http'; Message = '*give -Application http*' }
        @{ Given = '8000-8010'; Message = '*-Port (8000..8010)*' }
        @{ Given = '53, nonsense'; Message = "*'nonsense' is not a port number*" }
        @{ Given = '65536'; Message = '*65535*' }
    ) {
        foreach ($command in 'Get-NetFlow', 'Get-TrafficSummary', 'Get-NetPacket', 'Export-NetTraffic x.csv') {
            { Invoke-Expression "$command -Port $Given" } | Should -Throw $Message
        }
    }
}

Describe 'Flows in a pipeline' {
    BeforeAll {
        $store = New-StorePath
        $imported = Import-NetCapture $sample -StorePath $store
    }

    It 'count what the import counted' {
        $sums = $imported | Get-NetFlow | Measure-Object Packets, Bytes -Sum
        $sums[0].Sum | Should -Be $imported.Packets
        $sums[1].Sum | Should -Be $imported.Bytes
    }

    It 'work with Group-Object, Sort-Object, Select-Object and Export-Csv' {
        (Get-NetFlow -StorePath $store | Group-Object Protocol).Name | Should -Contain TCP
        Get-NetFlow -StorePath $store | Sort-Object Bytes -Descending | Select-Object -First 5 | Export-Csv "$TestDrive/five.csv"
        Import-Csv "$TestDrive/five.csv" | Should -HaveCount 5
        (Get-NetFlow -StorePath $store | Measure-Object Bytes -Maximum).Maximum | Should -BeGreaterThan 1000
    }

    It 'is what ConvertTo-Json and back gives' {
        $flow = Get-NetFlow -StorePath $store -Application http -First 1
        $copy = $flow | ConvertTo-Json | ConvertFrom-Json
        $copy.SourceAddress, $copy.Bytes, $copy.CommunityId | Should -Be $flow.SourceAddress, $flow.Bytes, $flow.CommunityId
    }
}

Describe 'A folder among the files' {
    It 'is an error of its own, and the others are read by <_>' -ForEach 'Get-NetFlow', 'Get-TrafficSummary', 'Get-NetPacket' {
        $folder = Get-TestPath 'a-folder'
        $null = New-Item -ItemType Directory $folder -Force
        $good = New-DnsCapture "good-$_.pcap" 1
        $command = $_
        $got = Invoke-Recorded { & $command -Path $folder, $good }
        $got.Output | Should -Not -BeNullOrEmpty
        $got.Errors | Should -HaveCount 1
        "$($got.Errors[0].FullyQualifiedErrorId)" | Should -BeLike 'PathIsFolder,*'
    }
}
