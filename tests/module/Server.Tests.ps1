#Requires -Version 7.6
# The REST API server as a user starts it, and its answers beside the cmdlets'.

BeforeDiscovery {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Import-Module "$(Get-Root)/NetTraffic.psd1"
    $keys = [NetTraffic.SummaryKey].GetEnumNames() | Where-Object { $_ -ne 'None' }
}

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $store = New-StorePath
    $null = Import-NetCapture "$(Get-Root)/tests/fixtures/internet.pcap" -StorePath $store -KeepPackets
    $null = Import-NetCapture (Get-Sample) -StorePath $store
    $server = Start-NetTrafficServer -StorePath $store -Port 0
    function Skip-WithoutTables {
        if (-not (Test-Path "$(Get-Root)/module/geo/country.ranges")) { Set-ItResult -Skipped -Because 'the build had no tables of countries' }
    }
    function Invoke-Api([string] $Path) { Invoke-RestMethod "$($server.Url)$Path" }
}

AfterAll {
    Get-NetTrafficServer -StorePath $store | Stop-NetTrafficServer
}

Describe 'Start-NetTrafficServer' {
    It 'says where it answers, and a second start finds the first' {
        $server.Url | Should -Match '^http://127\.0\.0\.1:\d+$'
        $server.StorePath | Should -Be $store
        (Get-Process -Id $server.ProcessId).HasExited | Should -BeFalse
        $server.ProcessId | Should -Not -Be $PID
        (Start-NetTrafficServer -StorePath $store -Port 0).ProcessId | Should -Be $server.ProcessId
        (Get-NetTrafficServer -StorePath $store).Url | Should -Be $server.Url
        (Get-NetCapture -StorePath $store | Get-NetTrafficServer).Url | Should -Be $server.Url
    }

    It 'refuses to be another one' {
        { Start-NetTrafficServer -StorePath $store -Port 1 -ErrorAction Stop } | Should -Throw -ErrorId 'ServerRuns,*'
        { Start-NetTrafficServer -StorePath $store -Listen 0.0.0.0 -ErrorAction Stop } | Should -Throw -ErrorId 'ServerRuns,*'
    }

    It 'starts nothing with -WhatIf' {
        $other = New-StorePath
        Start-NetTrafficServer -StorePath $other -WhatIf | Should -BeNullOrEmpty
        Get-NetTrafficServer -StorePath $other | Should -BeNullOrEmpty
    }

    It 'gives the errors of the server as its own: <Id>' -ForEach @(
        @{ Id = 'ServerNeedsKey'; With = @{ Listen = '0.0.0.0' } }
        @{ Id = 'BadArgument'; With = @{ Listen = 'nowhere' } }
        @{ Id = 'BadArgument'; With = @{ ApiKey = ConvertTo-SecureString -AsPlainText -Force 'short' } }
    ) {
        $other = New-StorePath
        { Start-NetTrafficServer -StorePath $other -Port 0 @With -ErrorAction Stop } | Should -Throw -ErrorId "$Id,*"
        Get-NetTrafficServer -StorePath $other | Should -BeNullOrEmpty
    }

    It 'keeps no key, and asks for it' {
        $other = New-StorePath
        $key = 'a-key-of-a-test-0123456789'
        $closed = Start-NetTrafficServer -StorePath $other -Port 0 -ApiKey (ConvertTo-SecureString -AsPlainText -Force $key)
        try {
            $closed.NeedsKey | Should -BeTrue
            { Invoke-RestMethod "$($closed.Url)/api/status" } | Should -Throw -ExceptionType ([Microsoft.PowerShell.Commands.HttpResponseException])
            (Invoke-RestMethod "$($closed.Url)/api/status" -Headers @{ Authorization = "Bearer $key" }).Version | Should -Be $closed.Version
            Get-ChildItem $other -Recurse -File | Where-Object Name -NE 'server.lock' | Select-String -SimpleMatch $key | Should -BeNullOrEmpty
        }
        finally { Stop-NetTrafficServer -StorePath $other }
    }

    It 'outlives the PowerShell that started it, unless told otherwise' {
        $other = New-StorePath
        $line = "Import-Module '$(Get-Root)/NetTraffic.psd1'; `$null = Start-NetTrafficServer -StorePath '$other' -Port 0"
        $null = Invoke-PowerShell $line
        $alone = Get-NetTrafficServer -StorePath $other
        (Invoke-RestMethod "$($alone.Url)/health/live").State | Should -Be 'alive'
        Stop-NetTrafficServer -StorePath $other
        $null = Invoke-PowerShell "$line -EndWithSession"
        $until = [datetime]::Now.AddSeconds(20)
        while ((Get-NetTrafficServer -StorePath $other) -and [datetime]::Now -lt $until) { Start-Sleep -Milliseconds 100 }
        Get-NetTrafficServer -StorePath $other | Should -BeNullOrEmpty
    }
}

Describe 'The REST API' {
    It 'sums up by <_> as Get-TrafficSummary does' -ForEach $keys {
        if ($_ -in 'Country', 'AsNumber', 'Organization') { Skip-WithoutTables }
        $theirs = (Invoke-Api "/api/stats/summary?by=$_&top=7").Items | Select-Object Name, Packets, Bytes, Flows, SentBytes, ReceivedBytes
        $ours = Get-TrafficSummary -By $_ -Top 7 -StorePath $store -WarningAction Ignore |
            Select-Object Name, Packets, Bytes, Flows, SentBytes, ReceivedBytes
        $ours | Should -Not -BeNullOrEmpty
        $theirs | ConvertTo-Csv | Should -Be ($ours | ConvertTo-Csv)
    }

    It 'gives the flows of Get-NetFlow with <Query>' -ForEach @(
        @{ Query = 'protocol=udp'; With = @{ Protocol = 'UDP' } }
        @{ Query = 'port=443,53'; With = @{ Port = 443, 53 } }
        @{ Query = 'address=192.168.0.0/16'; With = @{ Address = '192.168.0.0/16' } }
        @{ Query = 'country=US'; With = @{ Country = 'US' }; NeedsTables = $true }
        @{ Query = 'perInterval=true'; With = @{ PerInterval = $true } }
    ) {
        if ($NeedsTables) { Skip-WithoutTables }
        $theirs = (Invoke-Api "/api/flows?top=10000&$Query").Items | ForEach-Object { "$($_.FlowId) $($_.Packets) $($_.Bytes)" }
        $ours = Get-NetFlow @With -StorePath $store | ForEach-Object { "$($_.FlowId) $($_.Packets) $($_.Bytes)" }
        $ours | Should -Not -BeNullOrEmpty
        $theirs | Should -Be $ours
    }

    It 'refuses in the words of the cmdlet' {
        try { Get-NetFlow -Country Nowhereland -StorePath $store -ErrorAction Stop } catch { $ours = $_ }
        try { Invoke-Api '/api/flows?country=Nowhereland' } catch { $theirs = $_.ErrorDetails.Message | ConvertFrom-Json }
        $theirs.detail | Should -Be $ours.Exception.Message
        $theirs.nextMove | Should -Be $ours.ErrorDetails.RecommendedAction
        $ours.FullyQualifiedErrorId | Should -BeLike "$($theirs.id),*"
    }

    It 'says of InfluxDB what Test-NetTrafficInflux finds' {
        { Invoke-Api '/api/stats/influxdb' } | Should -Throw
        $listener = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $listener.Start()
        $nobody = "http://127.0.0.1:$($listener.LocalEndpoint.Port)"
        $listener.Stop()
        Set-NetTrafficOption -InfluxUrl $nobody -StorePath $store
        try {
            $ours = Test-NetTrafficInflux -StorePath $store
            $theirs = Invoke-Api '/api/stats/influxdb'
            $theirs.Reachable, $theirs.Problem, $theirs.Url, $theirs.Database |
                Should -Be $ours.Reachable, "$($ours.Problem)", "$($ours.Url)", $ours.Database
            $theirs.WriteAccepted | Should -BeNullOrEmpty
            $ours.Forward.PendingSegments | Should -BeGreaterThan 0
            $status = (Invoke-Api '/api/status').Forward
            foreach ($forward in $theirs.Forward, $status) {
                $forward.PendingSegments, $forward.PointsWritten, $forward.PointsRejected, $forward.Target |
                    Should -Be $ours.Forward.PendingSegments, $ours.Forward.PointsWritten, $ours.Forward.PointsRejected, $ours.Forward.Target
                [math]::Abs($forward.Lag - $ours.Forward.Lag.TotalSeconds) | Should -BeLessThan 20
            }
        }
        finally { Set-NetTrafficOption -InfluxUrl $null -StorePath $store }
    }

    It 'downloads under the pseudonyms of Export-NetTraffic' {
        $key = ConvertTo-SecureString -AsPlainText -Force ('0123456789abcdef' * 4)
        Set-NetTrafficOption -AnonymizationKey $key -StorePath $store
        $ours, $theirs = 'ours', 'theirs' | ForEach-Object { Get-TestPath "pseudonyms-$_.csv" }
        $null = Export-NetTraffic $ours -Anonymize -StorePath $store
        Invoke-WebRequest "$($server.Url)/api/data/export/csv?anonymize=true" -OutFile $theirs
        (Get-FileHash $theirs).Hash | Should -Be (Get-FileHash $ours).Hash
        if (Test-Path "$(Get-Root)/module/geo/country.ranges") {
            $null = Export-NetTraffic $ours -Anonymize -Enriched -Force -StorePath $store
            Invoke-WebRequest "$($server.Url)/api/data/export/csv?anonymize=true&enriched=true" -OutFile $theirs
            (Get-FileHash $theirs).Hash | Should -Be (Get-FileHash $ours).Hash
        }
        $pcap = Get-TestPath 'pseudonyms.pcapng'
        Invoke-WebRequest "$($server.Url)/api/data/export/pcap?anonymize=true" -OutFile $pcap
        $known = (Import-Csv $ours).SourceAddress + (Import-Csv $ours).DestinationAddress
        $found = (Get-NetPacket $pcap).SourceAddress | Where-Object { $_ } | Select-Object -Unique
        $found | Should -Not -BeNullOrEmpty
        $found | Where-Object { $_ -notin $known } | Should -BeNullOrEmpty
    }

    It 'gives packets as a file that <_> reads' -ForEach 'NetTraffic', 'TShark' {
        if ($_ -eq 'TShark') { Skip-WithoutProgram tshark }
        $file = Get-TestPath "api-$_.pcapng"
        Invoke-WebRequest "$($server.Url)/api/data/export/pcap?protocol=udp" -OutFile $file
        $wanted = @(Get-NetPacket -StorePath $store -Protocol UDP).Count
        $wanted | Should -BeGreaterThan 0
        $found = $_ -eq 'TShark' ? @(tshark -n -r $file -T fields -e frame.number 2>$null).Count : @(Get-NetPacket $file).Count
        $found | Should -Be $wanted
    }
}

Describe 'Stop-NetTrafficServer' {
    It 'ends it, and says where there is none' {
        $other = New-StorePath
        $one = Start-NetTrafficServer -StorePath $other -Port 0
        $one | Stop-NetTrafficServer -WhatIf
        Get-NetTrafficServer -StorePath $other | Should -Not -BeNullOrEmpty
        $one | Stop-NetTrafficServer | Should -BeNullOrEmpty
        Get-NetTrafficServer -StorePath $other | Should -BeNullOrEmpty
        { Stop-NetTrafficServer -StorePath $other -ErrorAction Stop } | Should -Throw -ErrorId 'NoServer,*'
    }
}
