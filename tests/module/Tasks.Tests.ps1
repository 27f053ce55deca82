#Requires -Version 7.6
# Scheduled captures and the server as a service: what is written, where, and that what it runs does capture. Of schedulers, only files in
# the test's own folder are touched, and a crontab that no other process sees.

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $config = $env:XDG_CONFIG_HOME
    $runtime = $env:XDG_RUNTIME_DIR
    # A systemd of the user that runs the tests looks into no folder of theirs, and is left alone.
    $env:XDG_RUNTIME_DIR = Get-TestPath runtime
    $env:XDG_CONFIG_HOME = Get-TestPath config
    $units = "$env:XDG_CONFIG_HOME/systemd/user"
    # A name that every reader on the way would like to read its own way.
    $odd = Get-TestPath "it's 100% `$HOME; `$(id)"

    function Skip-WithoutLinux { if (-not $IsLinux) { Set-ItResult -Skipped -Because 'systemd is Linux''s' } }

    # What Ctrl+C or a message is to a user: the texts after "What if:".
    function Get-WhatIf([string] $Line, [hashtable] $Environment = @{}) { (Invoke-PowerShell "$Line -WhatIf" $Environment).Output }

    # The words of a unit's ExecStart=, as systemd reads them: no shell is asked.
    function Get-UnitWord([string] $Unit) {
        $line = (Get-Content -LiteralPath $Unit | Where-Object { $_ -match '^ExecStart=' }) -replace '^ExecStart='
        $at = 0
        foreach ($match in [regex]::Matches($line, '"((?:[^"\\]|\\.)*)"')) {
            $word = $match.Groups[1].Value -replace '\\(.)', '$1' -replace '%%', '%'
            if ($at++) { $word = $word.Replace('$$', '$') }
            $word
        }
    }

    # Runs a command as a scheduler does, with nearly no variables, beside datagrams on loopback.
    function Invoke-Scheduled([string[]] $Words, [int] $Port, [hashtable] $Variables = @{}) {
        $start = [System.Diagnostics.ProcessStartInfo]::new($Words[0], [string[]] @($Words | Select-Object -Skip 1))
        $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        $start.Environment.Clear()
        $start.Environment['HOME'] = Get-TestPath home
        $start.Environment['PATH'] = '/usr/bin:/bin'
        foreach ($name in $Variables.Keys) { $start.Environment[$name] = $Variables[$name] }
        $process = [System.Diagnostics.Process]::Start($start)
        $errors = $process.StandardError.ReadToEndAsync()
        $output = $process.StandardOutput.ReadToEndAsync()
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        while (-not $process.WaitForExit(50)) {
            Send-Datagram $Port
            if ($watch.Elapsed.TotalSeconds -gt 60) { $process.Kill($true); throw "it does not end: $($output.Result) $($errors.Result)" }
        }
        "$($process.ExitCode) $($errors.Result)".Trim()
    }
}

AfterAll {
    $env:XDG_CONFIG_HOME = $config
    $env:XDG_RUNTIME_DIR = $runtime
}

Describe 'A timer of systemd' {
    It 'is what -WhatIf shows, and -WhatIf writes nothing' {
        Skip-WithoutLinux
        $line = "Register-NetCaptureTask lo 'udp port 9' -Name shown -At 02:00, 14:30 -DaysOfWeek Mon, Friday -Duration 1h -Scheduler SystemdUser"
        $shown = Get-WhatIf $line @{ XDG_CONFIG_HOME = $env:XDG_CONFIG_HOME; NETTRAFFIC_HOME = $env:NETTRAFFIC_HOME }
        Test-Path $units | Should -BeFalse
        $task = Invoke-Expression $line 3> $null
        $task.Path | Should -HaveCount 2
        foreach ($path in $task.Path) { $shown | Should -BeLike "*$([WildcardPattern]::Escape("Write ${path}:`n$(Get-Content -LiteralPath $path -Raw)".TrimEnd()))*" }
        $task.Schedule | Should -Be 'at 02:00, 14:30 on Monday, Friday'
        Unregister-NetCaptureTask shown
        Get-ChildItem $units -File | Should -BeNullOrEmpty
    }

    It 'is found by name, replaced with -Force only, and removed with what is piped' {
        Skip-WithoutLinux
        $null = Register-NetCaptureTask lo -Name a.one -At 02:00 -Duration 1m -Scheduler SystemdUser 3> $null
        $null = Register-NetCaptureTask lo -Name a.two -Every 30m -Duration 1m -Scheduler SystemdUser 3> $null
        { Register-NetCaptureTask lo -Name A.One -At 03:00 -Duration 1m -Scheduler SystemdUser -ErrorAction Stop } | Should -Throw -ErrorId 'TaskExists,*'
        (Register-NetCaptureTask lo -Name a.one -At 03:00 -Duration 1m -Scheduler SystemdUser -Force 3> $null).Schedule | Should -Be 'at 03:00'
        (Get-NetCaptureTask a.*).Name | Should -Be 'a.one', 'a.two'
        (Get-NetCaptureTask a.two | Get-NetCaptureTask).Schedule | Should -Be 'every 30m'
        { Get-NetCaptureTask none -ErrorAction Stop } | Should -Throw -ErrorId 'TaskNotFound,*'
        { Unregister-NetCaptureTask none -ErrorAction Stop } | Should -Throw -ErrorId 'TaskNotFound,*'
        Get-Completion 'Unregister-NetCaptureTask a' | Should -Be 'a.one', 'a.two'
        Unregister-NetCaptureTask a.* -WhatIf
        Get-NetCaptureTask a.* | Should -HaveCount 2
        Get-NetCaptureTask a.* | Unregister-NetCaptureTask
        Get-NetCaptureTask a.* | Should -BeNullOrEmpty
    }

    It 'runs a command that captures, into a store of an odd name' {
        Skip-WithoutLinux
        Skip-WithoutCapture
        $port = Get-FreePort
        $task = Register-NetCaptureTask (Get-Loopback) "udp port $port" -Name run -At 02:00 -Duration 40s -PacketCount 3 -StorePath $odd -Scheduler SystemdUser 3> $null
        $root = @(Get-Content $task.Path[0]) -match '^Environment=' -replace '^Environment="DOTNET_ROOT=(.*)"$', '$1'
        $variables = $root ? @{ DOTNET_ROOT = "$root" } : @{}
        Invoke-Scheduled (Get-UnitWord ($task.Path -like '*.service')[0]) $port $variables | Should -Be 0
        $capture = Get-NetCapture -StorePath $odd
        $capture.Name, $capture.Packets, $capture.State | Should -Be run, 3, Completed
        Unregister-NetCaptureTask run
        (Get-NetCapture -StorePath $odd).Packets | Should -Be 3
    }
}

Describe 'A line of cron' {
    BeforeAll {
        # A crontab of its own, in a mount namespace that ends with the process: the user's is neither read nor written.
        $spool = New-Item -ItemType Directory (Get-TestPath spool)
        $places = '/var/spool/cron/crontabs'
        function Skip-WithoutCron {
            Skip-WithoutProgram crontab
            Skip-WithoutProgram unshare
            if ("$(id -u)" -ne '0' -or -not (Test-Path $places)) { Set-ItResult -Skipped -Because 'a crontab of its own needs root and Debian''s cron' }
            $null = unshare -m true 2>&1
            if ($LASTEXITCODE) { Set-ItResult -Skipped -Because 'no mount namespace can be made here' }
        }
        function Invoke-WithCron([string] $Line) {
            $program = $env:NETTRAFFIC_PWSH ? $env:NETTRAFFIC_PWSH : (Join-Path $PSHOME pwsh)
            $all = "Import-Module '$(Get-Root)/NetTraffic.psd1'; `$env:XDG_CONFIG_HOME = '$env:XDG_CONFIG_HOME'; $Line"
            # set -e: without the mount, nothing runs.
            unshare -m sh -ec "mount --bind '$spool' $places; exec `"`$@`"" sh $program -NoProfile -NonInteractive -Command $all
        }
    }

    It 'is written among others, which stay, listed, and removed' {
        Skip-WithoutCron
        $theirs = "MAILTO=me`n# theirs, in Latin-1: $([char]0xE9)`n0 1 * * * echo 100\% done"
        $bytes = [System.Text.Encoding]::Latin1.GetBytes("$theirs`n")
        [System.IO.File]::WriteAllBytes("$spool/root", $bytes)
        chmod 600 "$spool/root"
        $task = Invoke-WithCron "Register-NetCaptureTask lo 'udp port 9' -Name nightly -At 02:00 -Duration 1h -StorePath '$($odd -replace "'", "''")' -Scheduler Cron -WarningAction Ignore | ConvertTo-Json" | ConvertFrom-Json
        $task.Schedule, $task.State | Should -Be 'at 02:00', 1
        $after = [System.Text.Encoding]::Latin1.GetString([System.IO.File]::ReadAllBytes("$spool/root"))
        $after | Should -BeLike "*$([WildcardPattern]::Escape($theirs))*# BEGIN NetTraffic capture task nightly at 02:00`n0 2 * * * *# END NetTraffic capture task nightly*"
        (Invoke-WithCron '(Get-NetCaptureTask -Scheduler Cron).Name') | Should -Be nightly
        Invoke-WithCron 'Unregister-NetCaptureTask nightly'
        $end = [System.Text.Encoding]::Latin1.GetString([System.IO.File]::ReadAllBytes("$spool/root"))
        # Debian's crontab writes lines of its own above.
        $end.Substring($end.IndexOf('MAILTO')) | Should -BeExactly "$theirs`n"
    }

    It 'runs a command that captures, into a store of an odd name' {
        Skip-WithoutCron
        Skip-WithoutCapture
        $port = Get-FreePort
        $store = "$odd cron"
        $null = Invoke-WithCron "Register-NetCaptureTask $(Get-Loopback) 'udp port $port' -Name run -At 02:00 -Duration 40s -PacketCount 3 -StorePath '$($store -replace "'", "''")' -Scheduler Cron -WarningAction Ignore"
        $line = @(Get-Content "$spool/root") -match '^0 2 \* \* \* '
        $line | Should -HaveCount 1
        # cron's own step: a percent sign behind a backslash stands for itself.
        $command = ($line[0] -replace '^0 2 \* \* \* ').Replace('\%', '%')
        Invoke-Scheduled @('/bin/sh', '-c', $command) $port | Should -Be 0
        $capture = Get-NetCapture -StorePath $store
        $capture.Name, $capture.Packets, $capture.State | Should -Be run, 3, Completed
        Invoke-WithCron 'Unregister-NetCaptureTask run'
    }
}

Describe 'Register-NetCaptureTask' {
    It 'refuses <Why>' -ForEach @(
        @{ Why = 'a task without an end'; Id = 'BadSchedule'; With = @{ At = '02:00' } }
        @{ Why = 'no time'; Id = 'BadSchedule'; With = @{ Duration = '1m' } }
        @{ Why = 'both times'; Id = 'BadSchedule'; With = @{ Duration = '1m'; At = '02:00'; Every = '1h' } }
        @{ Why = 'runs that meet'; Id = 'BadSchedule'; With = @{ Duration = '15m'; Every = '15m' } }
        @{ Why = 'uneven runs'; Id = 'BadSchedule'; With = @{ Duration = '1m'; Every = '7m' } }
        @{ Why = 'a date'; Id = 'BadSchedule'; With = @{ Duration = '1m'; At = '2030-12-24 02:00' } }
        @{ Why = 'a number'; Id = 'BadSchedule'; With = @{ Duration = '1m'; At = 2 } }
        @{ Why = 'a name with a line end'; Id = 'BadArgument'; With = @{ Duration = '1m'; At = '02:00'; Name = "x`n* * * * * id" } }
        @{ Why = 'a name that is a path'; Id = 'BadArgument'; With = @{ Duration = '1m'; At = '02:00'; Name = '../x' } }
        @{ Why = 'a filter with a line end'; Id = 'BadArgument'; With = @{ Duration = '1m'; At = '02:00'; Filter = "udp`nExecStartPre=/bin/id" } }
        @{ Why = 'a filter that is none'; Id = 'BadFilter'; With = @{ Duration = '1m'; At = '02:00'; Filter = 'this is no filter' } }
        @{ Why = 'a scheduler of another system'; Id = 'SchedulerMissing'; With = @{ Duration = '1m'; At = '02:00'; Scheduler = $IsWindows ? 'Cron' : 'TaskScheduler' } }
    ) {
        $all = @{ Name = 'refused'; Interface = 'lo'; Scheduler = $IsWindows ? 'TaskScheduler' : $IsLinux ? 'SystemdUser' : 'Cron' } + @{}
        foreach ($key in $With.Keys) { $all[$key] = $With[$key] }
        { Register-NetCaptureTask @all -ErrorAction Stop } | Should -Throw -ErrorId "$Id,*"
        Get-NetCaptureTask -Scheduler $all.Scheduler | Where-Object Name -EQ refused | Should -BeNullOrEmpty
    }

    It 'of an empty pipeline makes nothing' {
        @() | Register-NetCaptureTask -Name empty -At 02:00 -Duration 1m | Should -BeNullOrEmpty
    }
}

Describe 'Start-NetTrafficServer -AsService' {
    It 'shows the whole text, and writes and starts nothing, with -WhatIf' {
        $store = New-StorePath
        $shown = Get-WhatIf "Start-NetTrafficServer -AsService -Port 9000 -StorePath '$store'" @{ XDG_CONFIG_HOME = $env:XDG_CONFIG_HOME }
        if ($IsLinux) {
            $shown | Should -Match '(?m)^Type=notify$'
            $shown | Should -Match '(?m)^ExecStart=.*NetTraffic\.Server.*"--port" "9000"$'
            if ("$(id -u)" -eq '0') { $shown | Should -Match '(?m)^CapabilityBoundingSet=CAP_NET_RAW$' }
        }
        else { $shown | Should -BeLike '*NetTraffic.Server*' }
        Test-Path $store | Should -BeFalse
        Get-NetTrafficServer -StorePath $store | Should -BeNullOrEmpty
    }

    It 'writes the unit for a user, and says what is left to run' {
        Skip-WithoutLinux
        Skip-WithoutProgram setpriv
        if ("$(id -u)" -ne '0') { Set-ItResult -Skipped -Because 'only root can become the user of the test' }
        $place = New-Item -ItemType Directory (Get-TestPath user)
        # The test's folder is the tests' user's alone.
        for ($folder = $place; $folder.FullName -ne '/tmp' -and $folder.Parent; $folder = $folder.Parent) { chmod a+x $folder.FullName }
        chown -R 65534:65534 $place
        $program = $env:NETTRAFFIC_PWSH ? $env:NETTRAFFIC_PWSH : (Join-Path $PSHOME pwsh)
        $line = "Import-Module '$(Get-Root)/NetTraffic.psd1'; Start-NetTrafficServer -AsService -StorePath '$place/store' -WarningVariable said -WarningAction SilentlyContinue | ConvertTo-Json; `$said"
        $got = setpriv --reuid 65534 --regid 65534 --clear-groups env "HOME=$place" XDG_CONFIG_HOME= $program -NoProfile -NonInteractive -Command $line 2>&1
        if ("$got" -match 'denied|not found|cannot') { Set-ItResult -Skipped -Because "another user cannot run PowerShell here: $got" }
        "$got" | Should -Match 'loginctl enable-linger'
        "$got" | Should -Match 'systemctl --user restart nettraffic-server.service'
        $unit = Get-Content "$place/.config/systemd/user/nettraffic-server.service" -Raw
        $unit | Should -Match '(?m)^WantedBy=default\.target$'
        $unit | Should -Not -Match 'CAP_|^User='
    }

    It 'refuses a key, and an open address without one' {
        $store = New-StorePath
        $key = ConvertTo-SecureString -AsPlainText -Force 'a-key-of-a-test-0123456789'
        { Start-NetTrafficServer -AsService -ApiKey $key -StorePath $store -ErrorAction Stop } | Should -Throw -ErrorId 'BadArgument,*'
        { Start-NetTrafficServer -AsService -Listen 0.0.0.0 -StorePath $store -ErrorAction Stop } | Should -Throw -ErrorId 'ServerNeedsKey,*'
        Set-NetTrafficOption -ServerKey $key -StorePath $store
        $shown = Get-WhatIf "Start-NetTrafficServer -AsService -Listen 0.0.0.0 -StorePath '$store'" @{ XDG_CONFIG_HOME = $env:XDG_CONFIG_HOME }
        $shown | Should -BeLike '*0.0.0.0*'
        $shown | Should -Not -BeLike '*a-key-of-a-test*'
    }

    It 'refuses one key for reading and for everything' {
        $store = New-StorePath
        $one, $other = 'a-key-of-a-test-0123456789', 'another-key-of-a-test-0123' | ForEach-Object { ConvertTo-SecureString -AsPlainText -Force $_ }
        { Set-NetTrafficOption -ServerKey $one -ServerReadKey $one -StorePath $store -ErrorAction Stop } | Should -Throw -ErrorId 'BadArgument,*'
        Set-NetTrafficOption -ServerKey $one -StorePath $store
        { Set-NetTrafficOption -ServerReadKey $one -StorePath $store -ErrorAction Stop } | Should -Throw -ErrorId 'BadArgument,*'
        Set-NetTrafficOption -ServerReadKey $other -StorePath $store
        { Set-NetTrafficOption -ServerKey $other -StorePath $store -ErrorAction Stop } | Should -Throw -ErrorId 'BadArgument,*'
    }

    It 'refuses a second server of the store' {
        Skip-WithoutLinux
        $store = New-StorePath
        $null = Start-NetTrafficServer -StorePath $store -Port 0
        try { { Start-NetTrafficServer -AsService -StorePath $store -ErrorAction Stop } | Should -Throw -ErrorId 'ServerRuns,*' }
        finally { Stop-NetTrafficServer -StorePath $store }
    }
}
