#Requires -Version 7.6
# What the Tab key offers.

BeforeDiscovery {
    $names = "it's", "`$(throw 'gotcha')", 'a;b|c&d', '-Force', "$([char]0x2018)curly$([char]0x2019) $([char]0x201C)quotes$([char]0x201D)", 'tick`$x "quoted"' |
        ForEach-Object { @{ Name = $_; Title = $_ } }
}

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $store = New-StorePath
    $id = (Import-NetCapture (New-DnsCapture 'dns one.pcap' 3) -Sensor tap-1 -StorePath $store).CaptureId
}

Describe 'Completion offers' {
    It 'what was seen, most traffic first' {
        (Get-Completion "Get-NetFlow -StorePath '$store' -Address ")[0] | Should -Be 192.0.2.53
        Get-Completion "Get-NetFlow -StorePath '$store' -Address 10." | Sort-Object | Should -Be 10.1.0.0, 10.1.0.1, 10.1.0.2
        (Get-Completion "Get-NetFlow -StorePath '$store' -Protocol ")[0] | Should -Be UDP
        (Get-Completion "Get-TrafficSummary -StorePath '$store' -Protocol u")[0] | Should -Be UDP
        (Get-Completion "Export-NetTraffic x.csv -StorePath '$store' -Application ")[0] | Should -Be dns
        Get-Completion "Get-NetFlow -StorePath '$store' -Application htt" | Should -Contain https
        Get-Completion "Import-NetCapture x -StorePath '$store' -Sensor " | Should -Contain tap-1
    }

    It 'captures by id and by name, and to stop only what runs' {
        Get-Completion "Get-NetFlow -StorePath '$store' -CaptureId " | Should -Be $id
        Get-Completion "Get-NetCapture -StorePath '$store' -Name dn" | Should -Be "'dns one.pcap'"
        Get-Completion "Get-NetFlow -StorePath '$store' -CaptureId " ToolTip | Should -BeLike '*dns one.pcap, Completed*'
        Get-Completion "Stop-NetCapture -StorePath '$store' -CaptureId " | Should -Not -Contain $id
    }

    It '<Offer> for "<Line>"' -ForEach @(
        @{ Line = 'Get-TrafficSummary -By Dest'; Offer = 'DestinationPort' }
        @{ Line = 'Export-NetTraffic x -Format P'; Offer = 'Parquet' }
        @{ Line = 'Export-NetTraffic x -Dataset c'; Offer = 'Captures' }
        @{ Line = 'Get-NetFlow -Last '; Offer = '5m' }
        @{ Line = 'Get-NetPacket -Last 5'; Offer = '5m' }
        @{ Line = 'Set-NetTrafficOption -Retention f'; Offer = 'forever' }
        @{ Line = 'Get-NetPacket x -Dissector '; Offer = 'TShark' }
        @{ Line = 'Get-NetPacket -Protocol icmpv'; Offer = 'ICMPv6' }
        @{ Line = 'Get-NetCapture -State C'; Offer = 'Crashed' }
        @{ Line = 'Start-NetCapture -Engine D'; Offer = 'Dumpcap' }
        @{ Line = 'Get-NetFlow -Port 4'; Offer = '443' }
        @{ Line = 'Start-NetCapture -PacketRing 5'; Offer = '512MB' }
        @{ Line = 'Get-NetF'; Offer = 'Get-NetFlow' }
        @{ Line = 'Get-NetFlow -Appl'; Offer = '-Application' }
    ) {
        Get-Completion $Line | Should -Contain $Offer
    }

    It 'for a schedule only what a schedule takes' {
        $offers = Get-Completion 'Register-NetCaptureTask -Every '
        $offers | Should -Contain 15m
        $scheduler = $IsWindows ? 'TaskScheduler' : 'Cron'
        $asked = $offers | ForEach-Object { "Register-NetCaptureTask -Name offered -Every $_ -Duration 1m -Scheduler $scheduler -WhatIf" }
        (Invoke-PowerShell ($asked -join '; ') @{ NETTRAFFIC_HOME = $store }).Errors | Should -BeNullOrEmpty
    }

    It 'files only where a file or folder is meant' {
        $here = New-Item -ItemType Directory (Get-TestPath completed)
        Set-Content "$here/a.txt" a
        Push-Location $here
        try {
            $paths = 'Path', 'LiteralPath', 'StorePath', 'DefaultStorePath', 'Destination', 'GeoDatabase'
            foreach ($command in Get-Command -Module NetTraffic -CommandType Cmdlet) {
                foreach ($parameter in $command.Parameters.Values | Where-Object {
                        $_.Name -notin $paths -and $_.Name -notin [System.Management.Automation.Cmdlet]::CommonParameters -and
                        $_.ParameterType -notin [switch], [psobject], [object], [object[]], [securestring] }) {
                    Get-Completion "$($command.Name) -$($parameter.Name) " ResultType | Should -Not -Contain ProviderItem -Because "$($command.Name) -$($parameter.Name)"
                }
            }
        }
        finally { Pop-Location }
    }

    It 'interfaces' {
        Skip-WithoutLibpcap
        Get-Completion 'Start-NetCapture ' | Should -Contain ($IsMacOS ? 'lo0' : 'lo')
        Get-Completion 'Get-NetPacket -Interface l' | Should -Contain ($IsMacOS ? 'lo0' : 'lo')
    }

    It 'the fields that TShark knows' {
        Skip-WithoutProgram tshark
        # TShark lists them in a second or two; a completer waits no longer than a user does.
        Wait-Until { 'tls.handshake.extensions_server_name' -in (Get-Completion 'Get-NetPacket x -Field ip.src, tls.handshake.extensions_server') } 60
        Wait-Until { 'http' -in (Get-Completion 'Get-NetPacket x -Field htt') } 60
        Wait-Until { 'tcp.flags.syn' -in (Get-Completion 'Get-NetPacket x -DisplayFilter tcp.fla') } 60
        Get-Completion 'Get-NetPacket x -Field nosuchfield' | Should -BeNullOrEmpty
    }

    It 'names quoted so that they mean themselves, and run nothing: <Title>' -ForEach $names {
        $own = New-StorePath
        $null = Import-NetCapture (New-DnsCapture x.pcap 1) -Name $Name -StorePath $own
        $offer = @(Get-Completion "Get-NetCapture -StorePath '$own' -Name ")
        $offer | Should -HaveCount 1
        # -Name takes wildcards, so what would be one is escaped.
        [WildcardPattern]::Unescape((Invoke-Expression "& { param(`$value) `$value } $($offer[0])")) | Should -BeExactly $Name
        Invoke-Expression "(Get-NetCapture -StorePath '$own' -Name $($offer[0])).Name" | Should -BeExactly $Name
    }
}

Describe 'Completion never fails' {
    It 'at "<_>"' -ForEach @(
        'Get-NetFlow -StorePath /proc/version -Address '
        'Get-NetFlow -StorePath Env:/nothing -CaptureId '
        "Get-NetCapture -StorePath '' -Name ["
        'Get-NetFlow -Address [[['
        "Start-NetCapture -Interface '"
    ) {
        $line = $_
        { TabExpansion2 -inputScript $line -cursorColumn $line.Length } | Should -Not -Throw
        $Error.Clear()
        $null = Get-Completion $line
        $Error | Should -BeNullOrEmpty
    }
}
