#Requires -Version 7.6
# What is known of addresses, offline: tables, suspicion, and all that the pipeline may bring. No network.
# (Of several objects, .Address is a method of their array: ForEach-Object Address takes the property.)

BeforeDiscovery {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $hasTables = (Test-Path "$(Get-Root)/module/geo/country.ranges") -and (Test-Path "$(Get-Root)/module/geo/asn.ranges")
}

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    # Traffic of 10.1.0.x with 192.0.2.53; the list below makes the server suspicious.
    $null = Import-NetCapture (New-DnsCapture dns.pcap 20)
    $list = Get-TestPath bad.netset
    Set-Content $list '# made by a test', '192.0.2.0/24', '198.51.100.1 - 198.51.100.9', '2001:db8:bad::/48', 'not an address'
}

Describe '<_>' -ForEach 'Invoke-IpEnrichment', 'Get-IpEnrichment' {
    BeforeAll {
        $command = $_
        $null = Import-IpBlocklist $list -WarningAction Ignore
    }

    It 'takes <Name>' -ForEach @(
        @{ Name = 'addresses by parameter'; Pipe = { & $command 192.0.2.53, '2001:DB8:0::1' }; Gives = '192.0.2.53', '2001:db8::1' }
        @{ Name = 'strings'; Pipe = { ' 192.0.2.53 ', '2001:db8:bad:0::7' | & $command }; Gives = '192.0.2.53', '2001:db8:bad::7' }
        @{ Name = 'IPAddress'; Pipe = { [ipaddress] '192.0.2.53', [ipaddress] '2001:db8::1' | & $command }; Gives = '192.0.2.53', '2001:db8::1' }
        @{ Name = 'flows'; Pipe = { Get-NetFlow -Address 10.1.0.3 | & $command }; Gives = '10.1.0.3', '192.0.2.53' }
        @{ Name = 'packets'; Pipe = { Get-NetPacket (Get-TestPath dns.pcap) -First 2 | & $command }; Gives = '10.1.0.0', '192.0.2.53' }
        @{ Name = 'rows by address'; Pipe = { Get-TrafficSummary -By Address -Top 1 | & $command }; Gives = '192.0.2.53' }
        @{ Name = 'rows by destination'; Pipe = { Get-TrafficSummary -By DestinationAddress | & $command }; Gives = '192.0.2.53' }
        @{ Name = 'rows by conversation'; Pipe = { Get-TrafficSummary -By Conversation -Address 10.1.0.3 | & $command }; Gives = '10.1.0.3', '192.0.2.53' }
        @{ Name = 'suspicious addresses'; Pipe = { Get-SuspiciousAddress | & $command }; Gives = '192.0.2.53' }
        @{ Name = 'what it gave'; Pipe = { Get-IpEnrichment 192.0.2.53 | & $command }; Gives = '192.0.2.53' }
        @{ Name = 'rows of a CSV'; Pipe = { "Address`n192.0.2.53" | ConvertFrom-Csv | & $command }; Gives = '192.0.2.53' }
        @{ Name = 'copies of flows'; Pipe = { Get-NetFlow -Address 10.1.0.3 | Select-Object * | & $command }; Gives = '10.1.0.3', '192.0.2.53' }
        @{ Name = 'the same thing many times'; Pipe = { Get-NetFlow | & $command | Where-Object Address -EQ 192.0.2.53 }; Gives = '192.0.2.53' }
        @{ Name = 'an empty pipeline'; Pipe = { Get-NetFlow -Address 203.0.113.99 | & $command }; Gives = @() }
    ) {
        $got = Invoke-Recorded $Pipe
        $got.Errors | Should -BeNullOrEmpty
        $got.Output | ForEach-Object Address | Sort-Object | Should -Be $Gives
        $got.Output | ForEach-Object { $_ | Should -BeOfType NetTraffic.IpEnrichment }
    }

    It 'reports <Name>' -ForEach @(
        @{ Name = 'what is no address'; Pipe = { 'example.org', '192.0.2.53' | & $command }; Id = 'BadAddress'; Category = 'InvalidArgument' }
        @{ Name = 'a number'; Pipe = { & $command 3221225985 }; Id = 'BadAddress'; Category = 'InvalidArgument' }
        @{ Name = 'an address with an octal number'; Pipe = { & $command 010.0.0.1 }; Id = 'BadAddress'; Category = 'InvalidArgument' }
        @{ Name = 'an address with an escape'; Pipe = { & $command "192.0.2.1`e[31m" }; Id = 'BadAddress'; Category = 'InvalidArgument' }
        @{ Name = '$null'; Pipe = { $null | & $command }; Id = 'NotInput'; Category = 'InvalidArgument' }
        @{ Name = 'something else'; Pipe = { Get-Date | & $command }; Id = 'NotInput'; Category = 'InvalidArgument' }
        @{ Name = 'rows of no address'; Pipe = { Get-TrafficSummary -By Protocol | & $command }; Id = 'NotInput'; Category = 'InvalidArgument' }
        @{ Name = 'addresses in two ways'; Pipe = { '192.0.2.1' | & $command -Address 192.0.2.2 }; Id = 'BadArgument'; Category = 'InvalidArgument' }
        @{ Name = 'a database that is not there'; Pipe = { & $command 192.0.2.1 -GeoDatabase none.mmdb }; Id = 'FileNotFound'; Category = 'ObjectNotFound' }
        @{ Name = 'a database that is none'; Pipe = { & $command 8.8.8.8 -GeoDatabase $list }; Id = 'DamagedTable'; Category = 'InvalidData' }
    ) {
        $problem = Assert-Problem $Pipe $Id $Category
        "$problem" | Should -Not -Match '[\x00-\x1f]'
    }

    It 'goes on behind what is no address' {
        $got = Invoke-Recorded { 'example.org', '192.0.2.53' | & $command }
        $got.Output | ForEach-Object Address | Should -Be 192.0.2.53
    }

    It 'says of private addresses what they are, and no country' {
        $found = & $command 10.1.2.3, 127.0.0.1, ff02::fb, 169.254.1.1, 192.0.2.1
        $found.Scope | Should -Be Private, Loopback, Multicast, LinkLocal, Documentation
        $found | Where-Object { $_.Country -or $_.Latitude } | Should -BeNullOrEmpty
    }

    It 'tells the lists, the score and its reasons' {
        $found = & $command 192.0.2.53, 198.51.100.5, 2001:db8:bad::1, 203.0.113.1
        $found.Blocklists | Should -Be bad, bad, bad
        $found.SuspicionScore | Should -Be 50, 50, 50, 0
        $found[0].SuspicionReasons | Should -Be '50: on bad'
        $found[0].Providers | Should -Be blocklist
    }

    It 'answers by the store that the objects are of' {
        $store = New-StorePath
        $null = Import-NetCapture (Get-TestPath dns.pcap) -StorePath $store
        $null = Import-IpBlocklist $list -Name elsewhere -StorePath $store -WarningAction Ignore
        $found = & { Get-NetFlow -First 1; Get-NetFlow -First 1 -StorePath $store } | & $command | Where-Object Address -EQ 192.0.2.53
        $found.Blocklists | Should -Be bad, elsewhere
        $found[1].StorePath | Should -Be $store
    }

    It 'knows countries and autonomous systems' -Skip:(-not $hasTables) {
        $found = & $command 8.8.8.8
        $found.CountryCode, $found.AsNumber, $found.LocationAccuracy | Should -Be US, 15169, Country
        $found.Providers | Should -Be geo
    }

    It 'works without a store' {
        $got = Invoke-Recorded { & $command 192.0.2.53 -StorePath (New-StorePath) }
        $got.Errors | Should -BeNullOrEmpty
        $got.Output | ForEach-Object Address | Should -Be 192.0.2.53
    }
}

Describe 'Invoke-IpEnrichment' {
    It 'takes a pipeline from a summary to a CSV file' {
        $null = Import-IpBlocklist $list -WarningAction Ignore
        Get-TrafficSummary -By Address -Top 3 | Invoke-IpEnrichment | Export-Csv (Get-TestPath out.csv)
        $rows = Import-Csv (Get-TestPath out.csv)
        $rows | Should -HaveCount 3
        $rows | ForEach-Object Address | Should -Contain 192.0.2.53
        ($rows | Where-Object Address -EQ 192.0.2.53).SuspicionScore | Should -Be 50
        Get-TrafficSummary -By Address -Top 3 | Invoke-IpEnrichment | Export-NetTraffic (Get-TestPath out.json)
        Get-Content (Get-TestPath out.json) | ConvertFrom-Json | ForEach-Object Address | Should -Be ($rows | ForEach-Object Address)
    }

    It 'without addresses takes the largest public talkers' {
        $got = Invoke-Recorded { Invoke-IpEnrichment -Verbose }
        $got.Errors | Should -BeNullOrEmpty
        $got.Output | Should -BeNullOrEmpty
        $got.Verbose -join ' ' | Should -Match 'no public address'
        Invoke-IpEnrichment -Top 3 -Last 1h | Should -BeNullOrEmpty
    }

    It 'refuses -Top and -Last beside addresses' {
        $null = Assert-Problem { Invoke-IpEnrichment 192.0.2.1 -Top 3 } BadArgument InvalidArgument
        $null = Assert-Problem { '192.0.2.1' | Invoke-IpEnrichment -Last 1h } BadArgument InvalidArgument
    }

    It 'says with -WhatIf what would be asked, and gives nothing' {
        $transcript = Get-TestPath whatif.txt
        $null = Start-Transcript $transcript
        try { '192.0.2.53', '8.8.8.8' | Invoke-IpEnrichment -WhatIf | Should -BeNullOrEmpty } finally { $null = Stop-Transcript }
        Get-Content $transcript -Raw | Should -Match "2 addresses by this machine's tables, asking nobody"
    }

    It 'says that there is no store to take talkers from' {
        (Invoke-Recorded { Invoke-IpEnrichment -StorePath (New-StorePath) }).Warnings | Should -Match 'There is no store'
    }
}

Describe 'Get-SuspiciousAddress' {
    BeforeAll {
        $store = New-StorePath
        $null = Import-NetCapture (Get-TestPath dns.pcap) -StorePath $store
    }

    It 'says that nothing is known' {
        $got = Invoke-Recorded { Get-SuspiciousAddress -StorePath $store }
        $got.Output | Should -BeNullOrEmpty
        $got.Warnings | Should -Match 'Nothing is known'
    }

    It 'lists addresses with their traffic, by threshold and weights' {
        $null = Import-IpBlocklist $list -StorePath $store -WarningAction Ignore
        $found = Get-SuspiciousAddress -StorePath $store
        $found.Address, $found.SuspicionScore, $found.Flows | Should -Be 192.0.2.53, 50, 20
        $found.Bytes | Should -Be (Get-TrafficSummary -By Address -Address 192.0.2.53 -Top 1 -StorePath $store).Bytes
        $found.SentBytes, $found.ReceivedBytes | Should -Be (20 * 122), (20 * 72)
        Get-SuspiciousAddress 51 -StorePath $store | Should -BeNullOrEmpty
        Set-NetTrafficOption -SuspicionWeights Blocklist=70 -StorePath $store
        (Get-SuspiciousAddress 51 -StorePath $store).SuspicionReasons | Should -Be '70: on bad'
        Set-NetTrafficOption -SuspicionThreshold 71 -StorePath $store
        Get-SuspiciousAddress -StorePath $store | Should -BeNullOrEmpty
        (Get-SuspiciousAddress 70 -StorePath $store).Address | Should -Be 192.0.2.53
        Set-NetTrafficOption -SuspicionThreshold $null -SuspicionWeights $null -StorePath $store
        Get-SuspiciousAddress -Address 10.1.0.3 -StorePath $store | ForEach-Object Flows | Should -Be 1
        Get-SuspiciousAddress -Port 80 -StorePath $store | Should -BeNullOrEmpty
        Get-SuspiciousAddress -Last 1h -StorePath $store | Should -BeNullOrEmpty
    }
}

Describe 'Get- and Update-GeoDatabase' {
    It 'lists what there is, with whom to name' -Skip:(-not $hasTables) {
        $found = Get-GeoDatabase
        ($found | Where-Object IsUsed).Kind | Should -Be country, asn
        $found.License -join ' ' | Should -Match 'CC0.*RouteViews.*DB-IP'
        $found.Date | ForEach-Object { $_ | Should -BeGreaterThan ([datetime] '2026-01-01') }
    }

    It 'takes tables from files, and each into a folder of choice' -Skip:(-not $hasTables) {
        $to = Get-TestPath geo
        $got = Get-ChildItem "$(Get-Root)/module/geo/*.ranges" | Update-GeoDatabase -Destination $to
        $got.Kind | Should -Be asn, country
        (Get-ChildItem $to).Name | Should -Be asn.ranges, country.ranges
        (Update-GeoDatabase "$(Get-Root)/module/geo/*.ranges" -Destination $to).Kind | Should -Be asn, country
        (Update-GeoDatabase -LiteralPath "$(Get-Root)/module/geo/asn.ranges" -Destination $to).Kind | Should -Be asn
        (Get-FileHash "$to/asn.ranges").Hash | Should -Be (Get-FileHash "$(Get-Root)/module/geo/asn.ranges").Hash
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'what is not there'; Do = { Update-GeoDatabase none.tgz -Destination $to }; Id = 'FileNotFound'; Category = 'ObjectNotFound' }
        @{ Name = 'what is none'; Do = { Update-GeoDatabase $list -Destination $to }; Id = 'NoGeoTable'; Category = 'InvalidData' }
        @{ Name = 'a blocklist'; Do = { Update-GeoDatabase "$env:NETTRAFFIC_HOME/blocklists/bad.ranges" -Destination $to }; Id = 'DamagedTable'; Category = 'InvalidData' }
        @{ Name = 'a folder without tables'; Do = { Update-GeoDatabase (New-Item -ItemType Directory -Force (Get-TestPath empty)) -Destination $to }
            Id = 'NoGeoTable'; Category = 'InvalidData' }
        @{ Name = 'a registry that is no address'; Do = { Update-GeoDatabase -RegistryUri npm -Destination $to }; Id = 'BadArgument'; Category = 'InvalidArgument' }
        @{ Name = 'a registry that nobody is'; Do = { Update-GeoDatabase -RegistryUri http://127.0.0.1:9 -Destination $to }; Id = 'DownloadFailed'; Category = 'ConnectionError' }
    ) {
        $null = Import-IpBlocklist $list -WarningAction Ignore
        $to = Get-TestPath nothing
        $null = Assert-Problem $Do $Id $Category
        Test-Path $to | Should -BeFalse
    }

    It 'goes on with the next file' -Skip:(-not $hasTables) {
        $got = Invoke-Recorded { $list, "$(Get-Root)/module/geo/asn.ranges" | Update-GeoDatabase -Destination (Get-TestPath geo2) }
        $got.Errors | Should -HaveCount 1
        $got.Output.Kind | Should -Be asn
    }

    It 'does nothing with -WhatIf' -Skip:(-not $hasTables) {
        Update-GeoDatabase "$(Get-Root)/module/geo/asn.ranges" -Destination (Get-TestPath geo3) -WhatIf | Should -BeNullOrEmpty
        Test-Path (Get-TestPath geo3) | Should -BeFalse
    }
}

Describe 'Settings' {
    It 'keep a database by its whole path' {
        $store = New-StorePath
        Push-Location (Get-TestPath '')
        try { $set = Set-NetTrafficOption -GeoDatabase ./city.mmdb -StorePath $store -PassThru } finally { Pop-Location }
        $set.GeoDatabase | Should -Be (Get-TestPath city.mmdb)
        $null = Assert-Problem { Get-IpEnrichment 8.8.8.8 -StorePath $store } FileNotFound ObjectNotFound
        (Invoke-Recorded { Get-GeoDatabase -StorePath $store }).Warnings -join ' ' | Should -Match 'city.mmdb'
    }

    It 'refuse what cannot be' {
        $null = Assert-Problem { Set-NetTrafficOption -SuspicionThreshold 101 } BadArgument InvalidArgument
        $null = Assert-Problem { Set-NetTrafficOption -SuspicionWeights Weather=5 } BadArgument InvalidArgument
    }

    It 'offer the weights at the tab key' {
        Get-Completion 'Set-NetTrafficOption -SuspicionWeights ' | Should -Contain "'Blocklist=50'"
    }
}

Describe 'Export-NetTraffic -Dataset Enrichment' {
    It 'has a header and no rows where nobody was asked, as <_>' -ForEach csv, json, parquet {
        $file = Export-NetTraffic (Get-TestPath "enrichment.$_") -Dataset Enrichment
        $file.Rows | Should -Be 0
        if ($_ -eq 'csv') { Get-Content $file | Should -Match '^"?Address"?,"?Provider"?,' }
    }

    It 'refuses filters of flows' {
        $null = Assert-Problem { Export-NetTraffic (Get-TestPath e2.csv) -Dataset Enrichment -Port 53 } BadArgument InvalidArgument
        $null = Assert-Problem { Export-NetTraffic (Get-TestPath e2.csv) -Dataset Enrichment -CaptureId x } BadArgument InvalidArgument
    }
}
