#Requires -Version 7.6
# Names that come from the wire, from capture files and from file names reach no terminal unescaped: not through views, Format-List *,
# Out-String, errors, warnings, progress, -Verbose, -WhatIf or transcripts. PowerShell's own colours are all that may be there.

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    # Sets a title, clears the screen, in 7 and in 8 bits; turns the direction of text.
    $evil = "evil`e]0;owned`a`e[2J$([char]0x9B)31m$([char]0x202E)x"

    # A DNS question for a name with the same in its labels.
    $label = [System.Text.Encoding]::UTF8.GetBytes($evil)
    $question = [byte[]] (0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0) + [byte[]] $label.Length + $label + [byte[]] (4, 0x74, 0x65, 0x73, 0x74, 0, 0, 1, 0, 1)
    $frame = ConvertTo-UdpFrame 10.9.9.9 1234 192.0.2.53 53 $question.Length
    [array]::Copy($question, 0, $frame, 42, $question.Length)
    $named = New-NamedInterfaceCapture evil.pcapng $evil $evil $frame

    # What may not be in a terminal, once PowerShell's colours are taken out.
    function Get-Unsafe([string] $Text) {
        $plain = $Text -replace '\e\[[\d;]*m'
        [regex]::Matches($plain, "[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\u200E\u200F\u202A-\u202E\u2066-\u2069]").ForEach{ $plain.Substring([Math]::Max(0, $_.Index - 60), [Math]::Min(80, $plain.Length - [Math]::Max(0, $_.Index - 60))) } |
            ForEach-Object { $_ -replace "[\p{C}]", '?' }
    }
}

Describe 'A hostile name' {
    It 'is refused as the name of a capture, and as a sensor' {
        $null = Assert-Problem { Import-NetCapture $named -Name $evil -StorePath (New-StorePath) } BadValue InvalidArgument
        $null = Assert-Problem { Import-NetCapture $named -Sensor $evil -StorePath (New-StorePath) } BadValue InvalidArgument
    }

    BeforeAll {
        $store = New-StorePath
        $result = Import-NetCapture $named -KeepPackets -StorePath $store
        $capture = Get-NetCapture -StorePath $store
    }

    It 'of <What> is harmless as table, list, Format-List *, Format-Table *, Format-Wide and Out-String' -ForEach @(
        @{ What = 'an import'; Make = { $result } }
        @{ What = 'a capture'; Make = { $capture } }
        @{ What = 'a flow'; Make = { Get-NetFlow -StorePath $store } }
        @{ What = 'a flow of a file'; Make = { Get-NetFlow -Path $named } }
        @{ What = 'an interval'; Make = { Get-NetFlow -PerInterval -StorePath $store } }
        @{ What = 'a sum by interface'; Make = { Get-TrafficSummary -By Interface -StorePath $store } }
        @{ What = 'a sum by capture'; Make = { Get-TrafficSummary -By Capture -StorePath $store } }
        @{ What = 'a series'; Make = { Get-TrafficSummary -By Interface -Interval 1m -StorePath $store } }
        @{ What = 'a packet'; Make = { Get-NetPacket $named } }
        @{ What = 'a kept packet'; Make = { Get-NetPacket -StorePath $store } }
    ) {
        $objects = @(& $Make)
        $objects | Should -Not -BeNullOrEmpty
        foreach ($way in { $objects }, { $objects | Format-List }, { $objects | Format-List * }, { $objects | Format-List * -Force }, { $objects | Format-Table * }, { $objects | Format-Wide * }, { $objects | Format-Custom -Depth 1 }) {
            Get-Unsafe (& $way | Out-String -Width 400) | Should -BeNullOrEmpty -Because "of $way"
        }
    }

    It 'is still there to be read, and to be found by' {
        (Get-Rendered { $capture | Format-List }) -match 'evil\\u001b\]0;owned\\u0007' | Should -Not -BeNullOrEmpty
        Get-NetCapture -Name ([WildcardPattern]::Escape($capture.Name)) -StorePath $store | Should -HaveCount 1
        (Get-NetPacket $named).Info | Should -BeLike '*evil*'
        @(Get-TrafficSummary -By Interface -StorePath $store | Get-NetFlow) | Should -HaveCount 1
        @(Get-NetFlow -StorePath $store | Get-NetPacket) | Should -HaveCount 1
    }

    It 'of <From> finds its capture, as it was given and as it is shown, with every cmdlet that takes a name' -ForEach @(
        @{ From = 'a file'; Make = {
                [System.IO.File]::Copy($named, (Get-TestPath $evil), $true)
                Import-NetCapture -LiteralPath (Get-TestPath $evil) -StorePath $own
            } }
        @{ From = 'a status file'; Make = {
                $id = (Import-NetCapture $named -Name placeholder -StorePath $own).CaptureId
                $file = Get-ChildItem "$own/captures" -Recurse -Filter "$id.json"
                # One without a checksum is as good: whoever forges a name can leave it out.
                (Get-Content $file -Raw).Replace('"placeholder"', ($evil | ConvertTo-Json -EscapeHandling EscapeNonAscii)) `
                    -replace ',\s*"Checksum": "[^"]*"' | Set-Content $file -NoNewline
            } }
    ) {
        $own = New-StorePath
        $null = & $Make
        $shown = (Get-NetCapture -StorePath $own).Name
        $shown | Should -BeLike 'evil\u001b*'
        foreach ($name in $evil, $shown, [WildcardPattern]::Escape($shown), $shown.ToLowerInvariant(), "EVIL`e*") {
            $why = [NetTraffic.Display]::Text($name)
            @(Get-NetCapture $name -StorePath $own) | Should -HaveCount 1 -Because $why
            @($name | Get-NetCapture -StorePath $own) | Should -HaveCount 1 -Because $why
            # It has ended; of a pattern -PassThru tells only of what it stops.
            $shows = $name -like '*`**' -or $name -like '*``*' ? 0 : 1
            @($name | Stop-NetCapture -PassThru -StorePath $own) | Should -HaveCount 1 -Because $why
            @(Stop-NetCapture $name -PassThru -StorePath $own) | Should -HaveCount $shows -Because $why
            (Invoke-Recorded { Stop-NetCapture $name -StorePath $own }).Errors | Should -BeNullOrEmpty -Because $why
        }
        $completed = @(Get-Completion "Get-NetCapture -StorePath '$own' -Name ev")
        $completed | Should -HaveCount 1
        @(Invoke-Expression "Get-NetCapture -StorePath '$own' -Name $completed") | Should -HaveCount 1
        Get-Unsafe $completed[0] | Should -BeNullOrEmpty
    }

    It 'of fields that TShark gives is harmless' {
        Skip-WithoutProgram tshark
        foreach ($way in { Get-NetPacket $named -Field dns.qry.name, frame.interface_name }, { Get-NetPacket $named -Dissector TShark }) {
            $objects = @(& $way)
            $objects | Should -Not -BeNullOrEmpty
            Get-Unsafe ($objects | Out-String -Width 400) | Should -BeNullOrEmpty
            Get-Unsafe ($objects | Format-List * | Out-String -Width 400) | Should -BeNullOrEmpty
        }
    }

    It 'in completions is harmless' {
        foreach ($part in 'CompletionText', 'ListItemText', 'ToolTip') {
            foreach ($line in "Get-NetCapture -StorePath '$store' -Name ", "Get-NetFlow -StorePath '$store' -CaptureId ") {
                $offers = Get-Completion $line $part
                $offers | Should -Not -BeNullOrEmpty
                Get-Unsafe ($offers -join "`n") | Should -BeNullOrEmpty -Because "of $part"
            }
        }
        $offer = Get-Completion "Get-NetCapture -StorePath '$store' -Name "
        Invoke-Expression "Get-NetCapture -StorePath '$store' -Name $offer" | Should -HaveCount 1
    }
}

Describe 'A hostile file name' {
    BeforeAll {
        $bad = Get-TestPath "bad-$evil.pcap"
        [System.IO.File]::WriteAllText($bad, 'no capture at all')
        $cut = New-DnsCapture "cut-$evil.pcap" 2 -Truncated
        $store = New-StorePath
    }

    It 'in <What> is harmless, as it is shown, with Format-List * -Force and with Get-Error' -ForEach @(
        @{ What = 'the error of a bad file'; Script = { Import-NetCapture -LiteralPath $bad -StorePath $store } }
        @{ What = 'the error of a missing file'; Script = { Import-NetCapture -LiteralPath "$bad.none" -StorePath $store } }
        @{ What = 'the error of a bad file read'; Script = { Get-NetFlow -LiteralPath $bad } }
        @{ What = 'the error of packets'; Script = { Get-NetPacket -LiteralPath $bad } }
        @{ What = 'the error of an unknown capture'; Script = { Get-NetFlow -CaptureId $evil -StorePath $store -WarningAction Ignore } }
        @{ What = 'the error of an unknown name'
            Script = { $null = Import-NetCapture (New-DnsCapture ok.pcap 1) -StorePath $store -WarningAction Ignore; Get-NetCapture -Name $evil -StorePath $store } }
        @{ What = 'the error of an interface'; Script = { Start-NetCapture $evil -StorePath $store } }
        @{ What = 'the error of an export'; Script = { Export-NetTraffic "$TestDrive/no-$evil/x.csv" -StorePath $store } }
        @{ What = 'the error of an address'; Script = { Get-NetFlow -Address $evil } }
        @{ What = 'the error of a key'; Script = { Get-TrafficSummary -By $evil } }
    ) {
        $problem = @((Invoke-Recorded $Script).Errors)
        $problem | Should -Not -BeNullOrEmpty
        # What PowerShell itself keeps of what was typed (InvocationInfo) is the user's own.
        foreach ($way in { $problem }, { $problem | Format-List * -Force }, { $problem | Get-Error }, { $problem | ForEach-Object { "$_" } }) {
            Get-Unsafe (& $way | Out-String -Width 400) | Should -BeNullOrEmpty -Because "of $way"
        }
    }

    It 'in warnings, -Verbose and what is imported is harmless' {
        $got = Invoke-Recorded { 1, 2 | ForEach-Object { Import-NetCapture -LiteralPath $cut -StorePath $store -Verbose } }
        $got.Warnings.Count | Should -BeGreaterOrEqual 3
        Get-Unsafe ($got.Warnings -join "`n") | Should -BeNullOrEmpty
        Get-Unsafe ($got.Verbose -join "`n") | Should -BeNullOrEmpty
        Get-Unsafe ($got.Output | Format-List * | Out-String -Width 400) | Should -BeNullOrEmpty
        $verbose = Invoke-Recorded { Export-NetTraffic "$TestDrive/out-$evil.csv" -StorePath $store -Verbose; Clear-NetTraffic 5000d -Confirm:$false -StorePath $store -Verbose }
        $verbose.Verbose | Should -Not -BeNullOrEmpty
        Get-Unsafe ($verbose.Verbose -join "`n") | Should -BeNullOrEmpty
    }

    It 'in progress bars is harmless' {
        $got = Invoke-Runspace 'Import-NetCapture -LiteralPath $args[0] -StorePath $args[1]' -ArgumentList $cut, (New-StorePath)
        $got.Progress | Should -Not -BeNullOrEmpty
        Get-Unsafe (($got.Progress | ForEach-Object { $_.Activity; $_.StatusDescription; $_.CurrentOperation }) -join "`n") |
            Should -BeNullOrEmpty
    }

    It 'in what a terminal and a transcript get is harmless' {
        $script = Get-TestPath hostile.ps1
        Set-Content $script @'
param($Named, $Cut, $Store, $Evil, $Transcript)
Import-Module $env:NETTRAFFIC_MANIFEST
$PSStyle.OutputRendering = 'Ansi'
$null = Start-Transcript $Transcript
Import-NetCapture -LiteralPath $Named, $Cut, "$Cut.none" -Name $Evil -StorePath $Store -Verbose
Get-NetCapture -StorePath $Store
Get-NetCapture -StorePath $Store | Format-List *
Get-NetFlow -StorePath $Store | Format-List *
Get-NetPacket $Named | Format-List *
Get-NetCapture -Name "no $Evil" -StorePath $Store
Export-NetTraffic "./what-$Evil.csv" -StorePath $Store -WhatIf
Get-TrafficSummary -By Interface -StorePath $Store
$null = Stop-Transcript
'@
        $transcript = Get-TestPath transcript.txt
        $environment = @{ HOSTILE = $evil }
        $got = Wait-PowerShell (Start-PowerShell @('-Command', "& '$script' '$named' `"`$(Get-Item -LiteralPath `$env:HOSTILE_CUT)`" '$(New-StorePath)' `$env:HOSTILE '$transcript'") ($environment + @{ HOSTILE_CUT = $cut }))
        $got.Output | Should -BeLike '*evil\u001b*'
        Get-Unsafe $got.Output | Should -BeNullOrEmpty
        Get-Unsafe $got.Errors | Should -BeNullOrEmpty
        $text = Get-Content $transcript -Raw
        $text | Should -BeLike '*evil\u001b*'
        Get-Unsafe $text | Should -BeNullOrEmpty
    }
}

Describe 'An export of hostile names' {
    It 'is harmless for spreadsheets and terminals' {
        $store = New-StorePath
        $null = Import-NetCapture (New-NamedInterfaceCapture formula.pcapng "=cmd|' /C calc'!A0`e[2J") -StorePath $store
        $null = Export-NetTraffic "$TestDrive/formula.csv" -StorePath $store
        $csv = Get-Content "$TestDrive/formula.csv" -Raw
        Get-Unsafe $csv | Should -BeNullOrEmpty
        $csv | Should -Not -Match ',=cmd'
        $csv | Should -Match "'=cmd"
    }
}
