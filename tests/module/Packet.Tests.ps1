#Requires -Version 7.6
# Get-NetPacket: packets of files, rings and interfaces; TShark as the dissector.

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $sample = Get-Sample
    $dns = New-DnsCapture dns.pcap 3
    $null = Import-NetCapture $dns
    $kept = New-StorePath
    $null = Import-NetCapture $dns -KeepPackets -StorePath $kept
    $loopback = $IsMacOS ? 'lo0' : 'lo'
}

Describe 'Packets of a file' {
    It 'are objects with everything in them' {
        $packets = Get-NetPacket $dns
        $packets | Should -HaveCount 6
        $second = $packets[1]
        $second | Should -BeOfType NetTraffic.NetPacket
        $second.Number, $second.Length, $second.CapturedLength | Should -Be 2, 122, 122
        $second.Time.ToUniversalTime() | Should -Be (Get-CaptureStart).AddSeconds(0.5)
        $second.SourceAddress, $second.SourcePort, $second.DestinationAddress, $second.DestinationPort |
            Should -Be '192.0.2.53', 53, '10.1.0.0', 40000
        $second.IpProtocol, $second.Protocol | Should -Be 17, UDP
        $second.Info | Should -BeLike 'DNS query 0x0000*'
        $second.Data | Should -HaveCount 122
    }

    It 'have the whole tree on demand' {
        $packet = (Get-NetPacket $sample -Application dns -First 1).Packet
        $packet.PayloadPacket.PayloadPacket.GetType().FullName | Should -Be PacketDotNet.UdpPacket
        (Get-NetPacket $sample -Protocol TCP -First 1).Packet.PayloadPacket.PayloadPacket.SourcePort | Should -BeGreaterThan 0
    }

    It 'that another file was joined to are all given, and it is said' {
        $joined = Get-TestPath joined.pcap
        $bytes = [System.IO.File]::ReadAllBytes($dns)
        [System.IO.File]::WriteAllBytes($joined, $bytes + $bytes)
        foreach ($ask in { Get-NetPacket $joined }, { Get-NetPacket $joined -Port 53 }, { Get-Item $joined | Get-NetPacket }) {
            $got = Invoke-Recorded $ask
            $got.Output | Should -HaveCount 12
            $got.Warnings | Should -HaveCount 1
            $got.Warnings[0] | Should -BeLike "$joined*begins at byte $($bytes.Length)*"
        }
        # Who reads no further does not get there.
        (Invoke-Recorded { Get-NetPacket $joined -First 2 }).Warnings | Should -BeNullOrEmpty
    }

    It 'are the same with <Filter>, named and piped' -ForEach @(
        @{ Filter = '-Address 10.1.0.0/31'; Packets = 4 }
        @{ Filter = '-Port 53'; Packets = 6 }
        @{ Filter = '-Protocol udp -Application DNS'; Packets = 6 }
        @{ Filter = '-Protocol TCP'; Packets = 0 }
        @{ Filter = "-Since '2026-03-01T10:00:00.5Z' -Until '2026-03-01T10:00:02Z'"; Packets = 3 }
        @{ Filter = "-Filter 'src port 53'"; Packets = 3 }
        @{ Filter = '-First 2'; Packets = 2 }
    ) {
        if ($Filter -like '-Filter*') { Skip-WithoutLibpcap }
        Invoke-Expression "Get-NetPacket '$dns' $Filter" | Should -HaveCount $Packets
        Invoke-Expression "Get-Item '$dns' | Get-NetPacket $Filter" | Should -HaveCount $Packets
    }

    It 'stream: Select-Object -First ends the reading' {
        Get-NetPacket $sample | Select-Object -First 2 | Should -HaveCount 2
        Get-ChildItem $sample | Get-NetPacket -First 3 | Should -HaveCount 3
    }

    It 'work with Group-Object, Where-Object and Export-Csv' {
        (Get-NetPacket $sample | Group-Object Protocol).Name | Should -Contain TCP
        Get-NetPacket $sample -First 500 | Where-Object Source -EQ 10.0.2.53 | Where-Object Protocol -EQ TCP | Should -HaveCount 5
        Get-NetPacket $sample -Port 443 | Where-Object Info -Like '*SNI=*' | Select-Object Time, Info -First 5 |
            Export-Csv "$TestDrive/hello.csv"
        Import-Csv "$TestDrive/hello.csv" | Should -HaveCount 5
    }

    It 'come before the damage of a file, with a warning' {
        $got = Invoke-Recorded { Get-NetPacket (New-DnsCapture cut.pcap 2 -Truncated) }
        $got.Errors | Should -BeNullOrEmpty
        $got.Output | Should -HaveCount 3
        $got.Warnings | Should -HaveCount 1
        $got.Warnings[0] | Should -BeLike '*Everything before it was read*'
    }

    It 'are read no further than anybody wants, and a bar shows how far that is' {
        $many = New-DnsCapture many.pcap 3000
        $null = Invoke-Runspace 'Get-NetPacket $args[0] | ForEach-Object { $_; Start-Sleep -Milliseconds 20 }' { param($output) $output.Count -gt 2 } -ArgumentList $many
        { Get-NetPacket $many | ForEach-Object { throw 'enough' } } | Should -Throw enough
        # One object is taken slowly, so that the bar comes after its second.
        $got = Invoke-Runspace 'Get-NetPacket $args[0] | & { process { if (++$script:n -eq 100) { Start-Sleep -Milliseconds 1100 } } }' -ArgumentList $many
        @($got.Progress | Where-Object { $_.PercentComplete -gt 0 -and $_.Activity -eq 'Reading many.pcap' }) | Should -Not -BeNullOrEmpty
        "$($got.Progress[-1].RecordType)" | Should -Be Completed
        Remove-Item $many
    }
}

Describe 'Packets of flows' {
    It 'of a file are found, and none of no flow' {
        Get-NetFlow -Path $dns -First 1 | Get-NetPacket -Path $dns | Should -HaveCount 2
        Get-NetFlow -Path $dns -Port 1 | Get-NetPacket -Path $dns | Should -BeNullOrEmpty
        $community = (Get-NetFlow -Path $dns -First 1).CommunityId
        Get-NetPacket $dns -CommunityId $community | Should -HaveCount 2
        Get-NetFlow -Path $dns -CommunityId $community | Should -HaveCount 1
    }

    It 'of a store are found by object and by id' {
        $flow = Get-NetFlow -First 1 -StorePath $kept
        $flow | Get-NetPacket -StorePath $kept | Should -HaveCount 2
        Get-NetPacket -FlowId $flow.FlowId -StorePath $kept | Should -HaveCount 2
        [pscustomobject] @{ CaptureId = $flow.CaptureId } | Get-NetPacket -StorePath $kept | Should -HaveCount 6
    }

    It 'that keeps none are said to be missing: <_>' -ForEach 'Get-NetPacket', 'Get-NetCapture | Get-NetPacket', 'Get-NetFlow -First 1 | Get-NetPacket' {
        $got = Invoke-Recorded { Invoke-Expression $_ }
        $got.Errors | Should -BeNullOrEmpty
        $got.Output | Should -BeNullOrEmpty
        $got.Warnings | Should -HaveCount 1
        $got.Warnings[0] | Should -BeLike '*-PacketRing*'
    }

    It 'of which a part is no longer kept are warned of, and unknown ids are told' {
        $store = New-StorePath
        $null = Import-NetCapture (New-DnsCapture large.pcap 8000) -KeepPackets -PacketRing 1MB -StorePath $store
        $unknown = Invoke-Recorded { Get-NetPacket -FlowId 1 -StorePath $store }
        $unknown.Output | Should -BeNullOrEmpty
        $unknown.Warnings[0] | Should -BeLike '*No flow*'
        $part = Invoke-Recorded { Get-NetFlow -StorePath $store | Get-NetPacket -StorePath $store }
        $part.Output.Count | Should -BeGreaterThan 1000
        $part.Output.Count | Should -BeLessThan 16000
        $part.Warnings | Should -HaveCount 1
        $part.Warnings[0] | Should -BeLike "Of the 16,000 packets that these flows had, $($part.Output.Count.ToString('N0', [cultureinfo]::InvariantCulture)) were found in the rings.*"
        foreach ($all in { Get-NetFlow -StorePath $store | Get-NetPacket -StorePath $store -First 3 }, { Get-NetFlow -First 2 -StorePath $store | Get-NetPacket -StorePath $store }) {
            (Invoke-Recorded $all).Warnings | Should -BeNullOrEmpty
        }
    }
}

Describe 'What Get-NetPacket refuses' {
    It '<Script>' -ForEach @(
        @{ Script = "Get-NetPacket `$dns -Filter 'tcp prot 80'"; Id = 'BadFilter'; Category = 'InvalidArgument' }
        @{ Script = 'Get-NetPacket $dns -CommunityId abc'; Id = 'BadValue'; Category = 'InvalidArgument' }
        @{ Script = 'Get-NetPacket -Interface lo -Last 5m'; Id = 'TimesNeedHistory'; Category = 'InvalidArgument' }
        @{ Script = 'Get-NetPacket -Interface nosuchinterface -First 1'; Id = 'UnknownInterface'; Category = 'ObjectNotFound' }
        @{ Script = 'Get-NetPacket $dns -Dissector TShark -Port 53'; Id = 'FiltersOfTwoKinds'; Category = 'InvalidArgument' }
        @{ Script = 'Get-NetPacket $dns -Dissector NetTraffic -Field frame.number'; Id = 'NeedsTShark'; Category = 'InvalidArgument' }
        @{ Script = 'Get-NetPacket -Dissector TShark'; Id = 'TSharkNeedsFile'; Category = 'InvalidArgument' }
        @{ Script = 'Get-NetPacket -Interface lo -Field frame.number'; Id = 'TSharkNeedsFile'; Category = 'InvalidArgument' }
        @{ Script = 'Get-NetPacket -Path - -DisplayFilter dns'; Id = 'TSharkNeedsFile'; Category = 'InvalidArgument' }
        @{ Script = 'Get-NetFlow -Path $dns | Get-NetPacket -Path $dns -DisplayFilter dns'; Id = 'TSharkNeedsFile'
            Category = 'InvalidArgument' }
        @{ Script = 'Get-NetFlow -Path $dns -First 1 | Get-NetPacket'; Id = 'FlowsOfFile'; Category = 'InvalidArgument' }
        @{ Script = 'Get-NetPacket "${dns}x"'; Id = 'FileNotFound'; Category = 'ObjectNotFound' }
        @{ Script = 'Get-NetPacket -CaptureId none'; Id = 'CaptureNotFound'; Category = 'ObjectNotFound' }
        @{ Script = 'Get-NetPacket -StorePath $kept -First 1 | Get-NetPacket'; Id = 'NotCaptures'; Category = 'InvalidArgument' }
    ) {
        if ($Script -match '-Filter |-Interface ') { Skip-WithoutLibpcap }
        $null = Assert-Problem { Invoke-Expression $Script } $Id $Category
    }
}

Describe 'Packets of an interface' {
    It 'come as they pass, and stop with the pipeline' {
        Skip-WithoutCapture
        $port = Get-FreePort
        $sender = Start-ThreadJob {
            $client = [System.Net.Sockets.UdpClient]::new()
            while ($true) { $null = $client.Send([byte[]]::new(10), 10, '127.0.0.1', $using:port); Start-Sleep -Milliseconds 20 }
        }
        try {
            $packets = Get-NetPacket -Interface $loopback -Filter "udp port $port" -First 3
            $packets.Number | Should -Be 1, 2, 3
            $packets[0].DestinationAddress, $packets[0].DestinationPort, $packets[0].Interface, $packets[0].Info |
                Should -Be '127.0.0.1', $port, $loopback, 'Len=10'
            { Get-NetPacket -Interface $loopback -Port $port | ForEach-Object { throw 'enough' } } | Should -Throw enough
            Get-NetPacket -Interface $loopback -Port $port | Select-Object -First 1 | Should -HaveCount 1
        }
        finally { Remove-Job $sender -Force }

        # Nothing passes any more, and it stops all the same.
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $null = Invoke-Runspace 'Get-NetPacket -Interface $args[0] -Filter "udp port $($args[1])"' { $watch.ElapsedMilliseconds -gt 500 } -ArgumentList $loopback, (Get-FreePort)
    }
}

Describe 'TShark' {
    BeforeEach { Skip-WithoutProgram tshark }

    It 'gives the fields that it gives by itself' {
        $fields = 'frame.number', 'frame.time_epoch', 'ip.src', 'tcp.port', 'udp.length', 'dns.qry.name', 'tls.handshake.extensions_server_name', 'http.request.uri'
        $expected = tshark -n -r $sample -T fields -E 'separator=|' -E 'aggregator=;' @($fields | ForEach-Object { '-e', $_ }) 2>$null
        $objects = @(Get-NetPacket $sample -Dissector TShark -Field $fields)
        $objects | ForEach-Object { $packet = $_; ($fields | ForEach-Object { $packet.$_ -join ';' }) -join '|' } | Should -Be $expected
        $objects[0].'frame.number' | Should -BeOfType long
        $objects[0].PSObject.Properties.Name | Should -Be $fields
    }

    It 'filters, and gives whole packets as a tree' {
        Get-NetPacket $sample -DisplayFilter 'tls.handshake.type == 1' -Field frame.number -First 2 | Should -HaveCount 2
        (Get-NetPacket $sample -Dissector TShark -DisplayFilter dns -First 1).udp.'udp.dstport' | Should -Be 53
        $table = Get-Rendered { Get-NetPacket $sample -DisplayFilter 'frame.number <= 5' }
        @($table -match '10\.0\.1\.10 +10\.0\.2\.53 +75 dns') | Should -Not -BeNullOrEmpty
        @($table -match '10\.0\.1\.1 +10\.0\.1\.10 +42 arp') | Should -Not -BeNullOrEmpty
    }

    It 'says what it does not understand: <Script>' -ForEach @(
        @{ Script = 'Get-NetPacket $sample -Field nosuch.field'; Id = 'BadField'; Category = 'InvalidArgument' }
        @{ Script = "Get-NetPacket `$sample -DisplayFilter 'foo ==='"; Id = 'BadDisplayFilter'; Category = 'InvalidArgument' }
        @{ Script = 'Get-NetPacket $sample -DisplayFilter "tcp`0evil"'; Id = 'BadDisplayFilter'; Category = 'InvalidArgument' }
        @{ Script = 'Set-Content "$TestDrive/text.pcap" "this is no capture"; Get-NetPacket "$TestDrive/text.pcap" -Dissector TShark'; Id = 'NotACaptureFile'; Category = 'InvalidData' }
    ) {
        $null = Assert-Problem { Invoke-Expression $Script } $Id $Category
    }

    It 'gives what comes before the cut of a file' {
        $got = Invoke-Recorded { Get-NetPacket (New-DnsCapture tcut.pcap 2 -Truncated) -Field frame.number }
        $got.Output | Should -HaveCount 3
        $got.Warnings[0] | Should -BeLike '*cut short*'
    }

    It 'is said to be missing where it is' {
        $path = $env:PATH
        try {
            $env:PATH = "$TestDrive"
            $null = Assert-Problem { Get-NetPacket $sample -Dissector TShark } ProgramMissing NotInstalled
        }
        finally { $env:PATH = $path }
    }

    It 'is ended where nobody wants more' -Skip:(-not $IsLinux) {
        # A pipe that gives no end: TShark waits for more, and only its end lets the writer go.
        $pipe = Get-TestPath endless
        mkfifo $pipe
        $large = New-DnsCapture feed.pcap 1000
        $writer = Start-ThreadJob {
            $stream = [System.IO.FileStream]::new($using:pipe, [System.IO.FileMode]::Open, [System.IO.FileAccess]::Write, [System.IO.FileShare]::ReadWrite, 0)
            $bytes = [System.IO.File]::ReadAllBytes($using:large)
            try {
                $stream.Write($bytes)
                while ($true) { $stream.Write($bytes, 24, $bytes.Length - 24) }
            }
            catch [System.IO.IOException] { 'the reader is gone' }
        }
        Get-NetPacket -LiteralPath $pipe -Field frame.number -First 3 | Should -HaveCount 3
        $writer | Receive-Job -Wait -AutoRemoveJob | Should -Be 'the reader is gone'
    }
}
