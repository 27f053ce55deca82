#Requires -Version 7.6
# What tables and lists look like: they fit the terminal, their headings are names of properties, and the objects keep their numbers.

BeforeDiscovery {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Import-Module "$(Get-Root)/NetTraffic.psd1"
    # 79 is what PowerShell gives a table in a terminal of 80. Under a culture (see run-pester.ps1) only that: it changes the numbers, not
    # how columns share the room.
    $terminals = $global:TestCulture ? @(79) : @(79, 120)
}

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $sample = Get-Sample
    $long = Get-TestPath 'a-rather-long-name-of-a-capture-file-as-tools-and-people-make-them-2026-11-24.pcapng'
    Copy-Item $sample $long
    $imported = Import-NetCapture $long
    $tiny = New-StorePath
    $small = Import-NetCapture (New-DnsCapture dns.pcap 20) -StorePath $tiny
    $wide = [NetTraffic.Flow] @{
        StartTime = '2026-03-01T10:00:00Z'; EndTime = '2026-03-02T10:00:00Z'; Protocol = 'ICMPv6'; State = 'RSTOS0'; Application = 'a-long-name'
        SourceAddress = '2001:db8:aaaa:bbbb:cccc:dddd:eeee:1111'; SourcePort = 50000; SourceBytes = 123456789; SourcePackets = 999999
        DestinationAddress = '2001:db8:aaaa:bbbb:cccc:dddd:eeee:2222'; DestinationPort = 50001
    }
    $card = [NetTraffic.CaptureInterface] @{
        Name = '\Device\NPF_{01234567-89AB-CDEF-0123-456789ABCDEF}'; Description = 'Some Vendor Gigabit Network Adapter #2'
        Addresses = '192.0.2.1', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:1111'
    }
    $widths = $global:TestCulture ? @(60) : @(60..64; 68, 72, 76; 79..82; 90, 92, 100, 119, 120, 121, 160, 200)
    # Numbers as the user's culture writes them, for patterns.
    function Get-NumberPattern([double] $Number, [string] $Format) { [regex]::Escape($Number.ToString($Format)) }
    $packets = Get-NumberPattern 2043 N0
    $most = Get-NumberPattern 999999 N0
    $known = 'CaptureId', 'State', 'Packets', 'Bytes', 'Dropped', 'Flows', 'Name', 'Failures', 'Elapsed', 'File', 'Started', 'Time', 'Source', 'Destination',
        'Share', 'Sent', 'Received', 'Up', 'Capture', 'Default', 'Description', 'Addresses', 'Length', 'Info',
            'Number', 'Protocol', 'Id', 'Interface', 'Size', 'Rate', 'Address', 'Score', 'Country', 'AsNumber', 'Organization', 'Reasons', 'Ranges',
                'Imported', 'Kind', 'Used', 'Date'
    $known6 = '2001:db8:aaaa:bbbb:cccc:dddd:eeee:1111'
    $reasons = [NetTraffic.TextList]::new([string[]] ('60: AbuseIPDB 100 %, 1234567 reports', '50: on a-rather-long-name-of-a-list'))
    $enriched = foreach ($address in '192.0.2.153', '2001:4860:4860::8888', $known6) {
        [NetTraffic.IpEnrichment] @{
            Address = $address; SuspicionScore = 100; SuspicionReasons = $reasons
            Country = 'South Georgia and the South Sandwich Islands'; AsNumber = 4294967295; Organization = 'An organisation with a name that is long'
            Missing = $reasons; Blocklists = $reasons; LocationAccuracy = 'Country'; Latitude = -54.2; Longitude = -36.5
        }
    }
    $suspicious = foreach ($address in '192.0.2.153', $known6) {
        [NetTraffic.SuspiciousAddress] @{
            Address = $address; SuspicionScore = 100; SuspicionReasons = $reasons; Bytes = 123456789; Flows = 999999
            Organization = $enriched[0].Organization
        }
    }
    $blocklist = [NetTraffic.IpBlocklist] @{
        Name = 'a-rather-long-name-of-a-list'; Ranges = 999999; ImportTime = '2026-03-01T10:00:00Z'; Bytes = 123456789; SkippedLines = 1234
        Source = 'https://lists.example.org/a/rather/long/path/to/a/list.netset'
    }
    $geo = [NetTraffic.GeoDatabase] @{
        Kind = 'GeoLite2-City-Africa'; Ranges = 999999; Date = '2026-03-01T10:00:00Z'; IsUsed = $true; License = 'CC-BY-4.0 (RouteViews, DB-IP)'
        Source = '@ip-location-db/geo-whois-asn-country-mmdb 2.3.2026061719'
    }
}

Describe 'Every output type' {
    It 'has a view' {
        $viewed = ([xml] (Get-Content "$(Get-Root)/module/NetTraffic.Format.ps1xml" -Raw)).SelectNodes('//TypeName') |
            ForEach-Object InnerText
        $types = (Get-Command -Module NetTraffic).OutputType.Name | Where-Object { $_ -like 'NetTraffic.*' } | Sort-Object -Unique
        $types | Should -Not -BeNullOrEmpty
        $types | Where-Object { $_ -notin $viewed } | Should -BeNullOrEmpty
    }
}

Describe 'A table' {
    It 'of <Name> fits <Width> columns, with its headings in one line' -ForEach @(
        foreach ($width in $terminals) {
            @{ Width = $width; Name = 'an import'; Make = { $imported } }
            @{ Width = $width; Name = 'captures'; Make = { Get-NetCapture } }
            @{ Width = $width; Name = 'flows'; Make = { Get-NetFlow } }
            @{ Width = $width; Name = 'IPv6 flows'; Make = { Get-NetFlow -Address 2001:db8::/32 } }
            @{ Width = $width; Name = 'intervals'; Make = { Get-NetFlow -PerInterval } }
            @{ Width = $width; Name = 'conversations'; Make = { Get-TrafficSummary -By Conversation } }
            @{ Width = $width; Name = 'interfaces of traffic'; Make = { Get-TrafficSummary -By Interface } }
            @{ Width = $width; Name = 'a series'; Make = { Get-TrafficSummary -By Address -Interval 1h } }
            @{ Width = $width; Name = 'packets'; Make = { Get-NetPacket $sample -First 60 } }
            @{ Width = $width; Name = 'IPv6 packets'; Make = { Get-NetPacket $sample -Address 2001:db8::/32 } }
            @{ Width = $width; Name = 'a flow with everything long'; Make = { $wide } }
            @{ Width = $width; Name = 'an interface with everything long'; Make = { $card } }
            @{ Width = $width; Name = 'what is known of addresses'; Make = { $enriched } }
            @{ Width = $width; Name = 'suspicious addresses'; Make = { $suspicious } }
            @{ Width = $width; Name = 'a blocklist'; Make = { $blocklist } }
            @{ Width = $width; Name = 'a table of countries'; Make = { $geo } }
        }
    ) {
        $lines = Get-Rendered $Make $Width
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual $Width
        $rules = @(0..($lines.Count - 1) | Where-Object { $lines[$_] -match '^-' })
        $rules | Should -HaveCount 1
        foreach ($heading in $lines[$rules[0] - 1].Trim() -split ' +') { $heading | Should -BeIn $known }
    }

    It 'cuts names, and no numbers, at <Width>' -ForEach @($terminals | ForEach-Object { @{ Width = $_ } }) {
        foreach ($make in { $imported }, { Get-NetCapture }) {
            @(Get-Rendered $make $Width | Where-Object { $_ -match $imported.CaptureId -and $_ -match $packets -and $_ -match '809 kB' }) | Should -HaveCount 1
        }
        $line = @(Get-Rendered { $wide } $Width) -match 'RSTOS0'
        $line | Should -HaveCount 1
        $line[0] | Should -Match '123 MB'
        $line[0] | Should -Match ':50000 .*2222\]:50001'
        $line[0] | Should -Match "RSTOS0 $most  123 MB"
        # Nothing is shortened but addresses and names, in the middle.
        @(Get-Rendered { Get-NetFlow } $Width) -match '…\D?\d* [kMG]?B' | Should -BeNullOrEmpty
    }

    It 'of <Name> has every number whole, from 60 to 200 columns' -ForEach @(
        @{ Name = 'flows'; Make = { Get-NetFlow }
            Row = { "$($_.State) +$([NetTraffic.Display]::ShortCount($_.Packets)) +$([NetTraffic.Display]::Bytes($_.Bytes)) " } }
        @{ Name = 'ports of flows'; Make = { Get-NetFlow | Where-Object SourcePort }; Row = { ":$($_.SourcePort) .*:$($_.DestinationPort) " } }
        @{ Name = 'a flow with everything long'; Make = { $wide }; Row = { "RSTOS0 $most  123 MB .*:50000 .*:50001 " } }
        @{ Name = 'intervals'; Make = { Get-NetFlow -PerInterval }
            Row = { "$([NetTraffic.Display]::ShortCount($_.Packets)) +$([NetTraffic.Display]::Bytes($_.Bytes)) " } }
        @{ Name = 'captures'; Make = { Get-NetCapture }; Row = { "$($_.CaptureId) $($_.State) +$packets +809 kB +0 " } }
        @{ Name = 'an import'; Make = { $imported }; Row = { "$($_.CaptureId) +$packets +809 kB +$($_.Flows) +$($_.DecodeFailures) " } }
        @{ Name = 'conversations'; Make = { Get-TrafficSummary -By Conversation }
            Row = { "^ *$([NetTraffic.Display]::Percent($_.Percent)) .* $([NetTraffic.Display]::ShortCount($_.Packets)) +$([NetTraffic.Display]::Bytes($_.Bytes)) +" +
                "$([NetTraffic.Display]::Bytes($_.SentBytes)) +$([NetTraffic.Display]::Bytes($_.ReceivedBytes)) +$($_.Flows)$" } }
        @{ Name = 'a series'; Make = { Get-TrafficSummary -By Address -Interval 1h }
            Row = { " $([NetTraffic.Display]::ShortCount($_.Packets)) +$([NetTraffic.Display]::Bytes($_.Bytes)) +$([NetTraffic.Display]::Percent($_.Percent)) +$($_.Flows)$" } }
        @{ Name = 'what is known of addresses'; Make = { $enriched }; Row = { "^$(if ($_.Address.Length -le 24) { $_.Address } else { '2001:' }).* +100 .* 4294967295 " } }
        @{ Name = 'suspicious addresses'; Make = { $suspicious }
            Row = { "^$(if ($_.Address.Length -le 24) { $_.Address } else { '2001:' }).* +100 +123 MB +$most " } }
        @{ Name = 'a blocklist'; Make = { $blocklist }; Row = { " $most +$([regex]::Escape([NetTraffic.Display]::ShortTime($_.ImportTime))) http" } }
        @{ Name = 'a table of countries'; Make = { $geo }; Row = { " yes +$most +2026-03-01 @ip" } }
        @{ Name = 'packets'; Make = { Get-NetPacket $sample -First 60 }
            Row = { "^$([NetTraffic.Display]::TimeOfDay($_.Time)) +$($_.Protocol) +$($_.Length) " } }
    ) {
        $objects = @(& $Make)
        $rows = @($objects | ForEach-Object $Row)
        $rows | Should -Not -BeNullOrEmpty
        foreach ($width in $widths) {
            $lines = @(Get-Rendered { $objects } $width | Where-Object { $_ })
            $from = [array]::FindIndex([string[]] $lines, [Predicate[string]] { param($line) $line -match '^ *--' }) + 1
            $shown = $lines[$from..($lines.Count - 1)]
            $shown | Should -HaveCount $rows.Count
            for ($i = 0; $i -lt $rows.Count; $i++) {
                # One assertion a row would take minutes.
                if ($shown[$i].TrimEnd() + ($rows[$i].EndsWith(' ') ? ' ' : '') -notmatch $rows[$i]) { throw "at ${width}: '$($shown[$i])' has not '$($rows[$i])'" }
            }
        }
    }

    It 'of ours leaves the next one alone, in one pipeline' {
        $lines = Get-Rendered { & { $imported | Format-Table; Get-TrafficSummary -By Address | Format-Table; Get-NetFlow -First 3 | Format-Table } } 60
        @($lines | Where-Object { $_ -match '^Started +Protocol +State +Packets +Bytes +Source Destina' }) | Should -HaveCount 1
        Get-Content "$(Get-Root)/module/NetTraffic.Format.ps1xml" | Where-Object { $_ -match '<AutoSize' } | Should -BeNullOrEmpty
    }

    It 'has sizes, shares and rates that people read, and objects with numbers' {
        $text = @(
            Get-Rendered { Get-NetFlow -StorePath $tiny }
            Get-Rendered { Get-TrafficSummary -StorePath $tiny }
            Get-Rendered { Get-TrafficSummary -By Protocol -StorePath $tiny }
            Get-Rendered { Get-NetTrafficOption -StorePath $tiny }
        ) -join "`n"
        $text | Should -Match '192\.0\.2\.53:53'
        $text | Should -Match "$(Get-NumberPattern 3.88 0.00) kB"
        $text | Should -Match "$(Get-NumberPattern 100 0.0) %"
        $text | Should -Match 'By: Protocol'
        $text | Should -Match 'forever'
        [NetTraffic.Display]::PacketRate(0.0123), [NetTraffic.Display]::PacketRate(0), [NetTraffic.Display]::BitRate(0.999) |
            Should -Be "$((0.01).ToString()) p/s", '0 p/s', '1 b/s'
        (Get-TrafficSummary -StorePath $tiny).Bytes | Should -BeExactly 3880
    }

    It 'of ARP packets has link-layer addresses' {
        @(Get-Rendered { Get-NetPacket $sample -Protocol ARP -First 1 } 84) -match ' ARP +\d+ +02:00:5e:00:01:01 +02:00:5e:00:01:0a ' |
            Should -Not -BeNullOrEmpty
    }
}

Describe 'A heading' {
    It '<Heading> is a name of <Property> of <Command>' -ForEach @(
        @{ Command = 'Get-NetFlow'; Heading = 'Started'; Property = 'StartTime' }
        @{ Command = 'Get-NetFlow'; Heading = 'Source'; Property = 'SourceAddress' }
        @{ Command = 'Get-NetFlow'; Heading = 'Destination'; Property = 'DestinationAddress' }
        @{ Command = 'Get-TrafficSummary -By Protocol'; Heading = 'Share'; Property = 'Percent' }
        @{ Command = 'Get-TrafficSummary -By Protocol'; Heading = 'Sent'; Property = 'SentBytes' }
        @{ Command = 'Get-TrafficSummary -By Protocol'; Heading = 'Received'; Property = 'ReceivedBytes' }
        @{ Command = 'Get-NetCapture'; Heading = 'Id'; Property = 'CaptureId' }
    ) {
        $objects = Invoke-Expression "$Command -StorePath '$tiny'"
        $objects.$Heading | Should -Not -BeNullOrEmpty
        $objects.$Heading | Should -Be $objects.$Property
    }

    It 'sorts and filters, and makes no column' {
        (Get-NetFlow -StorePath $tiny | Where-Object Protocol -EQ UDP | Sort-Object Started -Descending | Select-Object -First 1).Protocol | Should -Be UDP
        (Get-NetFlow -First 1 -StorePath $tiny | ConvertTo-Csv)[0] | Should -Not -Match '"Started"'
        $small.File, $small.Failures | Should -Be dns.pcap, 0
        (Get-NetCapture -StorePath $tiny).Dropped | Should -Be 0
    }
}

Describe 'After something else in one line' {
    # PowerShell shows what has another type than the first object as a list of its default properties.
    It '<_> shows a few properties' -ForEach '$enriched[0]', '$suspicious[0]', '$blocklist', '$geo', 'Get-NetCapture', 'Get-NetFlow -First 1', 'Get-NetPacket $sample -First 1',
        '$imported', 'Get-TrafficSummary -By Protocol -Top 1', '[NetTraffic.NetCaptureJob]' {
        $lines = if ($_ -like '*Job]') {
            (Get-TypeData NetTraffic.NetCaptureJob).DefaultDisplayPropertySet.ReferencedProperties
        }
        else { Get-Rendered { [version] '1.0'; Invoke-Expression $_ } | Where-Object { $_ -match '^\w+ +: ' } }
        $lines.Count | Should -BeGreaterThan 4
        $lines.Count | Should -BeLessThan 12
    }
}

Describe 'A list' {
    It 'of <Name> has every property a line' -ForEach @(
        @{ Name = 'a flow'; Make = { Get-NetFlow -First 1 -StorePath $tiny }; Has = 'StartTime', 'CommunityId', 'State' }
        @{ Name = 'a capture'; Make = { Get-NetCapture -StorePath $tiny }; Has = 'CaptureId', 'State', 'Sensor' }
        @{ Name = 'an import'; Make = { $small }; Has = 'Path', 'Packets', 'Complete' }
        @{ Name = 'a summary'; Make = { Get-TrafficSummary -StorePath $tiny }; Has = 'Packets', 'Flows', 'DecodeFailures' }
        @{ Name = 'settings'; Make = { Get-NetTrafficOption -StorePath $tiny }; Has = 'Sensor', 'Retention', 'FlushInterval' }
        @{ Name = 'a packet'; Make = { Get-NetPacket $sample -First 1 }; Has = 'Number', 'Time', 'Info' }
        @{ Name = 'what is known of an address'; Make = { $enriched[0] }; Has = [NetTraffic.IpEnrichment].GetProperties().Name }
        @{ Name = 'a suspicious address'; Make = { $suspicious[0] }; Has = [NetTraffic.SuspiciousAddress].GetProperties().Name }
        @{ Name = 'a blocklist'; Make = { $blocklist }; Has = [NetTraffic.IpBlocklist].GetProperties().Name }
        @{ Name = 'a table of countries'; Make = { $geo }; Has = [NetTraffic.GeoDatabase].GetProperties().Name }
    ) {
        $lines = Get-Rendered { & $Make | Format-List } 100
        foreach ($property in $Has) { @($lines -match "^ *$property +:") | Should -HaveCount 1 -Because $property }
        foreach ($property in $Has) { @(Get-Rendered { & $Make | Format-List * } 200) -match "^ *$property +:" | Should -Not -BeNullOrEmpty }
    }
}
