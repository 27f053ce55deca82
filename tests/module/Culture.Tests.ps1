#Requires -Version 7.6
# The user's culture: files are the same under every one, views have its numbers throughout.

BeforeDiscovery {
    # Commas and points changed about, other signs between digits, times with points, calendars with other years.
    $cultures = 'da-DK', 'fi-FI', 'th-TH', 'ar-SA', 'fa-IR', 'de-DE' | ForEach-Object { @{ Culture = $_ } }
}

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $sample = Get-Sample
    $store = New-StorePath
    $imported = Import-NetCapture $sample -StorePath $store
    $capture = Get-NetCapture -StorePath $store
    # What is written of every kind of value, beside flows.
    $mixed = [pscustomobject] @{
        Number = 1234.5; Time = [datetime]::new(2026, 3, 1, 10, 0, 0, [System.DateTimeKind]::Utc); Offset = [datetimeoffset] '2026-03-01T12:00:00+02:00'; Span = [timespan]::FromSeconds(1.5)
        Pairs = [ordered] @{ a = 1.5; b = [datetime]::new(2026, 3, 1, 10, 0, 0, [System.DateTimeKind]::Utc); 2.5 = 'c' }; List = @(1.5, [datetime]::new(2026, 3, 1, 10, 0, 0, [System.DateTimeKind]::Utc), -3)
        Big = 12345678901234567890UL; Exact = 0.1D; Text = 'x'; Date = [dateonly]::new(2026, 3, 1); Version = [version] '1.2'
    }

    <# Everything that is exported in one way, as text. #>
    function Get-Exported {
        $to = Get-TestPath "e$([guid]::NewGuid().ToString('n').Substring(0, 8))"
        foreach ($type in 'csv', 'json') {
            $null = Export-NetTraffic "$to-flows.$type" -StorePath $store
            $null = Export-NetTraffic "$to-rows.$type" -PerInterval -StorePath $store
            $null = Export-NetTraffic "$to-captures.$type" -Dataset Captures -StorePath $store
            $null = Get-NetFlow -StorePath $store | Export-NetTraffic "$to-piped.$type"
            $null = Get-NetFlow -StorePath $store | Select-Object * | Export-NetTraffic "$to-copies.$type"
            $null = Get-NetPacket $sample -First 50 | Export-NetTraffic "$to-packets.$type"
            $null = Get-TrafficSummary -By Protocol -StorePath $store | Export-NetTraffic "$to-sums.$type"
            $null = Get-TrafficSummary -Interval 1s -StorePath $store | Export-NetTraffic "$to-series.$type"
            $null = $capture | Export-NetTraffic "$to-status.$type"
            $null = $mixed | Export-NetTraffic "$to-mixed.$type"
        }
        Get-ChildItem "$to-*" | Sort-Object Name | ForEach-Object { "$($_.Name -replace '^.*?-')`n$(Get-Content $_ -Raw)" }
    }

    $expected = Invoke-InCulture '' { Get-Exported }
}

Describe 'Under <Culture>' -ForEach $cultures {
    It 'every file that is written is the same' {
        $got = Invoke-InCulture $Culture { Get-Exported }
        $got.Count | Should -Be $expected.Count
        for ($i = 0; $i -lt $got.Count; $i++) { $got[$i] | Should -BeExactly $expected[$i] }
    }

    It 'an import is the same, and times on the command line mean the same' {
        Invoke-InCulture $Culture {
            $other = New-StorePath
            $again = Import-NetCapture $sample -StorePath $other
            $again.Packets, $again.Bytes, $again.Flows | Should -Be $imported.Packets, $imported.Bytes, $imported.Flows
            @(Get-NetFlow -StorePath $other -Since 2026-01-01).Count | Should -Be $again.Flows
            @(Get-NetFlow -StorePath $other -Until '2026-01-01T00:00:00Z').Count | Should -Be 0
            $first = Get-NetFlow -StorePath $other | Sort-Object StartTime | Select-Object -First 1
            @(Get-NetFlow -StorePath $other -Since $first.StartTime.ToString()).Count | Should -Be $again.Flows
        }
    }

    It 'what Export-Csv wrote of flows comes back as it was' {
        # A day that is another one with day and month changed about.
        $flow = [NetTraffic.Flow] @{
            StartTime = [datetime] '2026-12-03T10:11:12'; Time = [datetime] '2026-12-03T10:11:12'; EndTime = [datetime] '2026-12-03T10:11:15'; Protocol = 'TCP'; SourceAddress = '10.0.0.1'
            DestinationAddress = '10.0.0.2'; SourcePackets = 3; SourceBytes = 1234; HandshakeRtt = [timespan]::FromMilliseconds(1.5)
        }
        Invoke-InCulture $Culture {
            $file = Get-TestPath round.csv
            $flow | Export-Csv $file
            $back = Import-Csv $file | Get-TrafficSummary
            $back.StartTime, $back.EndTime, $back.Packets, $back.Bytes | Should -Be $flow.StartTime, $flow.EndTime, 3, 1234
            (Import-Csv $file | Get-TrafficSummary -By Protocol).StartTime | Should -Be $flow.StartTime
        }
    }

    It 'tables and lists have its numbers, and no others' {
        Invoke-InCulture $Culture {
            $packets = (2043).ToString('N0')
            $decimals = [cultureinfo]::CurrentCulture.NumberFormat.NumberDecimalSeparator
            $views = @(
                Get-Rendered { $imported }
                Get-Rendered { Get-NetCapture -StorePath $store }
                Get-Rendered { Get-TrafficSummary -StorePath $store }
                Get-Rendered { Get-TrafficSummary -By Protocol -StorePath $store }
                Get-Rendered { Get-TrafficSummary -By Protocol -StorePath $store | Format-List }
                Get-Rendered { Get-TrafficSummary -By Conversation -Interval 1s -StorePath $store }
            )
            @($views -match [regex]::Escape($packets)).Count | Should -BeGreaterThan 2
            # A number with a unit is written as the culture has it.
            $sizes = @([regex]::Matches($views -join "`n", '\d+(?<sign>[^\d\s])\d+ (?:[kMG]?B|[kMG]?b/s|[kMG]?p/s|s|%)(?:\s|$)'))
            $sizes.Count | Should -BeGreaterThan 10
            $sizes | ForEach-Object { $_.Groups['sign'].Value } | Sort-Object -Unique | Should -Be $decimals
        }
    }

    It 'shows times in the form of ISO 8601' {
        $time = $capture.StartTime.ToString('yyyy-MM-dd HH:mm:ss', [cultureinfo]::InvariantCulture)
        Invoke-InCulture $Culture { (Get-Rendered { $capture | Format-List }) -match "StartTime +: $time" } | Should -HaveCount 1
        $second = (Get-NetPacket $sample -First 1).Time.ToString('HH:mm:ss.fff', [cultureinfo]::InvariantCulture)
        Invoke-InCulture $Culture { (Get-Rendered { Get-NetPacket $sample -First 1 }) -match $second } | Should -HaveCount 1
    }
}
