#Requires -Version 7.6
# What each cmdlet takes from the pipeline: every input that its help promises, nothing of an empty pipeline, and an error for the rest.

BeforeDiscovery {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Import-Module "$(Get-Root)/NetTraffic.psd1"
    # A row for each input that is promised: how it comes, and what must come of it.
    $promised = @(
        foreach ($file in @(
            @{ From = 'Get-ChildItem $dns' }
            @{ From = 'Get-Item $dns' }
            @{ From = '$dns' }
            @{ From = '(Split-Path $dns) + "/d*s.pcap"' }
            @{ From = '[pscustomobject] @{ Path = $dns }' }
            @{ From = '[pscustomobject] @{ Path = "$TestDrive/d*s.pcap" }' }
            @{ From = '[pscustomobject] @{ FullName = $dns }' }
            @{ From = '[pscustomobject] @{ LiteralPath = $dns }' }
            @{ From = 'Get-FileHash $dns' }
            @{ From = 'Get-Item -LiteralPath $odd' }
        )) {
            @{ From = $file.From; To = 'Get-NetFlow'; Gives = { @($got).Count -eq 3 } }
            @{ From = $file.From; To = 'Get-TrafficSummary'; Gives = { $got.Flows -eq 3 } }
            @{ From = $file.From; To = 'Get-NetPacket'; Gives = { @($got).Count -eq 6 } }
            @{ From = $file.From; To = 'Import-NetCapture -StorePath (New-StorePath)'; Gives = { $got.Flows -eq 3 } }
        }
        foreach ($capture in @(
            '$imported', 'Get-NetCapture -StorePath $store', 'Get-NetCapture -StorePath $store | Select-Object CaptureId, StorePath'
            'Get-NetCapture -StorePath $store | Select-Object Id, StorePath', '[pscustomobject] @{ StorePath = $store }'
        )) {
            @{ From = $capture; To = 'Get-NetFlow'; Gives = { @($got).Count -eq 3 } }
            @{ From = $capture; To = 'Get-TrafficSummary'; Gives = { $got.Flows -eq 3 } }
            @{ From = $capture; To = 'Get-NetPacket'; Gives = { @($got).Count -eq 6 } }
        }
        foreach ($capture in @(
            '$imported', 'Get-NetCapture -StorePath $store | Select-Object Id, StorePath', 'Get-NetFlow -StorePath $store -First 1'
        )) {
            @{ From = $capture; To = 'Get-NetCapture'; Gives = { $got.CaptureId -eq $imported.CaptureId } }
            @{ From = $capture; To = 'Stop-NetCapture -PassThru'; Gives = { $got.CaptureId -eq $imported.CaptureId } }
        }
        foreach ($name in '"named"', '"nam*"', '$imported.CaptureId') {
            @{ From = $name; To = 'Get-NetCapture -StorePath $store'; Gives = { $got.CaptureId -eq $imported.CaptureId } }
        }
        @{ From = '$imported'; To = 'Export-NetTraffic "$TestDrive/captures.pcapng" -Force'; Gives = { $got.Rows -eq 6 } }
        foreach ($flow in @(
            '$flows', '$flows | Select-Object *', '$flows | Export-Clixml "$TestDrive/f.xml"; Import-Clixml "$TestDrive/f.xml"'
            '[System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($flows))'
            '$flows | Select-Object StartTime, EndTime, SourceAddress, SourcePort, DestinationAddress, DestinationPort, Protocol, Interface, CaptureId, StorePath'
        )) {
            @{ From = $flow; To = 'Get-NetPacket'; Gives = { @($got).Count -eq 6 } }
            @{ From = $flow; To = 'Export-NetTraffic "$TestDrive/flows.pcapng" -Force'; Gives = { $got.Rows -eq 6 } }
        }
        foreach ($flow in @(
            '$flows', '$flows | Select-Object *', '$flows | Export-Clixml "$TestDrive/f.xml"; Import-Clixml "$TestDrive/f.xml"'
            '$flows | Export-NetTraffic "$TestDrive/f.csv" -Force | Out-Null; Import-Csv "$TestDrive/f.csv"'
            '$flows | ConvertTo-Json | ConvertFrom-Json'
        )) {
            @{ From = $flow; To = 'Get-TrafficSummary'; Gives = { $got.Flows -eq 3 -and $got.Bytes -eq 582 -and $got.Packets -eq 6 } }
        }
        # TCP flows have lengths of time besides, which files write as seconds, as text, or as objects with ticks.
        foreach ($flow in @(
            '$tcp | Export-NetTraffic "$TestDrive/f.csv" -Force | Out-Null; Import-Csv "$TestDrive/f.csv"'
            '$tcp | Export-NetTraffic "$TestDrive/f.json" -Force | Out-Null; Get-Content "$TestDrive/f.json" | ConvertFrom-Json'
            '$tcp | Export-Csv "$TestDrive/f.csv"; Import-Csv "$TestDrive/f.csv"'
            '$tcp | ConvertTo-Json | ConvertFrom-Json'
        )) {
            @{ From = $flow; To = 'Get-TrafficSummary'
                Gives = { "$($got | Select-Object Flows, Bytes, Packets)" -eq "$($tcp | Get-TrafficSummary | Select-Object Flows, Bytes, Packets)" } }
        }
        # Export-Csv cuts times to whole seconds; no packet of the last second is lost by that.
        @{ From = '$flows | Export-Csv "$TestDrive/f.csv"; Import-Csv "$TestDrive/f.csv"'; To = 'Get-NetPacket'; Gives = { @($got).Count -eq 6 } }
        @{ From = '$fileFlows'; To = 'Get-TrafficSummary'; Gives = { $got.Flows -eq 3 } }
        @{ From = '$fileFlows'; To = 'Get-NetPacket -Path $dns'; Gives = { @($got).Count -eq 6 } }
        @{ From = '[pscustomobject] @{ StorePath = $store }'; To = 'Get-NetTrafficOption'; Gives = { $got.StorePath -eq $store } }
        @{ From = 'Get-NetCapture -StorePath $store'; To = 'Clear-NetTraffic -OlderThan 36500d'; Gives = { $got.StorePath -eq $store } }
        @{ From = '@([pscustomobject] @{ StorePath = $store }) * 2'; To = 'Set-NetTrafficOption -Sensor here -PassThru'
            Gives = { @($got).Count -eq 1 -and $got.Sensor -eq 'here' } }
    )
    $cmdlets = @{
        'Clear-NetTraffic' = '-OlderThan 0s -Confirm:$false'; 'Get-NetCapture' = ''; 'Get-NetCaptureInterface' = ''; 'Get-NetFlow' = ''
        'Get-NetPacket' = ''; 'Get-NetTrafficOption' = ''; 'Get-NetTrafficServer' = ''; 'Get-TrafficSummary' = ''
        'Import-NetCapture' = ''; 'Initialize-NetTrafficInflux' = ''
        'Get-NetCaptureTask' = ''; 'Register-NetCaptureTask' = '-Name empty -At 02:00 -Duration 1m'; 'Unregister-NetCaptureTask' = '-Confirm:$false'
        'Set-NetTrafficOption' = '-Sensor wrong -PassThru'; 'Start-NetCapture' = ''; 'Stop-NetCapture' = ''
        'Start-NetTrafficServer' = '-Port 0'; 'Stop-NetTrafficServer' = ''; 'Sync-NetTrafficInflux' = ''; 'Test-NetTrafficInflux' = ''
    }
}

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $dns = New-DnsCapture dns.pcap 3
    $odd = New-DnsCapture 'odd[1].pcap' 3
    $store = New-StorePath
    $imported = Import-NetCapture $dns -Name named -KeepPackets -StorePath $store
    $flows = Get-NetFlow -StorePath $store
    $fileFlows = Get-NetFlow $dns
    $tcp = Get-NetFlow (Get-Sample) -Protocol TCP
    # What the default store has is never meant here.
    $null = Import-NetCapture (Get-Sample) -Name other
    $loopback = $IsMacOS ? 'lo0' : 'lo'
}

Describe 'A promised input' {
    It '<From> | <To>' -ForEach $promised {
        $all = Invoke-Recorded { Invoke-Expression $From | ForEach-Object { $_ } | & ([scriptblock]::Create("`$input | $To")) }
        $all.Errors | Should -BeNullOrEmpty
        $all.Warnings | Should -BeNullOrEmpty
        $got = $all.Output
        & $Gives | Should -BeTrue -Because "it gave $($got | Out-String)"
    }

    It 'every cmdlet is in the tables' {
        # Export-NetTraffic takes any object, and has a file of its own; so has what is about addresses (Enrichment.Tests.ps1, Blocklist.Tests.ps1).
        (Get-Command -Module NetTraffic).Name | Where-Object { $_ -ne 'Export-NetTraffic' -and $_ -notmatch '-(Ip|Geo|Suspicious)' } | Should -BeIn @($cmdlets.Keys)
    } -TestCases @{ cmdlets = $cmdlets }
}

Describe 'An empty pipeline' {
    It 'into <_.Key> <_.Value> asks for nothing and does nothing' -ForEach @($cmdlets.GetEnumerator()) {
        $got = Invoke-Recorded { Invoke-Expression "@() | $($_.Key) $($_.Value)" }
        $got.Output | Should -BeNullOrEmpty
        $got.Errors | Should -BeNullOrEmpty
        Get-Job | Where-Object PSJobTypeName -EQ NetCaptureJob | Should -BeNullOrEmpty
        (Get-NetTrafficOption).Sensor | Should -Not -Be wrong
        (Get-TrafficSummary).Flows | Should -BeGreaterThan 0
    }
}

Describe 'What stands for nothing' {
    It '<Wrong> into <Command> is an error, and nothing else happens' -ForEach @(
        foreach ($command in $cmdlets.GetEnumerator()) {
            # A number or any name can be an interface's.
            $wrongs = $command.Key -eq 'Get-NetCaptureInterface' ? @('[pscustomobject] @{ Foo = 1 }') : @('[pscustomobject] @{ Foo = 1 }', '42', '$null')
            foreach ($wrong in $wrongs) { @{ Command = "$($command.Key) $($command.Value)"; Wrong = $wrong } }
        }
    ) {
        $got = Invoke-Recorded { Invoke-Expression "$Wrong | $Command" }
        $got.Output | Should -BeNullOrEmpty
        $got.Errors | Should -HaveCount 1
        Get-Job | Where-Object PSJobTypeName -EQ NetCaptureJob | Should -BeNullOrEmpty
        (Get-NetTrafficOption).Sensor | Should -Not -Be wrong
    }

    It 'names nothing that there is: <Script>' -ForEach @(
        @{ Script = "'nosuch' | Get-NetCapture"; Id = 'CaptureNotFound'; Category = 'ObjectNotFound' }
        @{ Script = "'nosuch' | Stop-NetCapture"; Id = 'CaptureNotFound'; Category = 'ObjectNotFound' }
        @{ Script = "'nosuch.pcap' | Get-NetFlow"; Id = 'FileNotFound'; Category = 'ObjectNotFound' }
        @{ Script = '[pscustomobject] @{ Path = "nosuch.pcap" } | Import-NetCapture'; Id = 'FileNotFound'; Category = 'ObjectNotFound' }
        @{ Script = '$flows | Select-Object StartTime, EndTime, SourceAddress | Get-NetPacket'; Id = 'NotWholeFlows'; Category = 'InvalidArgument' }
        @{ Script = '$flows | Select-Object StartTime, EndTime, SourceAddress | Get-TrafficSummary'; Id = 'NotWholeFlows'; Category = 'InvalidArgument' }
        @{ Script = '$flows | Select-Object * | Get-NetFlow'; Id = 'FlowsPiped'; Category = 'InvalidArgument' }
        @{ Script = 'Get-Item $dns | Get-NetFlow $dns'; Id = 'BadArgument'; Category = 'InvalidArgument' }
        @{ Script = '$flows | Get-TrafficSummary -Path $dns'; Id = 'BadArgument'; Category = 'InvalidArgument' }
        @{ Script = '$imported | Get-NetFlow -CaptureId $imported.CaptureId'; Id = 'BadArgument'; Category = 'InvalidArgument' }
    ) {
        $null = Assert-Problem { Invoke-Expression $Script } $Id $Category
    }
}

Describe 'Start-NetCapture' {
    BeforeEach {
        Skip-WithoutCapture
        $own = New-StorePath
    }

    AfterEach {
        Stop-NetCapture -All -StorePath $own -WarningAction Ignore
        Get-Job | Where-Object PSJobTypeName -EQ NetCaptureJob | Remove-Job -Force
    }

    It 'captures on what <_> gives, and on nothing else' -ForEach @(
        '$loopback', 'Get-NetCaptureInterface $loopback', 'Get-NetCaptureInterface $loopback | Select-Object Name'
        '[pscustomobject] @{ Interface = $loopback }', '[pscustomobject] @{ Interface = @($loopback) }'
        '[pscustomobject] @{ Interface = Get-NetCaptureInterface $loopback }', '@($loopback, $loopback)'
        '[System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize((Get-NetCaptureInterface $loopback)))'
    ) {
        $job = Invoke-Expression $_ | Start-NetCapture -StorePath $own
        @($job) | Should -HaveCount 1
        (Get-NetCapture -StorePath $own).Interfaces | Should -Be @($loopback)
        $job | Stop-NetCapture
        "$((Get-NetCapture -StorePath $own).State)" | Should -Be Stopped
    }

    It 'captures on nothing where none is found, or what comes is no interface: <_>' -ForEach @(
        'Get-NetCaptureInterface nosuch*', '@()', 'Get-Item /', '1', '[pscustomobject] @{ Other = $loopback }'
    ) {
        $got = Invoke-Recorded { Invoke-Expression $_ | Start-NetCapture -StorePath $own }
        $got.Output | Should -BeNullOrEmpty
        $own | Should -Not -Exist
    }

    It 'is stopped by its name from the pipeline' {
        $null = Start-NetCapture $loopback -Name probe -StorePath $own
        'probe' | Stop-NetCapture -StorePath $own
        "$((Get-NetCapture probe -StorePath $own).State)" | Should -Be Stopped
    }
}
