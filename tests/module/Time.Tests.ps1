#Requires -Version 7.6
# Times: local on every object, any kind on input, UTC in files; in three zones, and where clocks change.

BeforeDiscovery {
    # Before and after UTC, by a half hour too; all of them change their clocks or never did.
    $zones = @{ Zone = 'Europe/Copenhagen' }, @{ Zone = 'America/St_Johns' }, @{ Zone = 'Asia/Kolkata' }
}

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $dns = New-DnsCapture dns.pcap 3
    $store = New-StorePath
    $null = Import-NetCapture $dns -Name zoned -KeepPackets -StorePath $store
    # Flows half an hour apart, around the hour that Copenhagen has twice: 02:00 to 03:00 on 2026-10-25 is 00:00 to 02:00 UTC.
    $twice = New-DnsCapture twice.pcap 5 -Start ([datetime]::new(2026, 10, 25, 0, 0, 0, [System.DateTimeKind]::Utc)) -Step 1800
    $autumn = New-StorePath
    $null = Import-NetCapture $twice -StorePath $autumn

    <# Runs a command with another local zone, and gives what it writes as text. #>
    function Invoke-InZone([string] $Zone, [string] $Command, [string] $Culture = 'en-US') {
        $before = $env:TZ, [cultureinfo]::CurrentCulture
        try {
            $env:TZ = $Zone
            $env:NETTRAFFIC_MANIFEST = "$(Get-Root)/NetTraffic.psd1"
            [System.TimeZoneInfo]::ClearCachedData()
            [System.TimeZoneInfo]::Local.Id | Should -Be $Zone
            [cultureinfo]::CurrentCulture = $Culture
            $ErrorActionPreference = 'Stop'
            & ([scriptblock]::Create($Command)) | ForEach-Object { "$_" }
        }
        finally {
            $env:TZ, [cultureinfo]::CurrentCulture = $before
            [System.TimeZoneInfo]::ClearCachedData()
        }
    }

    <# The same in a process of its own, as a user has it: what it writes, a line an entry. #>
    function Invoke-ProcessInZone([string] $Zone, [string] $Command) {
        $file = Get-TestPath "$([guid]::NewGuid().ToString('n')).ps1"
        Set-Content $file "`$store = '$store'; `$dns = '$dns'; $Command"
        $ended = Invoke-PowerShell ". '$file'" @{ TZ = $Zone }
        $ended.Errors | Should -BeNullOrEmpty
        $ended.Output.Trim() -split '\r?\n'
    }
}

Describe 'In <Zone>' -ForEach $zones -Skip:$IsWindows {
    It 'every time of every object is local' {
        # A process of its own takes seconds: one zone tells whether that is the same.
        $invoke = $Zone -eq 'Asia/Kolkata' ? 'Invoke-ProcessInZone' : 'Invoke-InZone'
        $kinds = & $invoke $Zone @'
            $objects = (Get-NetFlow -StorePath $store -First 1), (Get-NetFlow $dns -First 1), (Get-NetFlow -PerInterval -StorePath $store -First 1),
                (Get-NetPacket $dns -First 1), (Get-NetPacket -StorePath $store -First 1), (Get-NetCapture -StorePath $store), (Get-TrafficSummary -StorePath $store),
                (Get-TrafficSummary -By Protocol -StorePath $store), (Get-TrafficSummary -Interval 1h -StorePath $store -Top 1)[0], (Get-TrafficSummary -Path $dns),
                (Get-TrafficSummary -By Protocol -Path $dns), (Import-NetCapture $dns -StorePath "$store-2"), (Clear-NetTraffic 36500d -StorePath $store),
                (Start-Job { Import-Module $env:NETTRAFFIC_MANIFEST; Get-NetFlow -StorePath $args[0] -First 1 } -ArgumentList $store | Receive-Job -Wait)
            foreach ($one in $objects) {
                foreach ($property in $one.PSObject.Properties) { if ($property.Value -is [datetime]) { "$($one.GetType().Name) $($property.Name) $($property.Value.Kind)" } }
            }
'@
        $kinds.Count | Should -BeGreaterThan 25
        $kinds | Where-Object { $_ -notlike '* Local' } | Should -BeNullOrEmpty
    }

    It 'a flow began when it began, and Where-Object compares as people read' {
        Invoke-InZone $Zone '(Get-NetFlow -StorePath $store -First 1).StartTime.ToUniversalTime().ToString("s")' | Should -Be '2026-03-01T10:00:02'
        Invoke-InZone $Zone '@(Get-NetFlow -StorePath $store | Where-Object StartTime -GE ([datetimeoffset] "2026-03-01T10:00:01Z").LocalDateTime).Count' | Should -Be 2
        Invoke-InZone $Zone '(Get-NetFlow -StorePath $store -First 1 | Out-String) -match ([datetimeoffset] "2026-03-01T10:00:02Z").LocalDateTime.ToString("dd HH:mm")' | Should -Be True
    }

    It '-Since and -Until take times of any kind' {
        Invoke-InZone $Zone @'
            $at = [datetimeoffset] '2026-03-01T10:00:01Z'
            $kinds = $at, $at.UtcDateTime, $at.LocalDateTime, [datetime]::SpecifyKind($at.LocalDateTime, 'Unspecified'), '2026-03-01T10:00:01Z', '2026-03-01T12:30:01+02:30',
                $at.LocalDateTime.ToString('s'), $at.LocalDateTime.ToString('yyyy-MM-dd HH:mm:ss.fff'), $at.LocalDateTime.ToString('G'), (Get-NetFlow $dns)[1].StartTime, "  $($at.ToString('o')) "
            foreach ($kind in $kinds) {
                "$(@(Get-NetFlow -StorePath $store -Since $kind).Count) $(@(Get-NetFlow -StorePath $store -Until $kind).Count) $(@(Get-NetPacket $dns -Since $kind).Count)"
            }
'@ | Should -Be (@('2 1 4') * 11)
    }

    It 'what Export-Csv and Export-NetTraffic wrote finds what it was, under <_>' -ForEach 'en-GB', 'da-DK' {
        Invoke-InZone $Zone @"
            Get-NetFlow -StorePath `$store | Sort-Object StartTime | Export-Csv `$store.csv
            Get-NetFlow -StorePath `$store | Sort-Object StartTime | Export-NetTraffic `$store.flows.csv -Force | Out-Null
            foreach (`$file in "`$store.csv", "`$store.flows.csv") { foreach (`$row in Import-Csv `$file) { @(Get-NetFlow -StorePath `$store -Since `$row.StartTime).Count } }
            (Import-Csv `$store.flows.csv)[0].StartTime
"@.Replace('$store.', '$store-') $_ | Should -Be 3, 2, 1, 3, 2, 1, '2026-03-01T10:00:00.000000Z'
    }

    It 'status files, JSON and CSV have UTC' {
        Invoke-InZone $Zone @'
            (Get-NetCapture -StorePath $store | Export-NetTraffic "$store-c.json" -Force).Rows
            $written = Get-Content "$store-c.json" -Raw
            $written -match '"StartTime":"\d{4}-\d\d-\d\dT[\d:.]+Z"'
            (Get-Content "$store/captures/status/*.json" -Raw) -match '"StartTime":\s*"[^"]+Z"'
'@ | Should -Be 1, True, True
    }
}

Describe 'Where clocks are set back' -Skip:$IsWindows {
    It 'every flow is found by its own time, and lengths of time are real' {
        Invoke-InZone Europe/Copenhagen @'
            $flows = @(Get-NetFlow -StorePath $autumn | Sort-Object FlowId)
            $flows.Count
            foreach ($flow in Get-NetFlow $twice) { @(Get-NetFlow -StorePath $autumn -Since $flow.StartTime).Count }
            (Get-TrafficSummary -StorePath $autumn).Duration.TotalSeconds
            (Get-TrafficSummary -Path $twice).Duration.TotalSeconds
            (Get-NetFlow -StorePath $autumn | Get-TrafficSummary).Duration.TotalSeconds
            (Get-TrafficSummary -StorePath $autumn -By Protocol).EndTime.ToUniversalTime().ToString('s')
            ($flows.Duration | Measure-Object TotalSeconds -Maximum).Maximum
'@ | Should -Be 5, 5, 4, 3, 2, 1, 7200.5, 7200.5, 7200.5, '2026-10-25T02:00:00', 0.5
    }

    It 'a flow that lasts over it is as long as it is' {
        $flow = [NetTraffic.Flow] @{ StartTime = '2026-10-25T00:30:00Z'; EndTime = '2026-10-25T01:30:00Z' }
        $flow.Duration | Should -Be ([timespan] '01:00:00')
        Invoke-InZone Europe/Copenhagen '([NetTraffic.Flow] @{ StartTime = "2026-10-25T00:30:00Z"; EndTime = "2026-10-25T01:30:00Z" }).Duration.ToString()' | Should -Be '01:00:00'
    }
}

Describe 'A time that is none' {
    It 'is refused: <_>' -ForEach 'yesterdayish', '2026-13-01', 5 {
        { Get-NetFlow -Since $_ -StorePath $store } | Should -Throw '*is not a time*'
    }
}
