# What the test files share. Each file begins with
#     BeforeAll { Import-Module "$PSScriptRoot/Support.psm1" -Force; Initialize-Test }
# and has a store of its own in its TestDrive, so that any number of files run beside each other.

$script:root = (Resolve-Path "$PSScriptRoot/../..").Path
# The first packet of the captures made here.
$script:start = [datetime]::new(2026, 3, 1, 10, 0, 0, [System.DateTimeKind]::Utc)

<# Imports the module, and sets the store of what names none. Returns the project's sample capture. #>
function Initialize-Test {
    Import-Module "$script:root/NetTraffic.psd1" -Force -Global
    $env:NETTRAFFIC_HOME = Join-Path (Get-PSDrive TestDrive).Root store
    # Settings of whoever runs the tests are not those of the tests.
    Get-ChildItem env:NETTRAFFIC_* | Where-Object Name -NotIn NETTRAFFIC_HOME, NETTRAFFIC_PWSH | Remove-Item
}

function Get-Root { $script:root }
function Get-Sample { "$script:root/tests/fixtures/sample.pcapng" }
function Get-CaptureStart { $script:start }

<# A path in the test's folder. #>
function Get-TestPath([string] $Name) { Join-Path (Get-PSDrive TestDrive).Root $Name }

<# An empty store for one test. #>
function New-StorePath { Get-TestPath "store-$([guid]::NewGuid().ToString('n').Substring(0, 8))" }

# ---- Captures, byte by byte: Ethernet, IPv4, UDP.

function ConvertTo-UdpFrame([string] $Source, [int] $SourcePort, [string] $Destination, [int] $DestinationPort, [int] $PayloadLength) {
    $ip = 28 + $PayloadLength
    $udp = 8 + $PayloadLength
    [byte[]] $frame = 2, 0, 0, 0, 0, 11, 2, 0, 0, 0, 0, 10, 8, 0, 0x45, 0, ($ip -shr 8), ($ip -band 255), 0, 1, 0, 0, 64, 17, 0, 0 +
        [ipaddress]::Parse($Source).GetAddressBytes() + [ipaddress]::Parse($Destination).GetAddressBytes() +
        [byte[]] (($SourcePort -shr 8), ($SourcePort -band 255), ($DestinationPort -shr 8), ($DestinationPort -band 255), ($udp -shr 8), ($udp -band 255), 0, 0) +
        [byte[]]::new($PayloadLength)
    , $frame
}

<#
A pcap file of FLOWS UDP flows from 10.1.x.y port 40000 to 192.0.2.53 port 53, a second (STEP) apart: a question of 72 bytes and, half a second
later, an answer of 122. Truncated cuts into the last packet. Returns its path.
#>
function New-DnsCapture([string] $Path, [int] $Flows = 3, [switch] $Truncated, [switch] $Gzip, [datetime] $Start = $script:start, [int] $Step = 1) {
    $stream = [System.IO.MemoryStream]::new()
    $writer = [System.IO.BinaryWriter]::new($stream)
    $writer.Write([byte[]] (0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 1, 0, 0, 0))
    $second = [int] ($Start.ToUniversalTime() - [datetime]::UnixEpoch).TotalSeconds
    $question = ConvertTo-UdpFrame 10.1.0.0 40000 192.0.2.53 53 30
    $answer = ConvertTo-UdpFrame 192.0.2.53 53 10.1.0.0 40000 80
    for ($i = 0; $i -lt $Flows; $i++) {
        $question[28] = $answer[32] = $i -shr 8
        $question[29] = $answer[33] = $i -band 255
        $writer.Write([int] ($second + $i * $Step)); $writer.Write(0); $writer.Write(72); $writer.Write(72); $writer.Write($question)
        $writer.Write([int] ($second + $i * $Step)); $writer.Write(500000); $writer.Write(122); $writer.Write(122); $writer.Write($answer)
    }
    if ($Truncated) { $stream.SetLength($stream.Length - 20) }
    $full = [System.IO.Path]::IsPathRooted($Path) ? $Path : (Get-TestPath $Path)
    if ($Gzip) {
        $file = [System.IO.Compression.GZipStream]::new([System.IO.File]::Create($full), [System.IO.Compression.CompressionLevel]::Fastest)
        $file.Write($stream.ToArray())
        $file.Dispose()
    }
    else { [System.IO.File]::WriteAllBytes($full, $stream.ToArray()) }
    $full
}

<# A pcapng file of one packet, on an interface of any name and description, with a comment. Returns its path. #>
function New-NamedInterfaceCapture([string] $Path, [string] $Name, [string] $Description = '', [byte[]] $Frame) {
    function Block([int] $Type, [byte[]] $Body) {
        $length = [System.BitConverter]::GetBytes(12 + $Body.Length)
        [System.BitConverter]::GetBytes($Type) + $length + $Body + $length
    }
    function Pad([byte[]] $Bytes) { $Bytes + [byte[]]::new((4 - $Bytes.Length % 4) % 4) }
    function Option([int] $Code, [string] $Text) {
        $bytes = [System.Text.Encoding]::UTF8.GetBytes($Text)
        if ($bytes) { [byte[]] ($Code, 0, ($bytes.Length -band 255), ($bytes.Length -shr 8)) + (Pad $bytes) }
    }
    $Frame ??= ConvertTo-UdpFrame 10.9.9.9 1234 192.0.2.1 4321 10
    $microseconds = [long] ($script:start - [datetime]::UnixEpoch).TotalMicroseconds
    $length = [System.BitConverter]::GetBytes($Frame.Length)
    $bytes = [byte[]] ((Block 0x0A0D0D0A ([byte[]] (0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 0, 0) + [byte[]] (, 255 * 8))) +
        (Block 1 ([byte[]] (1, 0, 0, 0, 0, 0, 0, 0) + (Option 2 $Name) + (Option 3 $Description) + [byte[]]::new(4))) +
        (Block 6 ([byte[]]::new(4) + [System.BitConverter]::GetBytes([int] ($microseconds -shr 32)) + [System.BitConverter]::GetBytes([uint32] ($microseconds -band 0xFFFFFFFFL)) +
            $length + $length + (Pad $Frame) + (Option 1 $Name) + [byte[]]::new(4))))
    $full = Get-TestPath $Path
    [System.IO.File]::WriteAllBytes($full, $bytes)
    $full
}

# ---- Running and looking

<# Runs a script to its end: what it wrote to each stream; a terminating error is the last of its Errors. #>
function Invoke-Recorded([scriptblock] $Script) {
    $all = [System.Collections.Generic.List[object]]::new()
    $ended = $null
    try { & $Script *>&1 | ForEach-Object { $all.Add($_) } } catch { $ended = $_ }
    [pscustomobject] @{
        Output   = @($all | Where-Object { $_ -isnot [System.Management.Automation.ErrorRecord] -and $_ -isnot [System.Management.Automation.InformationalRecord] })
        Errors   = @($all | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }) + @($ended | Where-Object { $_ })
        Warnings = @($all | Where-Object { $_ -is [System.Management.Automation.WarningRecord] } | ForEach-Object Message)
        Verbose  = @($all | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] } | ForEach-Object Message)
    }
}

<# Runs a script that must give one error, with this id and category and a next move. Returns the error. #>
function Assert-Problem([scriptblock] $Script, [string] $Id, [string] $Category) {
    $errors = @((Invoke-Recorded $Script).Errors)
    if ($errors.Count -ne 1) { throw "$($errors.Count) errors instead of one: $($errors -join '; ')" }
    $problem = $errors[0]
    if ($problem.FullyQualifiedErrorId -notlike "$Id,*") { throw "the error is '$($problem.FullyQualifiedErrorId)', not '$Id': $problem" }
    if ("$($problem.CategoryInfo.Category)" -ne $Category) { throw "the category of $Id is '$($problem.CategoryInfo.Category)', not '$Category'" }
    if (-not $problem.ErrorDetails.RecommendedAction) { throw "$Id recommends nothing: $problem" }
    $problem
}

<# What tab completion offers at the end of a line; the part of each offer: CompletionText, ListItemText, ToolTip. #>
function Get-Completion([string] $Line, [string] $Part = 'CompletionText') {
    (TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches | ForEach-Object $Part
}

<# Runs a script under a culture, as if the user had it. #>
function Invoke-InCulture([string] $Culture, [scriptblock] $Script) {
    $before = [cultureinfo]::CurrentCulture
    try {
        [cultureinfo]::CurrentCulture = $Culture
        & $Script
    }
    finally { [cultureinfo]::CurrentCulture = $before }
}

<# Objects as a terminal of that width would show them, without colours; a line an entry. #>
function Get-Rendered([scriptblock] $Script, [int] $Width = 120) {
    (& $Script | Out-String -Width $Width) -replace '\e\[[\d;]*m' -split '\r?\n'
}

<#
Runs a script in a runspace of its own until WHEN holds for what it wrote, then stops it as Ctrl+C does; without WHEN, to its end.
Gives Output, Errors, Warnings and Progress.
#>
function Invoke-Runspace([string] $Script, [scriptblock] $When, [object[]] $ArgumentList = @()) {
    $shell = [powershell]::Create()
    try {
        $null = $shell.AddScript("Import-Module '$script:root/NetTraffic.psd1'").Invoke()
        $shell.Commands.Clear()
        $null = $shell.AddScript($Script)
        foreach ($argument in $ArgumentList) { $null = $shell.AddArgument($argument) }
        $empty = [System.Management.Automation.PSDataCollection[psobject]]::new()
        $empty.Complete()
        $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
        $running = $shell.BeginInvoke($empty, $output)
        $ended = @()
        if ($When) {
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            while (-not (& $When $output)) {
                if ($running.IsCompleted) { throw "it ended before it could be stopped: $($shell.Streams.Error)" }
                if ($watch.Elapsed.TotalSeconds -gt 60) { throw 'nothing to stop after a minute' }
                Start-Sleep -Milliseconds 20
            }
            $stopping = $shell.BeginStop($null, $null)
            if (-not $stopping.AsyncWaitHandle.WaitOne(30000)) { throw 'it does not stop' }
        }
        else { try { $null = $shell.EndInvoke($running) } catch { $ended = @($_.Exception.InnerException.ErrorRecord) } }
        [pscustomobject] @{
            Output   = @($output.ReadAll())
            Errors   = @($shell.Streams.Error) + $ended
            Warnings = @($shell.Streams.Warning | ForEach-Object Message)
            Progress = @($shell.Streams.Progress)
        }
    }
    finally { $shell.Dispose() }
}

# ---- Live captures

<# The loopback interface's name; $null, and the reason in LoopbackProblem, where this process may not capture on it. #>
function Get-Loopback {
    $found = Get-NetCaptureInterface -ErrorAction SilentlyContinue -ErrorVariable problem | Where-Object IsLoopback | Select-Object -First 1
    $script:loopbackProblem = "$($found.CaptureProblem)$problem"
    if ($found.CanCapture) { $found.Name }
}

<# Skips a test where this process may not capture. #>
function Skip-WithoutCapture {
    if (-not (Get-Loopback)) { Set-ItResult -Skipped -Because "capturing on the loopback interface is not permitted here: $script:loopbackProblem" }
}

<# Skips a test where libpcap is not installed. #>
function Skip-WithoutLibpcap {
    $null = Get-NetCaptureInterface -ErrorAction SilentlyContinue -ErrorVariable problem
    if ($problem) { Set-ItResult -Skipped -Because "$problem" }
}

<# Skips a test where a program is not installed. #>
function Skip-WithoutProgram([string] $Name) {
    if (-not (Get-Command $Name -CommandType Application -ErrorAction Ignore)) { Set-ItResult -Skipped -Because "$Name is not installed here" }
}

<# A UDP port for one test that no other test file uses: nothing listens on it. #>
function Get-FreePort {
    $probe = [System.Net.Sockets.UdpClient]::new([System.Net.IPEndPoint]::new([ipaddress]::Loopback, 0))
    $probe.Client.LocalEndPoint.Port
    $probe.Dispose()
}

<# Datagrams of 3 bytes over loopback. #>
function Send-Datagram([int] $Port, [int] $Count = 1) {
    $client = [System.Net.Sockets.UdpClient]::new()
    for ($i = 0; $i -lt $Count; $i++) { $null = $client.Send([byte[]] (1, 2, 3), 3, '127.0.0.1', $Port) }
    $client.Dispose()
}

<# Waits until a condition holds; fails after SECONDS. #>
function Wait-Until([scriptblock] $Condition, [int] $Seconds = 30) {
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($watch.Elapsed.TotalSeconds -gt $Seconds) { throw "after $Seconds s still not: $Condition" }
        Start-Sleep -Milliseconds 50
    }
}

# ---- Other processes

<# Starts a PowerShell of its own, with this module's path in $module and the rest of ENVIRONMENT; its streams are read as it runs. #>
function Start-PowerShell([string[]] $Arguments, [hashtable] $Environment = @{}, [string] $InputText = '') {
    $program = $env:NETTRAFFIC_PWSH ? $env:NETTRAFFIC_PWSH : (Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh'))
    $start = [System.Diagnostics.ProcessStartInfo]::new($program, @('-NoProfile', '-NonInteractive') + $Arguments)
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $start.StandardOutputEncoding = $start.StandardErrorEncoding = [System.Text.UTF8Encoding]::new($false)
    $start.Environment['NETTRAFFIC_MANIFEST'] = "$script:root/NetTraffic.psd1"
    foreach ($name in $Environment.Keys) { $start.Environment[$name] = $Environment[$name] }
    $process = [System.Diagnostics.Process]::Start($start)
    $process.StandardInput.Write($InputText)
    $process.StandardInput.Close()
    [pscustomobject] @{ Process = $process; Output = $process.StandardOutput.ReadToEndAsync(); Errors = $process.StandardError.ReadToEndAsync() }
}

<# Waits for its end: Code, Output, Errors. #>
function Wait-PowerShell($Running, [int] $Seconds = 60) {
    if (-not $Running.Process.WaitForExit($Seconds * 1000)) {
        $Running.Process.Kill($true)
        throw "it did not end within $Seconds s: $($Running.Output.Result) $($Running.Errors.Result)"
    }
    $Running.Process.WaitForExit()
    [pscustomobject] @{ Code = $Running.Process.ExitCode; Output = $Running.Output.Result; Errors = $Running.Errors.Result }
}

<# A command in a PowerShell of its own, with the module imported. #>
function Invoke-PowerShell([string] $Command, [hashtable] $Environment = @{}, [string] $InputText = '') {
    Wait-PowerShell (Start-PowerShell @('-Command', "Import-Module `$env:NETTRAFFIC_MANIFEST; $Command") $Environment $InputText)
}

Export-ModuleMember -Function *
