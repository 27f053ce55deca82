#Requires -Version 7.6
# The module's surface: Invoke-Pester tests/module. What needs a fault injected runs in the hosted engine
# (tests/NetTraffic.PowerShell.Tests).

BeforeDiscovery {
    $script:root = (Resolve-Path "$PSScriptRoot/../..").Path
    Import-Module "$root/NetTraffic.psd1" -Force
    $script:cmdlets = (Get-Command -Module NetTraffic).Name
}

BeforeAll {
    # Captures need a right that not everybody has.
    function SkipWithoutCapture {
        $where = Get-NetCaptureInterface -ErrorAction SilentlyContinue -ErrorVariable problem | Where-Object IsLoopback | Select-Object -First 1
        if (-not $where.CanCapture) {
            Set-ItResult -Skipped -Because "capturing on the loopback interface is not permitted here: $($where.CaptureProblem)$problem"
        }
    }

    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    $sample = Join-Path $root 'tests/fixtures/sample.pcapng'
    Import-Module "$root/NetTraffic.psd1" -Force
    $env:NETTRAFFIC_HOME = Join-Path $TestDrive 'store'
    $loopback = Get-NetCaptureInterface -ErrorAction Ignore | Where-Object IsLoopback | Select-Object -First 1 -ExpandProperty Name

    function Complete([string]$line) { (TabExpansion2 $line $line.Length).CompletionMatches }
    function Send([int]$port, [int]$count) {
        $client = [System.Net.Sockets.UdpClient]::new()
        1..$count | ForEach-Object { $null = $client.Send([byte[]](1, 2, 3), 3, '127.0.0.1', $port) }
        $client.Dispose()
    }
}

AfterAll {
    Stop-NetCapture -All
    Get-Job | Where-Object PSJobTypeName -EQ NetCaptureJob | Remove-Job -Force
    Remove-Item Env:NETTRAFFIC_HOME
}

Describe 'Module' {
    It 'exports what the manifest says' {
        $manifest = Import-PowerShellDataFile "$root/NetTraffic.psd1"
        (Get-Module NetTraffic).ExportedCmdlets.Keys | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
        Test-ModuleManifest "$root/NetTraffic.psd1" | Should -Not -BeNullOrEmpty
    }

    It 'has help with examples for <_>' -ForEach $cmdlets {
        $help = Get-Help $_ -Full
        $help.Synopsis | Should -Not -Match ([regex]::Escape("$_ ["))
        $help.examples.example.Count | Should -BeGreaterOrEqual 2
        Get-Help $_ -Examples | Out-String | Should -Match 'Example 1'
        (Get-Help $_ -Parameter StorePath, Name -ErrorAction Ignore).description | Should -Not -BeNullOrEmpty
    }

    It 'can be imported again and again' {
        Import-Module "$root/NetTraffic.psd1" -Force
        (Get-Command -Module NetTraffic).Count | Should -Be $cmdlets.Count
    }
}

Describe 'Import and queries' {
    BeforeAll { $imported = Import-NetCapture $sample }

    It 'imports the sample' {
        $imported.Complete | Should -BeTrue
        $imported.Packets | Should -BeGreaterThan 0
        (Get-NetCapture -CaptureId $imported.CaptureId).State | Should -Be Completed
    }

    It 'imports files from Get-ChildItem, brackets included' {
        Copy-Item -LiteralPath $sample (Join-Path $TestDrive 'a[1].pcapng')
        (Get-ChildItem -LiteralPath $TestDrive -Filter *.pcapng | Import-NetCapture -StorePath "$TestDrive/second").Packets | Should -Be $imported.Packets
        (Import-NetCapture "$TestDrive/*.pcapng" -StorePath "$TestDrive/third").Packets | Should -Be $imported.Packets
    }

    It 'streams flows: Select-Object -First ends the query' {
        Get-NetFlow | Select-Object -First 2 | Should -HaveCount 2
        Get-NetFlow -Path $sample | Select-Object -First 2 | Should -HaveCount 2
        Get-NetFlow -First 3 | Should -HaveCount 3
    }

    It 'streams packets: Select-Object -First ends the reading' {
        Get-NetPacket $sample | Select-Object -First 2 | Should -HaveCount 2
        Get-ChildItem $sample | Get-NetPacket -First 3 | Should -HaveCount 3
        (Get-NetPacket $sample | Group-Object Transport).Name | Should -Contain TCP
        (Get-NetPacket $sample -Protocol TCP -First 1).Packet.PayloadPacket.PayloadPacket.SourcePort | Should -BeGreaterThan 0
        Get-NetPacket $sample -Port 443 | Where-Object Info -like '*SNI=*' | Sort-Object Length | Select-Object Time, Info -First 5 | Export-Csv "$TestDrive/hello.csv"
        (Import-Csv "$TestDrive/hello.csv").Count | Should -Be 5
    }

    It 'counts the same in flows, summary and import' {
        $flows = $imported | Get-NetFlow | Measure-Object Packets, Bytes -Sum
        $flows[0].Sum | Should -Be $imported.Packets
        $flows[1].Sum | Should -Be $imported.Bytes
        ($imported | Get-TrafficSummary).Bytes | Should -Be $imported.Bytes
        (Get-TrafficSummary -By Protocol -Top 100 -CaptureId $imported.CaptureId | Measure-Object Bytes -Sum).Sum | Should -Be $imported.Bytes
    }

    It 'does not take copies of a flow for its whole capture: <_>' -ForEach 'Get-NetPacket', 'Get-NetFlow', 'Get-TrafficSummary' {
        $command = $_
        { Get-NetFlow -First 1 | Select-Object * | & $command } | Should -Throw -ErrorId 'NotCaptures,*'
        Get-NetFlow -First 1 | Export-Clixml "$TestDrive/flow.xml"
        { Import-Clixml "$TestDrive/flow.xml" | & $command } | Should -Throw -ErrorId 'NotCaptures,*'
    }

    It 'takes any object with a CaptureId for a capture, and makes no flow of it' {
        $capture = [pscustomobject]@{ CaptureId = $imported.CaptureId }
        ($capture | Get-TrafficSummary).Packets | Should -Be $imported.Packets
        $capture | Get-NetFlow -First 1 | Should -HaveCount 1
        { [pscustomobject]@{ Bytes = 3 } | Get-TrafficSummary -ErrorAction Stop } | Should -Throw -ErrorId 'InputObjectNotBound,*'
    }

    It 'works with Group-Object, Sort-Object and Export-Csv' {
        (Get-NetFlow | Group-Object Transport).Name | Should -Contain TCP
        Get-NetFlow | Sort-Object Bytes -Descending | Select-Object -First 5 | Export-Csv "$TestDrive/five.csv"
        (Import-Csv "$TestDrive/five.csv").Count | Should -Be 5
    }

    It 'sums up piped flows and files as the store does, by <_>' -ForEach Protocol, Application, Address, Conversation, DestinationPort {
        $stored = Get-TrafficSummary -By $_ -Top 1000 -CaptureId $imported.CaptureId | ConvertTo-Json
        $imported | Get-NetFlow | Get-TrafficSummary -By $_ -Top 1000 | ConvertTo-Json | Should -Be $stored
        Get-TrafficSummary -By $_ -Top 1000 -Path $sample | ConvertTo-Json | Should -Be $stored
    }

    It 'takes one key at a time' {
        { Get-TrafficSummary -By Protocol, Application } | Should -Throw '*takes one key*'
        { Get-TrafficSummary -By Port } | Should -Throw '*DestinationPort*'
        { Get-NetFlow | Get-NetFlow } | Should -Throw -ErrorId 'FlowsPiped,*'
    }

    It 'has tables that fit <_> columns without broken headings' -ForEach 80, 120 {
        $width = $_
        foreach ($set in { $imported }, { Get-NetCapture }, { Get-NetFlow -Address 2001:db8::/32 }, { Get-NetPacket $sample -Address 2001:db8::/32 }, { Get-TrafficSummary -By Conversation }) {
            $lines = (& $set | Out-String -Width $width) -split "`r?`n" -replace '\e\[[\d;]*m'
            ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual $width
            ($lines | Where-Object { $_ -match '^-' }).Count | Should -Be 1
        }
    }

    It 'knows the headings as names that make no columns' {
        (Get-NetFlow | Where-Object Proto -EQ UDP | Sort-Object Started -Descending | Select-Object -First 1).Transport | Should -Be UDP
        (Get-NetFlow -First 1 | ConvertTo-Csv)[0] | Should -Not -Match '"Proto"'
    }

    It 'reads lengths of time as people write them: <_>' -ForEach '90s', '5m', '2h', '7d' {
        { Invoke-Expression "Get-NetFlow -Last $_" } | Should -Not -Throw
    }

    It 'completes what was seen' {
        (Complete 'Get-NetFlow -Protocol t').CompletionText | Should -Contain TCP
        (Complete 'Get-NetFlow -CaptureId ').CompletionText | Should -Contain $imported.CaptureId
        (Complete 'Get-NetFlow -Address ') | Should -Not -BeNullOrEmpty
    }

    It 'goes on after a bad file, with an error that has an id and a next move' {
        Set-Content "$TestDrive/bad.pcap" 'no capture'
        $result = Import-NetCapture "$TestDrive/bad.pcap", $sample -StorePath "$TestDrive/fourth" -ErrorVariable problem -ErrorAction SilentlyContinue
        $result | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'NotACaptureFile,*'
        $problem[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }
}

Describe 'Export' {
    BeforeAll { $null = Import-NetCapture $sample }

    It 'writes <_>, and never over a file without -Force' -ForEach 'csv', 'json', 'parquet' {
        $file = Export-NetTraffic "$TestDrive/flows.$_"
        $file.Length | Should -BeGreaterThan 0
        $file.Rows | Should -BeGreaterThan 0
        { Export-NetTraffic "$TestDrive/flows.$_" } | Should -Throw -ErrorId 'ExportFileExists,*'
        Export-NetTraffic "$TestDrive/flows.$_" -Force | Should -BeOfType System.IO.FileInfo
    }

    It 'writes what Import-Csv and ConvertFrom-Json read' {
        Get-NetFlow -First 5 | Export-NetTraffic "$TestDrive/five.csv" -Force
        Import-Csv "$TestDrive/five.csv" | Should -HaveCount 5
        $null = Get-NetFlow -First 5 | Export-NetTraffic "$TestDrive/five.json" -AsArray
        Get-Content "$TestDrive/five.json" -Raw | ConvertFrom-Json | Should -HaveCount 5
    }

    It 'leaves nothing behind after an error, or with -WhatIf' {
        { Get-NetFlow | ForEach-Object { throw 'enough' } | Export-NetTraffic "$TestDrive/half.csv" } | Should -Throw
        Export-NetTraffic "$TestDrive/half.csv" -WhatIf
        Get-ChildItem $TestDrive -Force -Filter *half* | Should -BeNullOrEmpty
    }
}

Describe 'Settings and retention' {
    It 'changes only what is given' {
        $store = "$TestDrive/options"
        Set-NetTrafficOption -StorePath $store -Sensor tap1 -Retention 30d
        Set-NetTrafficOption -StorePath $store -FlushInterval 10s
        $option = Get-NetTrafficOption -StorePath $store
        $option.Sensor | Should -Be tap1
        $option.Retention.TotalDays | Should -Be 30
        (Set-NetTrafficOption -StorePath $store -Retention $null -PassThru).Retention | Should -BeNullOrEmpty
        { Set-NetTrafficOption -StorePath $store -FlushInterval 1ms } | Should -Throw
    }

    It 'removes old traffic' {
        $store = "$TestDrive/clear"
        $null = Import-NetCapture $sample -StorePath $store
        Clear-NetTraffic -OlderThan 0s -StorePath $store -WhatIf
        (Get-TrafficSummary -StorePath $store).Packets | Should -BeGreaterThan 0
        { Clear-NetTraffic -OlderThan 0s -StorePath $store -Confirm:$false } | Should -Not -Throw
    }
}

Describe 'Live capture' {
    It 'refuses an unknown interface with its id' {
        { Start-NetCapture no-such-interface } | Should -Throw -ErrorId 'UnknownInterface,*'
    }

    It 'refuses a bad filter with what libpcap says' {
        SkipWithoutCapture
        { Start-NetCapture $loopback 'tcp prot 80' } | Should -Throw -ErrorId 'BadFilter,*'
    }

    It 'is a job' {
        SkipWithoutCapture
        $job = Start-NetCapture $loopback 'udp port 40777' -Name pester -FlushInterval 1s
        $job.PSJobTypeName | Should -Be NetCaptureJob
        Send 40777 20
        $deadline = [datetime]::UtcNow.AddSeconds(20)
        while ($job.Packets -lt 20 -and [datetime]::UtcNow -lt $deadline) { Start-Sleep -Milliseconds 100 }
        $job.Packets | Should -BeGreaterOrEqual 20
        ($job | Stop-NetCapture -PassThru).State | Should -Be Stopped
        (Wait-Job $job -Timeout 10).State | Should -Be Stopped
        (Receive-Job $job)[-1].State | Should -Be Stopped
        Remove-Job $job
        (Get-TrafficSummary -CaptureId (Get-NetCapture pester).CaptureId).Packets | Should -BeGreaterOrEqual 20
    }

    It 'waits with -Wait' {
        SkipWithoutCapture
        (Start-NetCapture $loopback -Duration 2s -Wait).State | Should -Be Completed
    }
}
