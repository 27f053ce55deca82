<#
NetTraffic at work: a live capture of real traffic, an import, summaries, flows, an export. Runs in the project's Shell
(./build.sh demo) and in PowerShell 7.6 after "Import-Module ./NetTraffic.psd1". Keeps its store in a temporary folder.
Only commands of NetTraffic and Microsoft.PowerShell.Core, and .NET.
#>
param(
    # How long to capture.
    [int] $Seconds = 6
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$root = [System.IO.Path]::GetDirectoryName($PSScriptRoot)
. ([System.IO.Path]::Combine($PSScriptRoot, 'traffic.ps1'))

function Say([string] $Text) { $Host.UI.WriteLine($Text) }
function Head([string] $Text) { Say ''; Say "--- $Text"; Say '' }

function Show-Problem($ErrorRecord) {
    Say "Live capture is not possible here: $($ErrorRecord.Exception.Message)"
    if ($ErrorRecord.ErrorDetails -and $ErrorRecord.ErrorDetails.RecommendedAction) {
        Say "  Next: $($ErrorRecord.ErrorDetails.RecommendedAction)"
    }
    Say 'Going on with the sample capture.'
}

# The loopback interface and the one of the default route; $null and the reason where none may be captured on.
function Find-DemoInterface {
    $wanted = @(Get-NetCaptureInterface | Where-Object { $_.IsLoopback -or $_.IsDefault })
    $usable = @($wanted | Where-Object { $_.CanCapture })
    foreach ($one in $wanted | Where-Object { -not $_.CanCapture }) {
        Say "Not capturing on $($one.Name): $($one.CaptureProblem)"
    }
    if ($usable.Count -eq 0) {
        Say 'Live capture is not possible here; going on with the sample capture.'
        return
    }
    $usable | ForEach-Object { $_.Name }
}

function Invoke-DemoCapture([string[]] $Interface, [string] $Store) {
    $job = Start-NetCapture -Interface $Interface -Name demo -FlushInterval 1s -StorePath $Store
    Say "Capturing on $($Interface -join ' and ') for $Seconds seconds, with HTTP and DNS of our own over loopback:"
    $server = New-DemoServer
    try {
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $round = 0
        $shown = 0
        while ($clock.Elapsed.TotalSeconds -lt $Seconds) {
            Send-DemoTraffic $server (++$round)
            $null = [System.Threading.Thread]::Sleep(20)
            $whole = [int][System.Math]::Floor($clock.Elapsed.TotalSeconds)
            if ($whole -gt $shown) {
                $shown = $whole
                $now = @(Get-NetCapture -StorePath $Store)[0]
                $percent = [System.Math]::Min(100, [int](100 * $clock.Elapsed.TotalSeconds / $Seconds))
                $record = [System.Management.Automation.ProgressRecord]::new(1, 'Live capture', "$($now.Packets) packets, $($now.Flows) flows")
                $record.PercentComplete = $percent
                $Host.UI.WriteProgress(1, $record)
                Say ('  {0,2} s  {1,7:n0} packets  {2,11:n0} bytes  {3,5:n0} flows' -f $whole, $now.Packets, $now.Bytes, $now.Flows)
            }
        }
    }
    finally {
        Remove-DemoServer $server
        Stop-NetCapture -Name demo -StorePath $Store
        $null = Wait-Job $job
    }
    Get-NetCapture -StorePath $Store | Out-Default
    Remove-Job $job
}

$store = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "nettraffic-demo-$([System.Guid]::NewGuid().ToString('n'))")
try {
    Head 'Live capture'
    $interfaces = @()
    try {
        $interfaces = @(Find-DemoInterface)
        if ($interfaces.Count -gt 0) { Invoke-DemoCapture $interfaces $store }
    }
    catch {
        Show-Problem $_
    }

    Head 'Import of a capture file'
    $sample = [System.IO.Path]::Combine($root, 'tests', 'fixtures', 'sample.pcapng')
    Import-NetCapture -LiteralPath $sample -StorePath $store | Out-Default

    Head 'Everything in the store'
    Get-TrafficSummary -StorePath $store | Out-Default

    Head 'Top protocols'
    Get-TrafficSummary -By Protocol -Top 5 -StorePath $store | Out-Default

    Head 'Top sources'
    Get-TrafficSummary -By SourceAddress -Top 5 -StorePath $store | Out-Default

    Head 'Top destinations'
    Get-TrafficSummary -By DestinationAddress -Top 5 -StorePath $store | Out-Default

    Head 'The newest flows'
    Get-NetFlow -First 10 -StorePath $store | Out-Default

    Head 'Export'
    $folder = [System.IO.Path]::Combine($root, 'artifacts', 'demo')
    $null = [System.IO.Directory]::CreateDirectory($folder)
    $csv = [System.IO.Path]::Combine($folder, 'flows.csv')
    $null = Export-NetTraffic -Path $csv -Format Csv -Force -StorePath $store
    $lines = [System.IO.File]::ReadAllLines($csv)
    Say "$($lines.Count - 1) flows in $csv"
    Say ''
    Say "Done. Try './build.sh shell' (./build.ps1 shell), then: Get-Command -Module NetTraffic"
}
finally {
    if ([System.IO.Directory]::Exists($store)) { [System.IO.Directory]::Delete($store, $true) }
}
