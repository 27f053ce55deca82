#Requires -Version 7.6
# Traffic by what is known of its addresses: countries, autonomous systems, names, and whether they are suspicious. The tables come with
# the build (build.ps1, Build-GeoTable); where it had no network they are not there, and what needs them is skipped.

BeforeDiscovery {
    $withoutTables = -not (Test-Path "$PSScriptRoot/../../module/geo/country.ranges") -or -not (Test-Path "$PSScriptRoot/../../module/geo/asn.ranges")
}

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $internet = "$(Get-Root)/tests/fixtures/internet.pcap"
    $import = Import-NetCapture $internet
    $list = Get-TestPath 'bad.txt'
    '203.0.113.64/28 ; scans' | Set-Content $list
    $null = Import-IpBlocklist $list -Name demo

    # A name server on loopback: the name of any address, but for one that it does not know, and one whose name is hostile.
    $udp = [System.Net.Sockets.UdpClient]::new([System.Net.IPEndPoint]::new([ipaddress]::Loopback, 0))
    $dns = Start-ThreadJob -ArgumentList $udp -ScriptBlock {
        param($udp)
        $from = [System.Net.IPEndPoint]::new([ipaddress]::Any, 0)
        try {
            while ($true) {
                $question = $udp.Receive([ref] $from)
                $end = 12
                while ($question[$end]) { $end += 1 + $question[$end] }
                $end += 5
                $first = [System.Text.Encoding]::ASCII.GetString($question, 13, $question[12])
                $question[2] = 0x81; $question[3] = 0x80; $question[10] = $question[11] = 0
                if ($first -eq '4') { $question[3] = 0x83; $null = $udp.Send($question[0..($end - 1)], $end, $from); continue }
                $label = $first -eq '1' ? [byte[]] (0x1b, 0x5b, 0x33, 0x31, 0x6d) : [System.Text.Encoding]::ASCII.GetBytes("host$first")
                $name = [byte[]] ($label.Length) + $label + [byte[]] (7) + [System.Text.Encoding]::ASCII.GetBytes('example') + [byte[]] (3) +
                    [System.Text.Encoding]::ASCII.GetBytes('net') + [byte[]] (0)
                $question[7] = 1
                [byte[]] $answer = $question[0..($end - 1)] + [byte[]] (0xc0, 12, 0, 12, 0, 1, 0, 0, 0, 60, 0, $name.Length) + $name
                $null = $udp.Send($answer, $answer.Length, $from)
            }
        }
        catch [System.ObjectDisposedException], [System.Net.Sockets.SocketException] { }
    }
    Set-NetTrafficOption -DnsServer "127.0.0.1:$($udp.Client.LocalEndPoint.Port)"
}

AfterAll {
    $udp.Dispose()
    $dns | Remove-Job -Force
}

Describe 'Traffic by country' -Skip:$withoutTables {
    It 'counts a flow at both its ends, and once where both are in one' {
        $rows = Get-TrafficSummary -By Country -Top 100
        ($rows | Where-Object Country -EQ 'United States').Flows | Should -Be (Get-TrafficSummary -Country US).Flows
        $none = $rows | Where-Object Name -EQ '(none)'
        $none.Bytes | Should -Be $import.Bytes
        $none.Country | Should -BeNullOrEmpty
        ($rows | Where-Object Name -NE '(none)' | Measure-Object Flows -Sum).Sum | Should -Be 15
    }

    It 'says the same by <_> of the store, of a file and of piped flows' -ForEach Country, AsNumber, Organization {
        $key = $_
        function Get-Line { process { "$($_.Name) $($_.Packets) $($_.SentBytes) $($_.ReceivedBytes) $($_.Flows)" } }
        $expected = Get-TrafficSummary -By $key -Top 100 | Get-Line
        Get-TrafficSummary -By $key -Top 100 -Path $internet | Get-Line | Should -Be $expected
        Get-NetFlow | Get-TrafficSummary -By $key -Top 100 | Get-Line | Should -Be $expected
    }

    It 'gives rows by <_> that go on to their flows' -ForEach Country, AsNumber, Organization {
        foreach ($row in Get-TrafficSummary -By $_ -Top 100) {
            @($row | Get-NetFlow).Count | Should -Be $row.Flows -Because $row.Name
        }
    }

    It 'is chosen by code and by name, and a wrong name is told the near ones' {
        (Get-NetFlow -Country jp).DestinationAddress | Should -Be '203.178.141.194'
        (Get-NetFlow -Country Japan).DestinationAddress | Should -Be '203.178.141.194'
        { Get-NetFlow -Country Jpan -ErrorAction Stop } | Should -Throw '*is no country*'
        (Get-NetFlow -AsNumber AS15169).DestinationAddress | Sort-Object | Should -Be '2a00:1450:4001:82a::200e', '8.8.8.8'
        (Get-NetFlow -AsNumber 15169).Count | Should -Be 2
        { Get-NetFlow -AsNumber Google -ErrorAction Stop } | Should -Throw '*is no autonomous system*'
    }

    It 'makes a series that adds up' {
        $points = Get-TrafficSummary -By Country -Interval 1s -Top 100
        ($points | Where-Object Country -EQ Japan | Measure-Object Bytes -Sum).Sum | Should -Be (Get-TrafficSummary -Country JP).Bytes
    }

    It 'is in an export, as <Format>' -ForEach @(
        @{ Format = 'csv'; Read = { Import-Csv $args[0] } }
        @{ Format = 'jsonl'; Read = { Get-Content $args[0] | ConvertFrom-Json } }
    ) {
        $file = Get-TestPath "flows.$Format"
        Export-NetTraffic $file -Enriched -Force | Should -Not -BeNullOrEmpty
        $rows = & $Read $file
        $japan = $rows | Where-Object DestinationAddress -EQ 203.178.141.194
        $japan.DestinationCountry | Should -Be JP
        $japan.SourceCountry | Should -BeNullOrEmpty
        [long] $japan.DestinationAsNumber | Should -Be 2500
        $japan.DestinationOrganization | Should -Be 'WIDE Project'
        [bool]::Parse([string] ($rows | Where-Object SourceAddress -EQ 203.0.113.66)[0].SourceSuspicious) | Should -BeTrue
        [bool]::Parse([string] $japan.DestinationSuspicious) | Should -BeFalse
    }

    It 'stays that of the real addresses under pseudonyms' {
        $file = Get-TestPath hidden.csv
        $null = Export-NetTraffic $file -Enriched -Anonymize -Force -WarningAction Ignore
        $rows = Import-Csv $file
        $rows.DestinationAddress | Should -Not -Contain '203.178.141.194'
        $rows.DestinationCountry | Should -Contain JP
    }
}

Describe 'Suspicious addresses' {
    It 'choose traffic' {
        (Get-NetFlow -Suspicious).Count | Should -Be 5
        (Get-NetFlow -Suspicious).SourceAddress | Sort-Object -Unique | Should -Be 203.0.113.66
        (Get-TrafficSummary -Suspicious:$false).Packets | Should -Be $import.Packets
    }

    It 'are listed with their traffic' {
        $found = Get-SuspiciousAddress
        $found.Address | Should -Be 203.0.113.66
        $found.Flows | Should -Be 5
        $found.Bytes | Should -Be (Get-TrafficSummary -Suspicious).Bytes
        $found.SuspicionReasons | Should -Be '50: on demo'
        Get-SuspiciousAddress -Threshold 51 | Should -BeNullOrEmpty
    }

    It 'cannot be told of packets, and the error says what can' {
        $kept = New-StorePath
        $null = Import-NetCapture $internet -KeepPackets -StorePath $kept
        { Get-NetPacket -Suspicious -StorePath $kept -ErrorAction Stop } | Should -Throw '*does not apply to packets*'
        @(Get-NetFlow -Country JP -StorePath $kept | Get-NetPacket).Count | Should -Be (Get-TrafficSummary -Country JP).Packets
        { Get-NetFlow $internet -Country JP -ErrorAction Stop } | Should -Throw
    }
}

Describe 'Names' {
    It 'are added to flows, asked once, and kept' {
        $flows = Get-NetFlow -Address 140.82.121.4, 8.8.8.8 -ResolveName
        ($flows | Where-Object DestinationAddress -EQ 8.8.8.8).DestinationName | Should -Be 'host8.example.net'
        $flows[0].SourceName | Should -BeNullOrEmpty
        ($flows | Where-Object DestinationAddress -EQ 140.82.121.4).DestinationName | Should -BeNullOrEmpty
        (Get-IpEnrichment 8.8.8.8).HostName | Should -Be 'host8.example.net'
    }

    It 'stand in the tables' {
        Get-NetFlow -Address 8.8.8.8 -ResolveName | Out-String -Width 140 | Should -Match 'host8\.example\.net:53'
        Get-TrafficSummary -By Address -Address 8.8.8.8 -ResolveName | Out-String -Width 120 | Should -Match 'host8\.example\.net'
        (Get-TrafficSummary -By Conversation -Address 8.8.8.8 -ResolveName).PeerHostName ?? (Get-TrafficSummary -By Conversation -Address 8.8.8.8 -ResolveName).HostName |
            Should -Be 'host8.example.net'
    }

    It 'that are hostile reach no terminal' {
        $flow = Get-NetFlow -Address 1.1.1.1 -ResolveName
        $flow.DestinationName | Should -Not -Match '\x1b'
        $flow | Out-String -Width 140 | ForEach-Object { $_ -replace '\x1b\[[0-9;]*m' } | Should -Not -Match '\x1b'
    }
}

Describe 'A geo database that is none' {
    It 'hinders no question that is not about places' {
        $damaged = New-StorePath
        $null = Import-NetCapture $internet -StorePath $damaged
        Set-NetTrafficOption -GeoDatabase $list -StorePath $damaged
        Get-TrafficSummary -By Protocol -StorePath $damaged | Get-NetFlow | Should -HaveCount 20
        { Get-TrafficSummary -By Country -StorePath $damaged -ErrorAction Stop } | Should -Throw '*no database in MaxMind*'
    }
}
