@{
    RootModule           = 'module/NetTraffic.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '7c1f5a52-1f5e-4b57-9a53-0f6f2f0d7a4e'
    Author               = 'The NetTraffic developers'
    CompanyName          = 'The NetTraffic developers'
    Copyright            = '(c) The NetTraffic developers. MIT licence.'
    Description          = 'Captures packets or imports capture files, tracks flows, keeps their history in an embedded columnar store, summarises and exports it.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('module/NetTraffic.Format.ps1xml')
    TypesToProcess       = @('module/NetTraffic.Types.ps1xml')
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    CmdletsToExport      = @(
        'Clear-NetTraffic'
        'Export-NetTraffic'
        'Get-GeoDatabase'
        'Get-IpBlocklist'
        'Get-IpEnrichment'
        'Get-NetCapture'
        'Get-NetCaptureInterface'
        'Get-NetCaptureTask'
        'Get-NetFlow'
        'Get-NetPacket'
        'Get-NetTrafficOption'
        'Get-NetTrafficServer'
        'Get-SuspiciousAddress'
        'Get-TrafficSummary'
        'Import-IpBlocklist'
        'Import-NetCapture'
        'Initialize-NetTrafficInflux'
        'Invoke-IpEnrichment'
        'Register-NetCaptureTask'
        'Remove-IpBlocklist'
        'Set-NetTrafficOption'
        'Start-NetCapture'
        'Start-NetTrafficServer'
        'Stop-NetCapture'
        'Stop-NetTrafficServer'
        'Sync-NetTrafficInflux'
        'Test-NetTrafficInflux'
        'Unregister-NetCaptureTask'
        'Update-GeoDatabase'
    )
    PrivateData          = @{
        PSData = @{
            Tags         = @('network', 'traffic', 'capture', 'pcap', 'pcapng', 'flow', 'netflow', 'packet', 'Linux', 'MacOS', 'Windows')
            LicenseUri   = 'https://opensource.org/license/mit'
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
