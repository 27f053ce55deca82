@{
    RootModule        = 'NetTraffic.psm1'
    ModuleVersion     = '0.0.1'
    FunctionsToExport = @('Get-Small', 'Stop-Small')
}
