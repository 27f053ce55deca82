#Requires -Version 7.6
# Import-NetCapture: what it gives, takes and refuses.

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $sample = Get-Sample
}

Describe 'An import' {
    BeforeAll {
        $store = New-StorePath
        $path = New-DnsCapture dns.pcap
        $result = Import-NetCapture $path -Sensor tap1 -StorePath $store
    }

    It 'has exact numbers' {
        $result | Should -BeOfType NetTraffic.ImportResult
        $result.Path, $result.Complete, $result.Packets, $result.Flows, $result.DecodeFailures, $result.Bytes |
            Should -Be $path, $true, 6, 3, 0, (3 * (72 + 122))
        $result.StartTime.ToUniversalTime() | Should -Be (Get-CaptureStart)
        $result.EndTime.ToUniversalTime() | Should -Be (Get-CaptureStart).AddSeconds(2.5)
        $result.StorePath | Should -Be $store
        $result.Elapsed | Should -BeGreaterThan ([timespan]::Zero)
    }

    It 'is a capture of the store' {
        $listed = Get-NetCapture -StorePath $store
        $listed.CaptureId, $listed.Name, "$($listed.State)", $listed.Kind, $listed.Sensor |
            Should -Be $result.CaptureId, 'dns.pcap', 'Completed', 'Import', 'tap1'
    }

    It 'can be piped on' {
        $result | Get-NetFlow | Should -HaveCount 3
        ($result | Get-TrafficSummary).Packets | Should -Be 6
        ($result | Get-NetCapture).Name | Should -Be dns.pcap
    }

    It 'has the name it was given' {
        $own = New-StorePath
        $null = Import-NetCapture $path -Name 'the name' -StorePath $own
        (Get-NetCapture 'the n*' -StorePath $own).Name | Should -Be 'the name'
    }

    It 'of the sample is complete, and every packet is counted' {
        $imported = Import-NetCapture $sample -StorePath (New-StorePath)
        $imported.Complete, $imported.Packets | Should -Be $true, 2043
    }

    It 'shows how far it is' {
        $many = New-DnsCapture many.pcap 500
        $got = Invoke-Runspace 'Import-NetCapture $args[0] -StorePath $args[1]' -ArgumentList $many, (New-StorePath)
        $got.Errors | Should -BeNullOrEmpty
        $got.Progress.Activity | Sort-Object -Unique | Should -Be 'Importing many.pcap'
        @($got.Progress | Where-Object { $_.PercentComplete -eq 100 -and $_.StatusDescription -like '*1,000 packets*' }) |
            Should -Not -BeNullOrEmpty
        "$($got.Progress[-1].RecordType)" | Should -Be Completed
    }
}

Describe 'Import-NetCapture takes' {
    BeforeAll {
        $folder = New-Item -ItemType Directory (Get-TestPath files)
        $one = New-DnsCapture files/a1.pcap 1
        $two = New-DnsCapture files/a2.pcap.gz 2 -Gzip
        $odd = New-DnsCapture 'files/a[1].pcap' 4
        $null = New-Item -ItemType Directory "$folder/a-folder"
    }

    It 'wildcards, and leaves folders alone' {
        (Import-NetCapture "$folder/a*" -StorePath (New-StorePath)).Flows | Sort-Object | Should -Be 1, 2, 4
    }

    It 'literal paths' { (Import-NetCapture -LiteralPath $odd -StorePath (New-StorePath)).Flows | Should -Be 4 }

    It 'files of Get-ChildItem and Get-Item, brackets included' {
        (Get-ChildItem -LiteralPath $folder -File | Import-NetCapture -StorePath (New-StorePath)).Flows | Sort-Object | Should -Be 1, 2, 4
        (Get-Item -LiteralPath $odd | Import-NetCapture -StorePath (New-StorePath)).Flows | Should -Be 4
    }

    It 'names from the pipeline' { ($one, $two | Import-NetCapture -StorePath (New-StorePath)).Flows | Should -Be 1, 2 }

    It 'objects with a Path' {
        ([pscustomobject] @{ LiteralPath = $one } | Import-NetCapture -StorePath (New-StorePath)).Flows | Should -Be 1
    }

    It 'the kept packets of a file' {
        $store = New-StorePath
        $kept = Import-NetCapture $one -KeepPackets -StorePath $store
        $kept.PacketRingPackets | Should -Be 2
        Get-NetPacket -StorePath $store | Should -HaveCount 2
    }

    It 'a capture from standard input' {
        Skip-WithoutProgram sh
        $store = New-StorePath
        $program = $env:NETTRAFFIC_PWSH ?? (Join-Path $PSHOME pwsh)
        $text = sh -c "cat '$one' | '$program' -NoProfile -Command `"Import-Module '$(Get-Root)/NetTraffic.psd1'; (Import-NetCapture -Path - -StorePath '$store').Packets`""
        $text | Should -Be 2
        (Get-TrafficSummary -StorePath $store).Flows | Should -Be 1
    }
}

Describe 'A file that is damaged or none' {
    It 'gives what is before the damage and a warning with the offset, and the batch goes on' {
        $damaged = New-DnsCapture damaged.pcap 2 -Truncated
        $got = Invoke-Recorded { Import-NetCapture $damaged, (New-DnsCapture whole.pcap 1) -StorePath (New-StorePath) }
        $got.Errors | Should -BeNullOrEmpty
        $got.Output.Packets | Should -Be 3, 2
        $got.Output.Complete | Should -Be $false, $true
        $got.Warnings | Should -HaveCount 1
        $got.Warnings[0] | Should -BeLike "*$damaged*$($got.Output[0].DamageOffset)*"
        $got.Warnings[0] | Should -Match '\. 3 packets before it were imported\.$'
        $got.Output[0].DamageOffset | Should -BeGreaterThan 24
        $got.Output[0].DamageOffset | Should -BeLessThan (Get-Item $damaged).Length
    }

    It 'is an error of its own, and the batch goes on: <What>' -ForEach @(
        @{ What = 'empty'; Id = 'NotACaptureFile'; Category = 'InvalidData'; Make = { Set-Content $bad -Value $null -NoNewline } }
        @{ What = 'text'; Id = 'NotACaptureFile'; Category = 'InvalidData'; Make = { Set-Content $bad 'no capture at all' } }
        @{ What = 'a folder'; Id = 'PathIsFolder'; Category = 'InvalidArgument'; Make = { $null = New-Item -ItemType Directory $bad } }
        @{ What = 'missing'; Id = 'FileNotFound'; Category = 'ObjectNotFound'; Make = { } }
    ) {
        $bad = Get-TestPath "bad-$($What -replace ' ')"
        . $Make
        $good = New-DnsCapture good.pcap 1
        $problem = Assert-Problem { Import-NetCapture $bad, $good -StorePath (New-StorePath) } $Id $Category
        "$problem" | Should -BeLike "*$bad*"
        (Import-NetCapture $bad, $good -StorePath (New-StorePath) -ErrorAction SilentlyContinue).Path | Should -Be $good
    }

    It 'ends the batch with -ErrorAction Stop' {
        $store = New-StorePath
        { Import-NetCapture "$TestDrive/missing", (New-DnsCapture good.pcap 1) -StorePath $store -ErrorAction Stop } |
            Should -Throw -ErrorId 'FileNotFound,*'
        Get-NetCapture -StorePath $store -WarningAction Ignore | Should -BeNullOrEmpty
    }
}

Describe 'Import-NetCapture warns' {
    It 'of a file that the store has already' {
        $store = New-StorePath
        $path = New-DnsCapture twice.pcap 2
        $first = Import-NetCapture $path, (New-DnsCapture other.pcap 2 -Step 7) -StorePath $store -WarningVariable none
        $none | Should -BeNullOrEmpty
        $null = New-Item -ItemType Directory "$TestDrive/copies" -Force
        Copy-Item $path "$TestDrive/copies/twice.pcap"
        foreach ($again in $path, "$TestDrive/copies/twice.pcap") {
            $got = Invoke-Recorded { Import-NetCapture $again -StorePath $store }
            $got.Warnings | Should -HaveCount 1
            $got.Warnings[0] | Should -BeLike '*counts twice*'
            $got.Warnings[0] | Should -BeLike "*$($first[0].CaptureId.Substring(0, 8))*"
        }
        $null = Clear-NetTraffic -OlderThan 0s -Confirm:$false -StorePath $store
        (Invoke-Recorded { Import-NetCapture $path -StorePath $store }).Warnings | Should -BeNullOrEmpty
    }

    It 'not where -SkipKnown leaves out what the store has, whole files and the old packets of grown ones' {
        $store = New-StorePath
        $path = New-DnsCapture known.pcap 3
        $first = Import-NetCapture $path -StorePath $store
        Copy-Item $path "$TestDrive/renamed.pcap"
        $got = Invoke-Recorded { Import-NetCapture "$TestDrive/renamed.pcap" -SkipKnown -StorePath $store }
        $got.Warnings | Should -BeNullOrEmpty
        $got.Output | Should -HaveCount 1
        $got.Output[0].Packets | Should -Be 0
        $got.Output[0].EarlierCaptureId | Should -Be $first.CaptureId
        (Get-TrafficSummary -StorePath $store).Packets | Should -Be $first.Packets
    }

    It 'of a snap length below the headers' {
        $got = Invoke-Recorded { Import-NetCapture $sample -KeepPackets -PacketRingSnapLength 40 -StorePath (New-StorePath) }
        $got.Errors | Should -BeNullOrEmpty
        @($got.Warnings -like 'Of packets cut at 40 bytes*') | Should -HaveCount 1
    }
}

Describe 'Import-NetCapture refuses' {
    It 'a store that cannot be written' {
        $file = Get-TestPath not-a-folder
        Set-Content $file x
        Assert-Problem { Import-NetCapture $sample -StorePath $file } StoreFailed ResourceUnavailable | Should -BeLike '*StorePath*'
        Assert-Problem { Import-NetCapture $sample -StorePath "$file/store" } StoreFailed ResourceUnavailable | Should -BeLike "*$file*"
    }

    It 'what other programs write into the pipeline' {
        (Assert-Problem { 'text' | Import-NetCapture -Path - } PipelineIsText InvalidArgument).ErrorDetails.RecommendedAction |
            Should -BeLike '*named pipe*'
    }

    It 'a snap length without a ring' {
        $null = Assert-Problem { Import-NetCapture nothing.pcap -PacketRingSnapLength 100 } BadArgument InvalidArgument
    }
}
