#Requires -Version 7.6
# What a person sees at the prompt of a real terminal, of tmux: tables as the console writes them, which is not how Out-String does.

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $store = New-StorePath
    $null = Import-NetCapture (Get-Sample) -StorePath $store
    $server = "nettraffic-$([guid]::NewGuid().ToString('n').Substring(0, 8))"
    $shown = 12

    function Invoke-Tmux { tmux -u -L $server -f /dev/null @args }

    <# Types a line at the prompt; the terminal's lines once the command has ended. #>
    function Get-Screen([string] $Line) {
        $end = [guid]::NewGuid().ToString('n').Substring(0, 8)
        # The end is written in two halves, so that the line that is typed is not taken for it.
        Invoke-Tmux send-keys -t console -l "Clear-Host; $Line; '$($end.Substring(0, 4))' + '$($end.Substring(4))'"
        Invoke-Tmux send-keys -t console Enter
        $script:screen = @()
        Wait-Until { $script:screen = @(Invoke-Tmux capture-pane -p -t console); $script:screen -match "^$end" }
        $script:screen
    }
}

AfterAll { if (Get-Command tmux -CommandType Application -ErrorAction Ignore) { Invoke-Tmux kill-server 2>$null } }

Describe 'The console' {
    It 'cuts no number, at 60 to 120 columns, also after a table with -AutoSize, and leaves out no column by itself' -Skip:$IsWindows {
        Skip-WithoutProgram tmux
        $program = $env:NETTRAFFIC_PWSH ? $env:NETTRAFFIC_PWSH : (Join-Path $PSHOME pwsh)
        Invoke-Tmux new-session -d -s console -x 120 -y 60 env LC_ALL=C.UTF-8 TERM=screen-256color $program -NoLogo -NoProfile -NoExit -Command "Import-Module '$(Get-Root)/NetTraffic.psd1'"
        Wait-Until { @(Invoke-Tmux capture-pane -p -t console) -match '^PS .*>' }

        $flows = @(Get-NetFlow -StorePath $store -First $shown)
        $packetFile = "'$(Get-Root)/tests/fixtures/sample.pcapng'"
        $packets = @(Get-NetPacket "$(Get-Root)/tests/fixtures/sample.pcapng" -First $shown)
        foreach ($width in 60, 80, 92, 120) {
            Invoke-Tmux resize-window -t console -x $width -y 60
            # After a table with -AutoSize in the same line, PowerShell gives the next one the widths of what is in it, whatever its view says,
            # and leaves out on the right what there is no room for: that must not be numbers.
            $autoSized = '& { Get-Process -Id $PID | Format-Table -AutoSize Id, Name };'
            foreach ($before in '', $autoSized) {
                $lines = @(Get-Screen "$before Get-NetFlow -StorePath '$store' -First $shown | Format-Table")
                ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual $width
                $columns = '^Started +Protocol +State +Packets +Bytes' + ($before -and $width -lt 120 ? '' : ' +Source +Dest')
                $lines -match $columns | Should -HaveCount 1 -Because "at ${width}: $($lines -join "`n")"
                foreach ($flow in $flows) {
                    $numbers = "$($flow.State) +$([NetTraffic.Display]::ShortCount($flow.Packets)) +$([NetTraffic.Display]::Bytes($flow.Bytes))"
                    if (-not ($lines -match $numbers)) { throw "at ${width}: no line has '$numbers': $($lines -join "`n")" }
                    if ((-not $before -or $width -ge 120) -and $flow.DestinationPort -and
                        -not ($lines -match "$numbers +\S*:$($flow.SourcePort) +\S*:$($flow.DestinationPort)$")) {
                        throw "at ${width}: a port of '$numbers' is cut: $($lines -join "`n")"
                    }
                }

                $lines = @(Get-Screen "$before Get-NetPacket $packetFile -First $shown | Format-Table")
                foreach ($packet in $packets) {
                    $numbers = "^$([NetTraffic.Display]::TimeOfDay($packet.Time)) +$($packet.Protocol) +$($packet.Length)\b"
                    if (-not ($lines -match $numbers)) { throw "at ${width}: no line has '$numbers': $($lines -join "`n")" }
                }
            }
        }
    }
}
