namespace NetTraffic.Shell.Hosting;

/// <summary>
/// Commands that everybody knows from PowerShell, and that its engine does not bring: those of the modules Microsoft.PowerShell.Utility and
/// Microsoft.PowerShell.Management, with their short names.
/// </summary>
internal static class MissingCommands
{
    private const string Utility = """
        Add-Member Add-Type Compare-Object compare diff ConvertFrom-Csv ConvertFrom-Json ConvertFrom-StringData ConvertTo-Csv ConvertTo-Html ConvertTo-Json
        ConvertTo-Xml Export-Clixml Export-Csv epcsv Format-Custom Format-Hex Format-Wide Get-Date Get-Host Get-Member gm Get-Random Get-Unique Get-Variable
        Group-Object group Import-Clixml Import-Csv ipcsv Invoke-Expression iex Invoke-RestMethod irm Invoke-WebRequest iwr Join-String Measure-Command
        Measure-Object measure New-Object New-TimeSpan New-Variable Out-File Out-GridView Out-Printer Out-String Read-Host Select-Object select Select-String sls
        Set-Variable Sort-Object sort Start-Sleep sleep Tee-Object tee Wait-Debugger Write-Debug Write-Error Write-Host Write-Information Write-Output echo write
        Write-Progress Write-Verbose Write-Warning
        """;

    private const string Management = """
        Add-Content Clear-Content Copy-Item copy cp cpi Get-ChildItem dir gci ls Get-Clipboard Get-Content cat gc type Get-Item gi Get-ItemProperty Get-Process gps ps
        Get-PSDrive Get-Service Invoke-Item Join-Path Move-Item move mv New-Item mkdir md ni Pop-Location popd Push-Location pushd Remove-Item del erase rd ri rm rmdir
        Rename-Item ren rni Resolve-Path rvpa Set-Clipboard Set-Content Set-Item Split-Path Start-Process start Stop-Process kill Test-Connection Test-Path
        """;

    private static readonly HashSet<string> Known = new($"{Utility} {Management}".Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase);

    /// <summary>What to do instead; null for a name that PowerShell does not have either.</summary>
    public static string? NextMove(string? command) => command is null || !Known.Contains(command) ? null
        : $"{command} is part of PowerShell itself, which this shell does not have. "
        + "Use PowerShell 7.6 (Import-Module ./NetTraffic.psd1), or here Where-Object, ForEach-Object, Format-Table, Get-TrafficSummary and Export-NetTraffic.";
}
