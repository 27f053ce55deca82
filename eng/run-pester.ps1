<# Runs the Pester tests and leaves their results in the form of xunit's. Ends with 77 and one line where it cannot. #>
param(
    [Parameter(Mandatory)] [string] $Path,
    [Parameter(Mandatory)] [string] $ResultFile
)

$ErrorActionPreference = 'Stop'
if ($PSVersionTable.PSVersion -lt [version]'7.6') {
    "PowerShell 7.6 is needed; pwsh is $($PSVersionTable.PSVersion)"
    exit 77
}

$pester = Get-Module -ListAvailable -Name Pester | Where-Object Version -GE '5.0' | Sort-Object Version -Descending | Select-Object -First 1
if (-not $pester) {
    'Pester 5 or later is not installed here (Install-PSResource Pester)'
    exit 77
}

Import-Module $pester
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$configuration.Output.RenderMode = 'Plaintext'
$result = Invoke-Pester -Configuration $configuration

$settings = [System.Xml.XmlWriterSettings]@{ Indent = $true; CheckCharacters = $false }
$writer = [System.Xml.XmlWriter]::Create($ResultFile, $settings)
try {
    $writer.WriteStartElement('assemblies')
    foreach ($test in $result.Tests) {
        $writer.WriteStartElement('test')
        $writer.WriteAttributeString('name', "Pester: $($test.ExpandedPath)")
        $writer.WriteAttributeString('result', $(switch ($test.Result) { 'Passed' { 'Pass' } 'Failed' { 'Fail' } 'NotRun' { 'NotRun' } default { 'Skip' } }))
        $message = @($test.ErrorRecord | ForEach-Object { $_.Exception.Message }) -join "`n"
        # Set-ItResult -Because puts the reason into the message.
        $clean = $message -replace '[\x00-\x08\x0B\x0C\x0E-\x1F]', '?'
        if ($test.Result -eq 'Failed') {
            $writer.WriteStartElement('failure')
            $writer.WriteElementString('message', $clean)
            $writer.WriteElementString('stack-trace', (@($test.ErrorRecord | ForEach-Object { $_.ScriptStackTrace }) -join "`n"))
            $writer.WriteEndElement()
        }
        elseif ($test.Result -ne 'Passed' -and $clean) {
            $writer.WriteElementString('reason', $clean)
        }
        $writer.WriteEndElement()
    }
    # A file that could not even be read, or a block whose setup failed, is a failure of its own.
    $broken = @($result.Containers | Where-Object Result -EQ 'Failed' | Where-Object { $_.ErrorRecord }) + @($result.FailedBlocks | Where-Object { $_ })
    if ($broken) {
        $writer.WriteStartElement('errors')
        foreach ($one in $broken) {
            $writer.WriteStartElement('error')
            $writer.WriteAttributeString('type', 'setup')
            $writer.WriteString(("$one`n" + (@($one.ErrorRecord | ForEach-Object { "$_" }) -join "`n")) -replace '[\x00-\x08\x0B\x0C\x0E-\x1F]', '?')
            $writer.WriteEndElement()
        }
        $writer.WriteEndElement()
    }
    $writer.WriteEndElement()
}
finally {
    $writer.Dispose()
}

exit $(if ($result.Result -eq 'Passed') { 0 } else { 1 })
