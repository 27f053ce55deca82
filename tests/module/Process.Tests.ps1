#Requires -Version 7.6
# The module in a PowerShell of its own: exit codes, streams and interrupted imports, as scripts and schedulers see them.

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $store = New-StorePath
    $null = Import-NetCapture (New-DnsCapture dns.pcap 3) -StorePath $store
    function Invoke-File([string] $Text, [string[]] $Arguments = @()) {
        $script = Get-TestPath "$([guid]::NewGuid().ToString('n')).ps1"
        Set-Content $script $Text
        Wait-PowerShell (Start-PowerShell (@('-File', $script) + $Arguments))
    }
}

Describe 'Exit codes' {
    It '<Code> of -Command <Text>' -ForEach @(
        @{ Text = '(Get-TrafficSummary -StorePath $store).Packets'; Code = 0 }
        @{ Text = 'Get-NetFlow -Address nonsense -StorePath $store'; Code = 1 }
        @{ Text = 'Import-NetCapture ./no-such-file.pcap -StorePath $store -ErrorAction Stop; exit 9'; Code = 1 }
        @{ Text = 'Export-NetTraffic ./no/such/folder/x.csv -StorePath $store'; Code = 1 }
    ) {
        (Invoke-PowerShell ($Text -replace '\$store', "'$store'")).Code | Should -Be $Code
    }

    It '<Code> of -File with <Text>' -ForEach @(
        @{ Text = 'exit (Get-TrafficSummary -StorePath $store).Packets'; Code = 6 }
        @{ Text = 'Get-NetFlow -CaptureId nosuch -StorePath $store -ErrorAction Stop; exit 0'; Code = 1 }
        @{ Text = 'Get-NetFlow -CaptureId nosuch -StorePath $store'; Code = 0 }
    ) {
        (Invoke-File "param(`$store) Import-Module `$env:NETTRAFFIC_MANIFEST; $Text" $store).Code | Should -Be $Code
    }
}

Describe 'What other programs read' {
    It 'is a table on standard output, and errors on standard error with what to do next' {
        $got = Invoke-PowerShell "`$PSStyle.OutputRendering = 'PlainText'; Get-NetFlow -First 1 -StorePath '$store'; Get-NetFlow -CaptureId nosuch -StorePath '$store'"
        $got.Output | Should -Match '10\.1\.0\.2:40000 +192\.0\.2\.53:53'
        $got.Errors | Should -Match 'Get-NetFlow: .*nosuch'
        $got.Errors | Should -Match 'Recommendation: '
        $got.Errors | Should -Not -Match '\.cs:line'
    }

    It 'has the numbers of another culture' {
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = 'de-DE'
            (Get-Rendered { Get-TrafficSummary -By Protocol -StorePath $store }) -join "`n" | Should -Match '100,0 % +UDP +6 +582 B'
        }
        finally { [cultureinfo]::CurrentCulture = $before }
    }
}

Describe 'An import that is interrupted' {
    It 'is Stopped, and what was read is stored, at Ctrl+C' -Skip:$IsWindows {
        # A pipe that gives no end: the import waits for more.
        Skip-WithoutProgram mkfifo
        $own = New-StorePath
        $pipe = Get-TestPath pipe
        mkfifo $pipe
        $running = Start-PowerShell '-Command', "Import-Module `$env:NETTRAFFIC_MANIFEST; Import-NetCapture -LiteralPath '$pipe' -Name interrupted -StorePath '$own'"
        $stream = [System.IO.FileStream]::new($pipe, [System.IO.FileMode]::Open, [System.IO.FileAccess]::Write, [System.IO.FileShare]::ReadWrite, 0)
        try {
            $stream.Write([System.IO.File]::ReadAllBytes((New-DnsCapture 'part.pcap' 50)))
            Wait-Until { (Get-NetCapture interrupted -StorePath $own -WarningAction Ignore -ErrorAction Ignore).Packets -ge 100 }
            /bin/sh -c "kill -INT $($running.Process.Id)"
            (Wait-PowerShell $running).Code | Should -Be 1
        }
        finally { $stream.Dispose() }
        "$((Get-NetCapture interrupted -StorePath $own).State)" | Should -Be Stopped
        (Get-TrafficSummary -StorePath $own).Packets | Should -Be 100
    }
}
