#Requires -Version 7.6
# Get-TrafficSummary: totals, keys, series; sums of piped flows and of files are those of the store.

BeforeDiscovery {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Import-Module "$(Get-Root)/NetTraffic.psd1"
    $keys = [enum]::GetNames([NetTraffic.SummaryKey]) | Where-Object { $_ -ne 'None' }
}

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $sample = Get-Sample
    $imported = Import-NetCapture $sample
    $tiny = New-StorePath
    $dns = New-DnsCapture dns.pcap 20
    $null = Import-NetCapture $dns -StorePath $tiny
}

Describe 'Get-TrafficSummary' {
    It 'sums up everything' {
        $total = Get-TrafficSummary -StorePath $tiny
        $total | Should -BeOfType NetTraffic.TrafficSummary
        $total.Packets, $total.Bytes, $total.Flows, $total.SourceAddresses, $total.DestinationAddresses |
            Should -Be 40, (20 * (72 + 122)), 20, 20, 1
        $total.StartTime.ToUniversalTime() | Should -Be (Get-CaptureStart)
        $total.Captures | Should -Be 1
    }

    It 'has shares and directions by key' {
        $talkers = Get-TrafficSummary -By Address -Top 3 -StorePath $tiny
        $talkers | Should -HaveCount 3
        $talkers[0].Name, $talkers[0].Bytes, $talkers[0].Percent | Should -Be '192.0.2.53', 3880, 100
        $talkers[0].SentBytes, $talkers[0].ReceivedBytes | Should -Be (20 * 122), (20 * 72)
    }

    It 'sums up by <_> to the whole' -ForEach $keys {
        $items = Get-TrafficSummary -By $_ -Top 1000
        $items | Should -Not -BeNullOrEmpty
        $items[0].By | Should -Be $_
        # A packet counts for both its addresses, and once for every other key.
        $sum = ($items | Measure-Object Bytes -Sum).Sum
        if ($_ -eq 'Address') { $sum | Should -BeGreaterThan $imported.Bytes }
        else { $sum | Should -Be $imported.Bytes }
    }

    It 'makes a series over time' {
        $series = Get-TrafficSummary -Interval 5s -StorePath $tiny
        ($series | Measure-Object Bytes -Sum).Sum | Should -Be 3880
        $series[0].PSTypeNames[0] | Should -Be 'NetTraffic.TrafficSummaryItem#Interval'
        $series | Should -HaveCount 4
        ($series.Time | Sort-Object) | Should -Be $series.Time
        $byKey = Get-TrafficSummary -By Application -Interval 5s -StorePath $tiny
        ($byKey | Measure-Object Bytes -Sum).Sum | Should -Be 3880
    }

    It 'goes by the measure asked for' {
        (Get-TrafficSummary -By Application -Top 1).Name | Should -Be http
        (Get-TrafficSummary -By Application -Top 1000).Count | Should -BeGreaterThan 5
    }
}

Describe 'Sums of the store, of piped flows and of a file' {
    It 'are the same by <_>' -ForEach $keys {
        $stored = Get-TrafficSummary -By $_ -Top 1000 | Select-Object * -ExcludeProperty StorePath | ConvertTo-Json
        $imported | Get-NetFlow | Get-TrafficSummary -By $_ -Top 1000 | Select-Object * -ExcludeProperty StorePath | ConvertTo-Json | Should -Be $stored
        Get-NetFlow -PerInterval | Get-TrafficSummary -By $_ -Top 1000 | Select-Object * -ExcludeProperty StorePath | ConvertTo-Json | Should -Be $stored
        if ($_ -notin 'Capture', 'Interface', 'Sensor') { Get-TrafficSummary -By $_ -Top 1000 -Path $sample | Select-Object * -ExcludeProperty StorePath | ConvertTo-Json | Should -Be $stored }
    }

    It 'are the same with <_>' -ForEach '-Application dns', '-Address 10.0.1.0/24', '-Protocol TCP' {
        foreach ($key in 'Protocol', 'Address', 'Conversation') {
            $stored = Invoke-Expression "Get-TrafficSummary $_ -By $key -Top 1000" | Select-Object * -ExcludeProperty StorePath | ConvertTo-Json
            $stored.Length | Should -BeGreaterThan 2
            Invoke-Expression "Get-NetFlow $_ | Get-TrafficSummary -By $key -Top 1000" | Select-Object * -ExcludeProperty StorePath | ConvertTo-Json | Should -Be $stored
            Invoke-Expression "Get-TrafficSummary -Path `$sample $_ -By $key -Top 1000" | Select-Object * -ExcludeProperty StorePath | ConvertTo-Json | Should -Be $stored
        }
    }

    It 'are the same in total with <_>' -ForEach '', '-Application dns', '-Protocol TCP' {
        $total = Invoke-Expression "Get-TrafficSummary $_"
        foreach ($other in "Get-NetFlow $_ | Get-TrafficSummary", "Get-TrafficSummary -Path `$sample $_", "Get-NetFlow -Path `$sample $_ | Get-TrafficSummary") {
            $same = Invoke-Expression $other
            foreach ($name in 'StartTime', 'EndTime', 'Packets', 'Bytes', 'Flows', 'SourceAddresses', 'DestinationAddresses', 'Retransmissions') {
                $same.$name | Should -Be $total.$name -Because "$name of $other"
            }
            $same.DroppedPackets | Should -BeNullOrEmpty
        }
    }

    It 'are of what Where-Object left' {
        $refused = Get-NetFlow | Where-Object State -EQ REJ
        $refused | Should -Not -BeNullOrEmpty
        $item = $refused | Get-TrafficSummary -By Protocol
        $item.Name, $item.Bytes, $item.Flows, $item.Percent |
            Should -Be TCP, ($refused | Measure-Object Bytes -Sum).Sum, $refused.Count, 100
        Get-NetFlow -Port 1 | Get-TrafficSummary | Should -BeNullOrEmpty
    }

    It 'are of captures that are piped, and of files' {
        (Get-NetCapture | Get-TrafficSummary).Packets | Should -Be $imported.Packets
        ($imported | Get-TrafficSummary).Bytes | Should -Be $imported.Bytes
        ([pscustomobject] @{ CaptureId = $imported.CaptureId } | Get-TrafficSummary).Packets | Should -Be $imported.Packets
        (Get-TrafficSummary -LiteralPath $dns).Flows | Should -Be 20
        (Get-TrafficSummary Application -Path "$TestDrive/*.pcap").Name | Should -Be dns
    }
}

Describe 'What Get-TrafficSummary refuses' {
    It '<Script>' -ForEach @(
        @{ Script = 'Get-TrafficSummary -Protocol T*'; Id = 'BadValue' }
        @{ Script = 'Get-TrafficSummary -By Protocol -Interval ([timespan]0)'; Id = 'BadInterval' }
        @{ Script = 'Get-NetFlow -First 1 | Get-TrafficSummary -Port 53'; Id = 'FiltersNeedStore' }
        @{ Script = 'Get-NetFlow -First 1 | Get-TrafficSummary -Interval 1s'; Id = 'IntervalNeedsStore' }
        @{ Script = 'Get-TrafficSummary -Path $sample -Interval 1s'; Id = 'IntervalNeedsStore' }
    ) {
        $null = Assert-Problem { Invoke-Expression $Script } $Id InvalidArgument
    }

    It 'names that are none, with the nearest: <Script>' -ForEach @(
        @{ Script = 'Get-TrafficSummary -By Protocol, Application'; Message = '*takes one key, and got 2: Protocol, Application*' }
        @{ Script = "Get-TrafficSummary -By 'Protocol, Application'"; Message = '*takes one key, and got 2: Protocol, Application*' }
        @{ Script = 'Get-TrafficSummary -By Port'; Message = "*'Port' is not a key. Did you mean DestinationPort?*" }
        @{ Script = 'Get-TrafficSummary -By Protokol'; Message = '*Did you mean Protocol?*' }
        @{ Script = 'Get-TrafficSummary -By 3'; Message = "*'3' is not a key*" }
        @{ Script = 'Get-TrafficSummary -By S'; Message = '*There are: Protocol, Application*' }
        @{ Script = 'Get-NetCapture -State Runing'; Message = '*Did you mean Running?*' }
        @{ Script = 'Export-NetTraffic x -Format Csv, Json'; Message = '*takes one format, and got 2*' }
        @{ Script = 'Export-NetTraffic x -Format Xml'; Message = "*'Xml' is not a format. There are: Csv, Json, Parquet, Pcap.*" }
    ) {
        { Invoke-Expression $Script } | Should -Throw $Message
    }

    It 'objects that are neither flows nor captures' {
        { [pscustomobject] @{ Bytes = 3 } | Get-TrafficSummary -ErrorAction Stop } | Should -Throw -ErrorId 'NotInput,*'
    }

    It 'takes names as PowerShell takes them: <_>' -ForEach 'protocol', 'prot', "([string[]]'Protocol')", '([NetTraffic.SummaryKey]::Protocol)' {
        (Invoke-Expression "Get-TrafficSummary $_").By | Sort-Object -Unique | Should -Be Protocol
    }
}

Describe 'The flows of a row' {
    BeforeAll {
        $own = New-StorePath
        $null = Import-NetCapture (Get-Sample) -StorePath $own
    }

    It 'are as many as it says, by <_>' -ForEach @([Enum]::GetNames([NetTraffic.SummaryKey]) -ne 'None') {
        $rows = Get-TrafficSummary -By $_ -StorePath $own -Top 12
        $rows | Should -Not -BeNullOrEmpty
        foreach ($row in $rows) { @($row | Get-NetFlow).Count | Should -Be $row.Flows -Because "$($row.Name)" }
        foreach ($row in $rows | Select-Object -First 3) { @($row | Select-Object * | Get-NetFlow).Count | Should -Be $row.Flows }
    }

    It 'have typed keys' {
        $port = Get-TrafficSummary -By DestinationPort -StorePath $own -Top 1
        $port.DestinationPort, $port.Protocol | Should -Be 80, TCP
        $port.DestinationPort | Should -BeOfType int
        $pair = Get-TrafficSummary -By Conversation -StorePath $own -Top 1
        $pair.Address, $pair.PeerAddress | Should -Be 10.0.1.10, 10.0.2.80
        $pair.BitsPerSecond | Should -BeGreaterThan 0
        @(Get-NetFlow -Address $pair.Address -PeerAddress $pair.PeerAddress -StorePath $own).Count | Should -Be $pair.Flows
        @($pair | Get-NetFlow).Count | Should -Be $pair.Flows
        @(Get-NetFlow -PeerAddress 10.0.2.0/24 -Address 10.0.1.10 -Path $sample).Count |
            Should -Be @(Get-NetFlow -Address 10.0.1.10 -Path $sample | Where-Object { $_.SourceAddress, $_.DestinationAddress -like '10.0.2.*' }).Count
    }

    It 'is said where there are more rows, and nothing is cut on its way to another command' {
        $shell = Invoke-Runspace 'Get-TrafficSummary -By DestinationPort -StorePath $args[0]' -ArgumentList $own
        $shell.Output | Should -HaveCount 10
        $shell.Warnings | Should -HaveCount 1
        $shell.Warnings[0] | Should -BeLike '*10 largest*'
        $all = (Get-TrafficSummary -By DestinationPort -StorePath $own -Top 100000).Count
        (Get-TrafficSummary -By DestinationPort -StorePath $own | Export-NetTraffic "$TestDrive/ports.csv").Rows | Should -Be $all
    }
}

Describe 'A series' {
    It 'has a point for every interval, and rates over it' {
        $own = New-StorePath
        $null = Import-NetCapture (New-DnsCapture sparse.pcap 3 -Step 10) -StorePath $own
        $points = Get-TrafficSummary -Interval 5s -StorePath $own
        $points.Packets | Should -Be 2, 0, 2, 0, 2
        $points[0].BitsPerSecond | Should -Be (194 * 8 / 5)
        $points[1].BitsPerSecond | Should -Be 0
        (Get-TrafficSummary -By SourceAddress -Interval 5s -StorePath $own).Count | Should -Be 15
    }

    It 'covers the time that was asked for, and where that is open the time with traffic' {
        $own = New-StorePath
        $start = Get-CaptureStart
        $null = Import-NetCapture (New-DnsCapture sparse.pcap 3 -Step 10) -StorePath $own
        # Traffic is in the intervals of 0, 10 and 20 s; the ends asked for lie within an interval.
        $around = @{ Since = $start.AddSeconds(-8); Until = $start.AddSeconds(31) }
        $points = Get-TrafficSummary -Interval 5s -StorePath $own @around
        $points.Packets | Should -Be 0, 0, 2, 0, 2, 0, 2, 0, 0
        $points[0].Time.ToUniversalTime(), $points[-1].Time.ToUniversalTime() | Should -Be $start.AddSeconds(-10), $start.AddSeconds(30)
        (Get-TrafficSummary -Interval 5s -StorePath $own -Since $around.Since).Packets | Should -Be 0, 0, 2, 0, 2, 0, 2
        (Get-TrafficSummary -Interval 5s -StorePath $own -Until $start.AddSeconds(25)).Packets | Should -Be 2, 0, 2, 0, 2
        (Get-TrafficSummary -By Application -Interval 5s -StorePath $own @around).Packets | Should -Be $points.Packets
        # Where there is no traffic at all there is a line of zeros, and no key that it could be of.
        $empty = @{ Since = $start.AddHours(-1); Until = $start.AddHours(-1).AddSeconds(10) }
        (Get-TrafficSummary -Interval 5s -StorePath $own @empty).Packets | Should -Be 0, 0
        Get-TrafficSummary -By Protocol -Interval 5s -StorePath $own @empty | Should -BeNullOrEmpty
        # -Last ends now.
        $last = @(Get-TrafficSummary -Interval 1m -StorePath $own -Last 10m)
        $last.Count | Should -BeIn 10, 11
        ([datetime]::Now - $last[-1].Time).TotalSeconds | Should -BeLessThan 120
    }

    It 'is not filled where it would have too many points, and says so' {
        $own = New-StorePath
        $null = Import-NetCapture (New-DnsCapture far.pcap 2 -Step 60000) -StorePath $own
        $got = Invoke-Recorded { Get-TrafficSummary -By SourceAddress -Interval 1s -StorePath $own }
        $got.Output | Should -HaveCount 2
        $got.Warnings | Should -HaveCount 1
        $got.Warnings[0] | Should -BeLike '*100*points*'
        # Half of the points are not too many.
        @(Get-TrafficSummary -Interval 1s -StorePath $own).Count | Should -Be 60001
    }

    It 'of intervals below a second tells them apart in its table' {
        $own = New-StorePath
        $null = Import-NetCapture (New-DnsCapture fine.pcap 2) -StorePath $own
        $shown = Get-Rendered { Get-TrafficSummary -Interval 500ms -StorePath $own } 79 | Where-Object { $_ -match '\(all\)' }
        @($shown | ForEach-Object { ($_ -split ' +')[1] -replace '.*:' }) | Should -Be '00.000', '00.500', '01.000'
    }
}

Describe '-Application' {
    BeforeAll {
        $own = New-StorePath
        $null = Import-NetCapture (Get-Sample) -StorePath $own
    }

    It 'takes wildcards, whatever case, and (none)' {
        $of = @{}
        Get-TrafficSummary -By Application -StorePath $own -Top 100 | ForEach-Object { $of[$_.Name] = $_.Flows }
        @(Get-NetFlow -Application HTTP* -StorePath $own).Count | Should -Be ($of.http + $of.https + $of['http-alt'])
        @(Get-NetFlow -Application '(none)' -StorePath $own).Count | Should -Be $of['(none)']
        @(Get-NetFlow (Get-Sample) -Application '(none)').Count | Should -Be $of['(none)']
        @(Get-NetFlow (Get-Sample) -Application http*).Count | Should -Be ($of.http + $of.https + $of['http-alt'])
    }

    It 'refuses what is none, with the nearest: <Given>' -ForEach @(
        @{ Given = 'htp'; Near = 'http' }, @{ Given = 'ngnix*'; Near = '' }, @{ Given = 'dnss'; Near = 'dns' }
    ) {
        foreach ($command in 'Get-NetFlow', 'Get-TrafficSummary', 'Get-NetPacket') {
            $problem = Assert-Problem { & $command -Application $Given -StorePath $own } BadValue InvalidArgument
            "$problem" | Should -BeLike "*$Given*$Near*"
        }
    }
}
