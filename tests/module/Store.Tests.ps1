#Requires -Version 7.6
# Stores that are not there yet, and files of a store that are damaged: named once a command, and everything else works.

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test

    <# A store of three imports, the segment of one of which has a changed byte. #>
    function New-DamagedStore {
        $store = New-StorePath
        $null = 1..3 | ForEach-Object { Import-NetCapture (New-DnsCapture "part$_.pcap" $_ -Step $_) -StorePath $store -WarningAction Ignore }
        $segment = @(Get-ChildItem $store/flows -Recurse -Filter *.parquet | Sort-Object Name)[1]
        $bytes = [System.IO.File]::ReadAllBytes($segment)
        $bytes[$bytes.Length / 2] = $bytes[$bytes.Length / 2] -bxor 1
        [System.IO.File]::WriteAllBytes($segment, $bytes)
        [pscustomobject] @{ Path = $store; Segment = $segment.FullName }
    }
}

Describe 'A damaged segment' {
    BeforeAll { $damaged = New-DamagedStore }

    It 'is named once by <Name>, which answers from the rest' -ForEach @(
        @{ Name = 'Get-NetFlow'; Ask = { Get-NetFlow -StorePath $args[0] }; Rows = 3, 4, 5 }
        @{ Name = 'Get-NetFlow -First'; Ask = { Get-NetFlow -First 100 -StorePath $args[0] }; Rows = 3, 4, 5 }
        @{ Name = 'Get-TrafficSummary'; Ask = { Get-TrafficSummary -StorePath $args[0] }; Rows = 1 }
        @{ Name = 'Get-TrafficSummary -By'; Ask = { Get-TrafficSummary -By Interface -StorePath $args[0] }; Rows = 1, 2 }
        @{ Name = 'Export-NetTraffic'; Ask = { Export-NetTraffic "$TestDrive/damage.csv" -Force -StorePath $args[0] }; Rows = 1 }
    ) {
        $got = Invoke-Recorded { & $Ask $damaged.Path }
        $got.Errors | Should -BeNullOrEmpty
        $got.Warnings | Should -HaveCount 1
        $got.Warnings[0] | Should -BeLike "*$($damaged.Segment)*damaged*"
        @($got.Output).Count | Should -BeIn $Rows
    }

    It 'makes a summary incomplete' {
        (Get-TrafficSummary -StorePath $damaged.Path -WarningAction Ignore).Incomplete | Should -BeTrue
    }

    It 'fails no import' {
        $got = Invoke-Recorded { Import-NetCapture (New-DnsCapture more.pcap 7) -StorePath $damaged.Path }
        $got.Errors | Should -BeNullOrEmpty
        $got.Output[0].Flows | Should -Be 7
    }
}

Describe 'A status file that is none' {
    It 'is named once, leads nowhere, and hides no other' {
        $store = New-StorePath
        $import = Import-NetCapture (New-DnsCapture one.pcap 1) -StorePath $store
        $victim = New-Item "$TestDrive/VICTIM.json" -Value kept
        Set-Content "$store/captures/status/20260101T000000-abcdef.json" '{"CaptureId":"../../../VICTIM","State":"Completed","EndTime":"2026-01-01T00:00:00Z"}'
        $got = Invoke-Recorded { Get-NetCapture -StorePath $store }
        $got.Warnings | Should -HaveCount 1
        $got.Warnings[0] | Should -BeLike '*20260101T000000-abcdef.json*'
        $got.Output.CaptureId | Should -Be $import.CaptureId
        $null = Clear-NetTraffic -OlderThan 0s -Confirm:$false -StorePath $store -WarningAction Ignore
        Get-Content $victim | Should -Be kept
    }
}

Describe 'A store that is not there yet' {
    It 'is named once by <Command>, which makes none' -ForEach @(
        @{ Command = 'Get-NetFlow' }
        @{ Command = 'Get-NetFlow -Last 5m' }
        @{ Command = 'Get-NetCapture' }
        @{ Command = 'Get-NetPacket' }
        @{ Command = 'Get-TrafficSummary' }
        @{ Command = 'Get-TrafficSummary -By Protocol' }
        @{ Command = 'Export-NetTraffic "$TestDrive/none.csv" -Force' }
        @{ Command = 'Clear-NetTraffic -OlderThan 1d -Confirm:$false' }
    ) {
        $where = Get-TestPath 'not-there'
        $got = Invoke-Recorded { Invoke-Expression "$Command -StorePath '$where'" }
        $got.Errors | Should -BeNullOrEmpty
        $got.Warnings | Should -HaveCount 1
        $got.Warnings[0] | Should -BeLike "There is no store '$where'*Check -StorePath*"
        Test-Path $where | Should -BeFalse
        # So is the one that nobody named.
        $before = $env:NETTRAFFIC_HOME
        try {
            $env:NETTRAFFIC_HOME = $where
            $got = Invoke-Recorded { Invoke-Expression $Command }
        }
        finally { $env:NETTRAFFIC_HOME = $before }
        $got.Warnings | Should -HaveCount 1
        $got.Warnings[0] | Should -BeLike "There is no store '$where'*"
        $got.Warnings[0] | Should -Not -BeLike '*Check -StorePath*'
    }

    It 'is not warned of by what makes one' {
        $where = Get-TestPath 'to-be-made'
        (Invoke-Recorded { Import-NetCapture (New-DnsCapture made.pcap 1) -StorePath $where }).Warnings | Should -BeNullOrEmpty
        (Invoke-Recorded { Get-NetFlow -Application http -StorePath $where }).Warnings | Should -BeNullOrEmpty
    }
}
