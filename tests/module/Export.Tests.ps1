#Requires -Version 7.6
# Export-NetTraffic to CSV, JSON, Parquet and capture files: what it writes, keeps and refuses.

BeforeDiscovery {
    # "written" is the text in the CSV file.
    $hostile = @(
        @{ Text = '=HYPERLINK("http://x")'; Written = "`"'=HYPERLINK(`"`"http://x`"`")`"" }
        @{ Text = '+1'; Written = "`"'+1`"" }
        @{ Text = '-cmd'; Written = "`"'-cmd`"" }
        @{ Text = '@SUM(A1)'; Written = "`"'@SUM(A1)`"" }
        @{ Text = ' =1'; Written = "`"' =1`"" }
        @{ Text = "$([char]0xA0)@x"; Written = "'$([char]0xA0)@x" }
        @{ Text = "$([char]0xFF1D)1"; Written = "'$([char]0xFF1D)1" }
        @{ Text = "$([char]0xFF0B)1"; Written = "'$([char]0xFF0B)1" }
        @{ Text = "$([char]0xFF0D)1"; Written = "'$([char]0xFF0D)1" }
        @{ Text = "`t=1"; Written = '\u0009=1' }
        @{ Text = "`r=1"; Written = '\u000d=1' }
        @{ Text = "`e[31mred"; Written = '\u001b[31mred' }
        @{ Text = "$([char]0x9B)31m"; Written = '\u009b31m' }
        @{ Text = "a$([char]0x202E)b"; Written = 'a\u202eb' }
    )
    $hostile = $hostile | ForEach-Object { $_.Title = $_.Text -replace '[\p{C}]', '?'; $_ }
}

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $sample = Get-Sample
    $null = Import-NetCapture (New-DnsCapture dns.pcap 8)
    $kept = New-StorePath
    $null = Import-NetCapture $sample -KeepPackets -StorePath $kept
    $bare = New-StorePath
    $null = Import-NetCapture $sample -StorePath $bare

    # Every packet of a file, as text that does not depend on its order.
    function Get-PacketText([string] $Path) {
        Get-NetPacket -Path $Path | ForEach-Object { "$($_.TimestampNs) $($_.Length) $([Convert]::ToHexString($_.Data))" } | Sort-Object
    }
    function Get-TSharkStamp([string] $Path, [string] $DisplayFilter) {
        tshark -n -r $Path -Y $DisplayFilter -T fields -e frame.time_epoch -e frame.len -e frame.cap_len 2>$null | Sort-Object
    }
}

Describe 'Export-NetTraffic writes' {
    BeforeEach { $folder = New-Item -ItemType Directory (Get-TestPath ([guid]::NewGuid().ToString('n'))) }

    It 'flows as CSV, newest first, times in UTC' {
        $file = Export-NetTraffic "$folder/flows.csv"
        $file | Should -BeOfType System.IO.FileInfo
        $lines = Get-Content $file
        $lines | Should -HaveCount 9
        $lines[0] | Should -BeLike 'StartTime,EndTime,Duration,Time,SourceAddress,SourcePort,DestinationAddress,DestinationPort,*'
        $lines[1] | Should -BeLike '2026-03-01T10:00:07.000000Z,2026-03-01T10:00:07.500000Z,0.5,2026-03-01T10:00:07.000000Z,10.1.0.7,40000,192.0.2.53,53,4,17,UDP,dns,*'
        Get-ChildItem $folder -Force | Should -HaveCount 1
    }

    It 'how much it was: <Name>' -ForEach @(
        @{ Name = 'rows.csv'; Script = { Export-NetTraffic "$folder/rows.csv" }; Rows = 8 }
        @{ Name = 'rows.parquet'; Script = { Export-NetTraffic "$folder/rows.parquet" }; Rows = 8 }
        @{ Name = 'rows.json'; Script = { Get-NetFlow -First 2 | Export-NetTraffic "$folder/rows.json" }; Rows = 2 }
        @{ Name = 'rows.pcapng'; Script = { Export-NetTraffic "$folder/rows.pcapng" -Port 53 -StorePath $kept }; Rows = 300 }
    ) {
        $file = & $Script
        $file.Size | Should -Be (Get-Item "$folder/$Name").Length
        "$($file.Format)" | Should -Be ($Name -match 'pcapng' ? 'Pcap' : $Name.Substring(5))
        if ($Name -match 'pcapng') { $file.Rows | Should -BeGreaterThan 100 } else { $file.Rows | Should -Be $Rows }
        Get-Rendered { $file } | Should -Contain (@(Get-Rendered { $file }) -match 'Rows\W.*Size\W.*Format\W.*Path')[0]
    }

    It 'JSON, an object a line or an array' {
        $null = Get-NetFlow | Export-NetTraffic "$folder/flows.json"
        $lines = Get-Content "$folder/flows.json"
        $lines | Should -HaveCount 8
        $lines[0] | Should -BeLike '{"StartTime":"2026-03-01T10:00:07.000000Z",*"Duration":0.5,*"SourceTcpFlags":null,*'
        $null = Export-NetTraffic "$folder/array.json" -AsArray
        Get-Content "$folder/array.json" -Raw | ConvertFrom-Json | Should -HaveCount 8
        $null = Export-NetTraffic "$folder/none.json" -AsArray -Port 1
        Get-Content "$folder/none.json" -Raw | Should -Be "[]`n"
    }

    It 'what Import-Csv and ConvertFrom-Json read' {
        $null = Get-NetFlow -First 5 | Export-NetTraffic "$folder/five.csv"
        (Import-Csv "$folder/five.csv").SourceAddress | Should -Be (Get-NetFlow -First 5).SourceAddress
        $null = Get-NetFlow -First 5 | Export-NetTraffic "$folder/five.jsonl"
        (Get-Content "$folder/five.jsonl" | ConvertFrom-Json).Bytes | Should -Be (Get-NetFlow -First 5).Bytes
    }

    It 'the same rows from the pipeline and from the dataset' {
        foreach ($type in 'csv', 'json') {
            $null = Get-NetFlow | Export-NetTraffic "$folder/a.$type"
            $null = Export-NetTraffic "$folder/b.$type"
            Get-Content "$folder/a.$type" -Raw | Should -Be (Get-Content "$folder/b.$type" -Raw)
        }
    }

    It 'filters and datasets' {
        $null = Export-NetTraffic "$folder/few.jsonl" -Address 10.1.0.0/30
        Get-Content "$folder/few.jsonl" | Should -HaveCount 4
        $null = Export-NetTraffic "$folder/captures.csv" -Dataset Captures
        (Get-Content "$folder/captures.csv")[0] | Should -BeLike 'CaptureId,Sensor,Interface,Time,*'
        @(Import-Csv "$folder/captures.csv").Count | Should -BeGreaterThan 0
        $null = Export-NetTraffic "$folder/none.csv" -Port 1
        Get-Content "$folder/none.csv" | Should -HaveCount 1
    }

    It 'Parquet that begins and ends as Parquet does' {
        $bytes = [System.IO.File]::ReadAllBytes((Export-NetTraffic "$folder/flows.parquet"))
        [System.Text.Encoding]::ASCII.GetString($bytes[0..3] + $bytes[-4..-1]) | Should -Be PAR1PAR1
    }

    It 'any objects' {
        $null = [pscustomobject] @{ A = 1; B = 'x'; C = @(1, 2); D = [pscustomobject] @{ E = $true } }, [pscustomobject] @{ B = 'y'; Z = 9 } | Export-NetTraffic "$folder/any.json"
        (Get-Content "$folder/any.json")[0] | Should -Be '{"A":1,"B":"x","C":[1,2],"D":{"E":true}}'
        $got = Invoke-Recorded { [pscustomobject] @{ A = -1; B = 'x' }, [pscustomobject] @{ B = 'y'; Z = 9 } | Export-NetTraffic "$folder/any.csv" }
        Get-Content "$folder/any.csv" -Raw | Should -Be "A,B`n-1,x`n,y`n"
        $got.Warnings | Should -HaveCount 1
        $got.Warnings[0] | Should -BeLike '*Z*'
        $null = 'one', 'two' | Export-NetTraffic "$folder/text.csv"
        Get-Content "$folder/text.csv" -Raw | Should -Be "Value`none`ntwo`n"
    }

    It 'nothing of an empty pipeline, and not the store: <Name> <Arguments>' -ForEach @(
        @{ Name = 'e.csv'; Arguments = ''; Written = '' }
        @{ Name = 'e.json'; Arguments = ''; Written = '' }
        @{ Name = 'e.json'; Arguments = '-AsArray'; Written = "[]`n" }
    ) {
        $null = Invoke-Expression "@() | Export-NetTraffic '$folder/$Name' $Arguments"
        [System.IO.File]::ReadAllText("$folder/$Name") | Should -Be $Written
        $null = Invoke-Expression "Get-NetFlow -Address 192.0.2.254 | Export-NetTraffic '$folder/$Name' $Arguments -Force"
        [System.IO.File]::ReadAllText("$folder/$Name") | Should -Be $Written
    }

    It 'text that spreadsheets and terminals take for theirs so that it does nothing: <Title>' -ForEach $hostile {
        $null = [pscustomobject] @{ Name = $Text } | Export-NetTraffic "$folder/h.csv"
        [System.IO.File]::ReadAllText("$folder/h.csv").TrimEnd("`n").Split("`n", 2)[1].Trim('"').Replace('""', '"') |
            Should -Be ($Written.Trim('"').Replace('""', '"'))
        $null = [pscustomobject] @{ Name = $Text } | Export-NetTraffic "$folder/h.json"
        $json = [System.IO.File]::ReadAllText("$folder/h.json")
        $json.TrimEnd("`n") | Should -Not -Match "[\p{Cc}$([char]0x202E)]"
        ($json | ConvertFrom-Json).Name | Should -Be $Text
    }

    It 'compressed where the name ends in .gz: <_>' -ForEach 'all.csv.gz', 'all.json.GZ', 'none.csv.gz' {
        $null = $_ -like 'none*' ? (@() | Export-NetTraffic "$folder/$_") : (Export-NetTraffic "$folder/$_")
        $stream = [System.IO.Compression.GZipStream]::new([System.IO.File]::OpenRead("$folder/$_"), [System.IO.Compression.CompressionMode]::Decompress)
        $text = [System.IO.StreamReader]::new($stream).ReadToEnd()
        $stream.Dispose()
        (Get-Item "$folder/$_").Length | Should -BeGreaterThan 0
        if ($_ -like 'none*') { $text | Should -BeNullOrEmpty } else { $text | Should -BeLike '*10.1.0.7*' }
    }

    It 'packets as CSV with their bytes in hexadecimal' {
        $null = Get-NetPacket -Path $sample -First 2 | Export-NetTraffic "$folder/packets.csv"
        $lines = Get-Content "$folder/packets.csv"
        $lines[0] | Should -BeLike '*,Info,Data'
        $lines[1] | Should -Match ',[0-9A-F]{84}$'
    }
}

Describe 'Export-NetTraffic -Format Pcap' {
    BeforeEach { $folder = New-Item -ItemType Directory (Get-TestPath ([guid]::NewGuid().ToString('n'))) }

    It 'has what TShark finds by the same filter: <Arguments>' -Tag OneCulture -ForEach @(
        @{ Arguments = "-Filter 'udp port 53'"; Name = 'dns.pcapng'
            DisplayFilter = 'udp.port == 53 && !vxlan && !gre && !icmp && !icmpv6' }
        @{ Arguments = '-Port 80 -Legacy'; Name = 'web.pcap'; DisplayFilter = 'tcp.port == 80' }
        @{ Arguments = '-Protocol ARP'; Name = 'arp.pcapng'; DisplayFilter = 'arp && !ip && !ipv6' }
    ) {
        Skip-WithoutProgram tshark
        if ($Arguments -like '-Filter*') { Skip-WithoutLibpcap }
        $written = Invoke-Expression "Export-NetTraffic '$folder/$Name' $Arguments -StorePath '$kept'"
        $expected = @(Get-TSharkStamp $sample $DisplayFilter)
        $expected | Should -Not -BeNullOrEmpty
        Get-TSharkStamp "$folder/$Name" frame | Should -Be $expected
        $written.Rows | Should -Be $expected.Count
    }

    It 'gives the same packets in every way' -Tag OneCulture {
        $expected = Get-PacketText $sample
        $null = Export-NetTraffic "$folder/1.pcapng" -StorePath $kept
        $null = Export-NetTraffic "$folder/2.pcap" -Legacy -StorePath $kept
        $null = Get-NetCapture -StorePath $kept | Export-NetTraffic "$folder/3.pcapng" -StorePath $kept
        $null = Get-NetPacket -StorePath $kept | Export-NetTraffic "$folder/4.pcapng"
        $null = Get-NetFlow -StorePath $kept | Export-NetTraffic "$folder/5.pcapng" -StorePath $kept
        $null = Export-NetTraffic "$folder/6.pcapng.gz" -StorePath $kept
        foreach ($file in Get-ChildItem $folder) { Get-PacketText $file | Should -Be $expected -Because $file.Name }
    }

    It 'gives the packets of the flows that are piped' {
        $flows = Get-NetFlow -Application http -First 3 -StorePath $kept
        ($flows | Export-NetTraffic "$folder/http.pcapng" -StorePath $kept).Rows | Should -Be ($flows | Measure-Object Packets -Sum).Sum
    }

    It 'says when there is not one packet, in a file that is one: <_>' -ForEach 'none.pcapng', 'none.pcap' {
        $got = Invoke-Recorded { Export-NetTraffic "$folder/$_" -Legacy:($_ -eq 'none.pcap') -Last 1s -StorePath $kept }
        $got.Errors | Should -BeNullOrEmpty
        $got.Warnings | Should -HaveCount 1
        $got.Warnings[0] | Should -BeLike '*Not one packet*'
        Get-NetPacket "$folder/$_" | Should -BeNullOrEmpty
    }

    It 'makes nothing of copies of packets, nor of copies of flows that lack what says which packets' {
        $copy = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize((Get-NetPacket -First 1 -StorePath $kept)))
        $null = Assert-Problem { $copy | Export-NetTraffic "$folder/none.pcapng" -StorePath $kept } NotPackets InvalidArgument
        $less = Get-NetFlow -First 1 -StorePath $kept | Select-Object StartTime, EndTime, SourceAddress, CaptureId
        $problem = Assert-Problem { $less | Export-NetTraffic "$folder/none.pcapng" -StorePath $kept } NotPackets InvalidArgument
        "$problem" | Should -BeLike '*DestinationPort*'
        Get-ChildItem $folder -Force | Should -BeNullOrEmpty
    }

    It 'refuses, and leaves no file: <Script>' -ForEach @(
        @{ Script = 'Export-NetTraffic $to -StorePath $bare'; Id = 'NoPacketsKept'; Category = 'ObjectNotFound' }
        @{ Script = 'Export-NetTraffic $to -FlowId 1 -StorePath $bare'; Id = 'NoSuchFlow'; Category = 'ObjectNotFound' }
        @{ Script = 'Export-NetTraffic $to -PerInterval -StorePath $bare'; Id = 'BadArgument'; Category = 'InvalidArgument' }
        @{ Script = 'Export-NetTraffic $to -Dataset Captures -StorePath $bare'; Id = 'BadArgument'; Category = 'InvalidArgument' }
        @{ Script = 'Export-NetTraffic $to -Format Csv -Dataset Captures -FlowId 1 -StorePath $bare'; Id = 'BadArgument'
            Category = 'InvalidArgument' }
        @{ Script = 'Export-NetTraffic $to -Format Csv -Legacy -StorePath $bare'; Id = 'BadArgument'; Category = 'InvalidArgument' }
        @{ Script = 'Export-NetTraffic $to -Format Json -Filter tcp -StorePath $bare'; Id = 'BadArgument'; Category = 'InvalidArgument' }
        @{ Script = "'text' | Export-NetTraffic `$to -StorePath `$bare"; Id = 'NotPackets'; Category = 'InvalidArgument' }
        @{ Script = '1..50 | Export-NetTraffic $to -StorePath $kept'; Id = 'NotPackets'; Category = 'InvalidArgument' }
        @{ Script = 'Get-NetFlow -Path $sample -First 1 | Export-NetTraffic $to -StorePath $bare'; Id = 'FlowsOfFile'
            Category = 'InvalidArgument' }
        @{ Script = 'Get-NetPacket -Path $sample | Export-NetTraffic $to -Filter tcp -StorePath $bare'; Id = 'BadArgument'
            Category = 'InvalidArgument' }
        @{ Script = '@(Get-NetFlow -First 1 -StorePath $kept) + @(Get-NetCapture -StorePath $kept) | Export-NetTraffic $to -StorePath $kept'; Id = 'MixedPackets'; Category = 'InvalidArgument' }
        @{ Script = "Export-NetTraffic `$to -Filter 'tcp prot 80' -StorePath `$kept"; Id = 'BadFilter'; Category = 'InvalidArgument' }
    ) {
        if ($Script -like "*-Filter 'tcp*") { Skip-WithoutLibpcap }
        $to = "$folder/none.pcapng"
        $null = Assert-Problem { Invoke-Expression $Script } $Id $Category
        Get-ChildItem $folder -Force | Should -BeNullOrEmpty
    }
}

Describe 'Files that are there' {
    BeforeEach { $folder = New-Item -ItemType Directory (Get-TestPath ([guid]::NewGuid().ToString('n'))) }

    It 'are kept without -Force' {
        Set-Content "$folder/kept.csv" precious
        (Assert-Problem { Export-NetTraffic "$folder/kept.csv" } ExportFileExists ResourceExists).ErrorDetails.RecommendedAction |
            Should -BeLike '*-Force*'
        Get-Content "$folder/kept.csv" | Should -Be precious
        $null = Export-NetTraffic "$folder/kept.csv" -Force
        (Get-Content "$folder/kept.csv")[0] | Should -BeLike 'StartTime*'
    }

    It 'are kept when they appear meanwhile' {
        $got = Invoke-Recorded { 1, 2 | ForEach-Object { if ($_ -eq 2) { Set-Content "$folder/race.csv" precious }; $_ } | Export-NetTraffic "$folder/race.csv" }
        $got.Errors | Should -HaveCount 1
        Get-Content "$folder/race.csv" | Should -Be precious
        Get-ChildItem $folder -Force | Should -HaveCount 1
    }

    It 'are left alone, and none made, with -WhatIf' {
        Export-NetTraffic "$folder/no.csv" -WhatIf | Should -BeNullOrEmpty
        Get-NetFlow | Export-NetTraffic "$folder/no.csv" -WhatIf | Should -BeNullOrEmpty
        Get-ChildItem $folder -Force | Should -BeNullOrEmpty
    }

    It 'are not left in halves by an error, an unknown capture or a stop' {
        { 1..100 | ForEach-Object { if ($_ -eq 50) { throw 'enough' }; $_ } | Export-NetTraffic "$folder/error.csv" } | Should -Throw enough
        $null = Assert-Problem { Export-NetTraffic "$folder/none.csv" -CaptureId nosuch } CaptureNotFound ObjectNotFound
        $null = Assert-Problem { Get-NetFlow | Export-NetTraffic "$folder/objects.parquet" } ParquetNeedsDataset NotImplemented
        $null = Invoke-Runspace '1..100000 | ForEach-Object { $_; Start-Sleep -Milliseconds 5 } | Export-NetTraffic $args[0]' { Get-ChildItem $folder -Force } -ArgumentList "$folder/stop.csv"
        Get-ChildItem $folder -Force | Should -BeNullOrEmpty
    }

    It 'are followed where they are links' -Skip:$IsWindows {
        Set-Content "$folder/old.csv" old
        $null = New-Item -ItemType SymbolicLink "$folder/l.csv" -Target "$folder/old.csv"
        $null = New-Item -ItemType SymbolicLink "$folder/null.csv" -Target /dev/null
        $null = Export-NetTraffic "$folder/l.csv" -Force
        (Get-Item "$folder/l.csv").LinkTarget | Should -Be "$folder/old.csv"
        (Get-Content "$folder/old.csv")[0] | Should -BeLike 'StartTime*'
        $null = Assert-Problem { Export-NetTraffic "$folder/null.csv" -Force } ExportPathIsDevice InvalidArgument
    }

    It 'are not replaced where they are named pipes' -Skip:$IsWindows {
        Skip-WithoutProgram mkfifo
        mkfifo "$folder/pipe.csv"
        $null = Assert-Problem { Export-NetTraffic "$folder/pipe.csv" -Force } ExportPathIsDevice InvalidArgument
        /bin/sh -c "test -p '$folder/pipe.csv'"
        $LASTEXITCODE | Should -Be 0
    }

    It 'may have names as long as the file system lets them: <_>' -ForEach '.csv', '.parquet' {
        $name = 'n' * (255 - $_.Length) + $_
        $null = Export-NetTraffic "$folder/$name"
        (Get-ChildItem $folder -Force).Name | Should -Be $name
    }
}

Describe 'What Export-NetTraffic refuses' {
    BeforeEach { $folder = New-Item -ItemType Directory (Get-TestPath ([guid]::NewGuid().ToString('n'))) }

    It '<Script>' -ForEach @(
        @{ Script = 'Export-NetTraffic "$folder/x.txt"'; Id = 'UnknownExportFormat'; Category = 'InvalidArgument' }
        @{ Script = 'Export-NetTraffic "$folder/x.csv" -AsArray'; Id = 'AsArrayIsForJson'; Category = 'InvalidArgument' }
        @{ Script = 'Export-NetTraffic "$folder" -Format Csv'; Id = 'ExportPathIsFolder'; Category = 'InvalidArgument' }
        @{ Script = 'Export-NetTraffic "$folder"'; Id = 'ExportPathIsFolder'; Category = 'InvalidArgument' }
        @{ Script = 'Export-NetTraffic "$folder/nowhere/x.csv"'; Id = 'FolderNotFound'; Category = 'ObjectNotFound' }
        @{ Script = 'Export-NetTraffic Env:/x.csv'; Id = 'NotAFilePath'; Category = 'InvalidArgument' }
        @{ Script = 'Export-NetTraffic /dev/null -Format Csv -Force'; Id = 'ExportPathIsDevice'; Category = 'InvalidArgument' }
        @{ Script = 'Export-NetTraffic "$folder/c.csv" -Dataset Captures -Address 10.0.0.1'; Id = 'BadArgument'
            Category = 'InvalidArgument' }
        @{ Script = 'Export-NetTraffic "$folder/c.csv" -Dataset Captures -Port 53'; Id = 'BadArgument'; Category = 'InvalidArgument' }
        @{ Script = 'Export-NetTraffic "$folder/c.csv" -Dataset Captures -Protocol UDP'; Id = 'BadArgument'; Category = 'InvalidArgument' }
        @{ Script = 'Export-NetTraffic "$folder/c.csv" -Dataset Captures -Application dns'; Id = 'BadArgument'
            Category = 'InvalidArgument' }
    ) {
        $null = Assert-Problem { Invoke-Expression $Script } $Id $Category
        Get-ChildItem $folder -Force | Should -BeNullOrEmpty
    }

    It 'names the file that was asked for: <_>' -ForEach 'x.csv', 'x.parquet' -Skip:(-not $IsLinux) {
        $problem = (Invoke-Recorded { Export-NetTraffic "/proc/$_" }).Errors
        $problem | Should -HaveCount 1
        "$problem" | Should -BeLike "*/proc/$_*"
        "$problem" | Should -Not -BeLike '*.tmp*'
    }
}
