# For each line "NUMBER<tab>FILE" of a list: import, export (pcapng and legacy), import the export, export that. For each line
# "NUMBER<tab>BPF<tab>..." of another the packets of file NUMBER that pass it. Says "NUMBER packets kept" and "filter LINE packets".
param([string] $List, [string] $Filters, [string] $Folder, [string] $StorePath)
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot ../../NetTraffic.psd1)
$WarningPreference = 'SilentlyContinue'
$ids = @{}
foreach ($line in [System.IO.File]::ReadAllLines($List)) {
    $number, $path = $line.Split("`t")
    $first = Import-NetCapture -LiteralPath $path -KeepPackets -StorePath $StorePath
    $ids[$number] = $first.CaptureId
    $null = Export-NetTraffic "$Folder/$number.1.pcapng" -Format Pcap -CaptureId $first.CaptureId -StorePath $StorePath
    try { $null = Export-NetTraffic "$Folder/$number.legacy.pcap" -Legacy -CaptureId $first.CaptureId -StorePath $StorePath }
    catch { [System.IO.File]::WriteAllText("$Folder/$number.refused", "$_") }
    $second = Import-NetCapture -LiteralPath "$Folder/$number.1.pcapng" -KeepPackets -StorePath $StorePath
    $null = Export-NetTraffic "$Folder/$number.2.pcapng" -CaptureId $second.CaptureId -StorePath $StorePath
    "$number $($first.Packets) $($first.PacketRingPackets) $($second.PacketRingPackets)"
}

$at = 0
foreach ($line in [System.IO.File]::ReadAllLines($Filters)) {
    $number, $filter, $null = $line.Split("`t")
    $at++
    "filter $at $((Export-NetTraffic "$Folder/filter$at.pcapng" -Filter $filter -CaptureId $ids[$number] -StorePath $StorePath).Rows)"
}
