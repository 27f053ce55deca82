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
        $stored = Get-TrafficSummary -By $_ -Top 1000 | ConvertTo-Json
        $imported | Get-NetFlow | Get-TrafficSummary -By $_ -Top 1000 | ConvertTo-Json | Should -Be $stored
        Get-NetFlow -PerInterval | Get-TrafficSummary -By $_ -Top 1000 | ConvertTo-Json | Should -Be $stored
        if ($_ -notin 'Capture', 'Interface', 'Sensor') { Get-TrafficSummary -By $_ -Top 1000 -Path $sample | ConvertTo-Json | Should -Be $stored }
    }

    It 'are the same with <_>' -ForEach '-Application dns', '-Address 10.0.1.0/24', '-Protocol TCP' {
        foreach ($key in 'Protocol', 'Address', 'Conversation') {
            $stored = Invoke-Expression "Get-TrafficSummary $_ -By $key -Top 1000" | ConvertTo-Json
            $stored.Length | Should -BeGreaterThan 2
            Invoke-Expression "Get-NetFlow $_ | Get-TrafficSummary -By $key -Top 1000" | ConvertTo-Json | Should -Be $stored
            Invoke-Expression "Get-TrafficSummary -Path `$sample $_ -By $key -Top 1000" | ConvertTo-Json | Should -Be $stored
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
