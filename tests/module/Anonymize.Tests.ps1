#Requires -Version 7.6
# Export-NetTraffic -Anonymize: what it writes in each format, where its key comes from, and what it refuses.

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    # Crypto-PAn's own sample: 10.185.25.118 is 117.161.29.118, 128.11.68.132 is 135.242.180.132.
    $digits = '1522178D33A4CF80130A5B1649907D10D8988F83797965276257' + '4C2D2A842202'
    $key = ConvertTo-SecureString $digits -AsPlainText
    $frame = ConvertTo-UdpFrame '10.185.25.118' 40000 '128.11.68.132' 53 20
    $null = Import-NetCapture (New-NamedInterfaceCapture one.pcapng eth9 -Frame $frame) -KeepPackets

    function Get-Hidden([object] $Flow) { "$($Flow.SourceAddress) $($Flow.DestinationAddress)" }
    $pair = '117.161.29.118 135.242.180.132'
}

Describe 'Export-NetTraffic -Anonymize' {
    BeforeEach {
        $folder = New-Item -ItemType Directory (Get-TestPath ([guid]::NewGuid().ToString('n')))
        $clear = Get-NetFlow -First 1
    }

    It 'writes the published pseudonyms as <Format>, and a Community ID of theirs' -ForEach @(
        @{ Format = 'csv'; Read = { Import-Csv $args[0] } }
        @{ Format = 'json'; Read = { Get-Content $args[0] | ConvertFrom-Json } }
    ) {
        foreach ($file in @(
            Export-NetTraffic "$folder/store.$Format" -Anonymize -AnonymizationKey $key
            Get-NetFlow | Export-NetTraffic "$folder/piped.$Format" -Anonymize -AnonymizationKey $key)) {
            $flow = & $Read $file
            Get-Hidden $flow | Should -Be $pair
            $flow.CommunityId | Should -BeLike '1:*'
            $flow.CommunityId | Should -Not -Be $clear.CommunityId
            $flow.SourceMac | Should -Not -Be $clear.SourceMac
            $flow.Interface | Should -Be 'eth9'
            "$($flow.SourcePort) $($flow.DestinationPort) $($flow.Bytes) $($flow.FlowId)" |
                Should -Be "$($clear.SourcePort) $($clear.DestinationPort) $($clear.Bytes) $($clear.FlowId)"
            Get-Content $file -Raw | Should -Not -Match '10\.185|128\.11\.68'
        }
        Get-Hidden (Get-NetFlow -First 1) | Should -Be '10.185.25.118 128.11.68.132'
    }

    It 'writes Parquet without an address in it' {
        $file = Export-NetTraffic "$folder/flows.parquet" -Anonymize -AnonymizationKey $key
        $file.Rows | Should -Be 1
        $text = [System.Text.Encoding]::Latin1.GetString([System.IO.File]::ReadAllBytes($file))
        $text | Should -Match '117\.161\.29\.118'
        $text | Should -Not -Match '10\.185\.25\.118|128\.11\.68\.132'
    }

    It 'writes packets that are the same flows under the same pseudonyms, without payload' {
        $file = Export-NetTraffic "$folder/p.pcapng" -Anonymize -AnonymizationKey $key
        $flow = Get-NetFlow -Path $file
        Get-Hidden $flow | Should -Be $pair
        "$($flow.Bytes) $($flow.Interface)" | Should -Be "$($clear.Bytes) eth9"
        $packet = Get-NetPacket -Path $file
        "$($packet.Length) $($packet.CapturedLength)" | Should -Be '62 42'
        $flow.CommunityId | Should -Be (Import-Csv (Export-NetTraffic "$folder/f.csv" -Anonymize -AnonymizationKey $key)).CommunityId
        Get-NetPacket | Export-NetTraffic "$folder/piped.pcap" -Legacy -Anonymize -AnonymizationKey $key
        Get-Hidden (Get-NetFlow -Path "$folder/piped.pcap") | Should -Be $pair
    }

    It 'leaves no comment in the file' {
        Skip-WithoutProgram tshark
        $store = New-StorePath
        $null = Import-NetCapture (Get-Sample) -KeepPackets -StorePath $store
        $all = Export-NetTraffic "$folder/all.pcapng" -StorePath $store
        $hidden = Export-NetTraffic "$folder/hidden.pcapng" -StorePath $store -Anonymize -AnonymizationKey $key
        tshark -n -r $all -Y frame.comment 2>$null | Should -Not -BeNullOrEmpty
        tshark -n -r $hidden -Y frame.comment 2>$null | Should -BeNullOrEmpty
        $hidden.Rows | Should -Be $all.Rows
    }

    It 'takes the key of the settings, a parameter before it, and else one of its own, of which it warns' {
        $plain = { param($more) Get-Hidden (Import-Csv (Export-NetTraffic "$folder/$([guid]::NewGuid()).csv" -Anonymize @more)) }
        $run = Invoke-Recorded { & $plain @{} }
        "$($run.Warnings)" | Should -Match 'no other export'
        $first = $run.Output
        $first | Should -Not -Be $pair
        & $plain @{ WarningAction = 'Ignore' } | Should -Not -Be $first
        try {
            (Set-NetTrafficOption -AnonymizationKey $key -PassThru).HasAnonymizationKey | Should -BeTrue
            $run = Invoke-Recorded { & $plain @{} }
            $run.Warnings | Should -BeNullOrEmpty
            $run.Output | Should -Be $pair
            & $plain @{ AnonymizationKey = (ConvertTo-SecureString '32-char-str-for-AES-key-and-pad.' -AsPlainText) } | Should -Not -Be $pair
        }
        finally { Set-NetTrafficOption -AnonymizationKey $null }
        try {
            Set-Content "$folder/key" "0x$digits"
            $env:NETTRAFFIC_ANONYMIZATION_KEY_FILE = "$folder/key"
            & $plain @{} | Should -Be $pair
        }
        finally { $env:NETTRAFFIC_ANONYMIZATION_KEY_FILE = $null }
    }

    It 'says with -WhatIf what it would do, and warns of nothing' {
        $run = Invoke-Recorded { Export-NetTraffic "$folder/x.csv" -Anonymize -WhatIf }
        $run.Warnings | Should -BeNullOrEmpty
        Get-ChildItem $folder | Should -BeNullOrEmpty
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'a key that is none'; Script = { Export-NetTraffic "$folder/x.csv" -Anonymize -AnonymizationKey (ConvertTo-SecureString 'secret1' -AsPlainText) } }
        @{ Name = 'a key without -Anonymize'; Script = { Export-NetTraffic "$folder/x.csv" -AnonymizationKey $key } }
        @{ Name = 'the dataset Captures'; Script = { Export-NetTraffic "$folder/x.csv" -Dataset Captures -Anonymize } }
        @{ Name = 'objects that are no flows'; Script = { [pscustomobject]@{ Host = '10.185.25.118' } | Export-NetTraffic "$folder/x.csv" -Anonymize -AnonymizationKey $key } }
        @{ Name = 'copies of flows'; Script = { Get-NetFlow | Select-Object SourceAddress | Export-NetTraffic "$folder/x.json" -Anonymize -AnonymizationKey $key } }
        @{ Name = 'summaries'; Script = { Get-TrafficSummary -By Address | Export-NetTraffic "$folder/x.csv" -Anonymize -AnonymizationKey $key } }
    ) {
        Assert-Problem $Script BadArgument InvalidArgument
        "$((Invoke-Recorded $Script).Errors)" | Should -Not -Match 'secret1'
        Get-ChildItem $folder -Force | Should -BeNullOrEmpty
    }
}
