# Runs files of Pester tests and leaves their results in the form of xunit's. The files of what depends on the user's culture run under
# several cultures, without those of their tests that are tagged OneCulture: they take long, and have no numbers or times of their own.
# $TestCulture tells tests the culture of such a run.
param(
    [Parameter(Mandatory)] [string] $ResultFile,
    [Parameter(Mandatory, ValueFromRemainingArguments)] [string[]] $Path
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot .. artifacts pester Pester.psd1)
# Commas and points changed about, times with points, calendars with other years, other signs between digits.
$cultures = 'de-DE', 'da-DK', 'th-TH', 'ar-SA', 'fa-IR'
$underCultures = @($Path | Where-Object { (Split-Path -Leaf $_) -in 'Export.Tests.ps1', 'View.Tests.ps1' })

$configuration = New-PesterConfiguration
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$configuration.Output.RenderMode = 'Plaintext'
$configuration.Output.StackTraceVerbosity = 'Filtered'
# The tests run as at a prompt: an error ends nothing by itself.
$ErrorActionPreference = 'Continue'
$own = [cultureinfo]::CurrentCulture
$runs = foreach ($culture in @('') + @($underCultures ? $cultures : @())) {
    $configuration.Run.Path = $culture ? $underCultures : $Path
    $configuration.Filter.ExcludeTag = @($culture ? 'OneCulture' : @())
    $global:TestCulture = $culture
    try {
        if ($culture) { [cultureinfo]::CurrentCulture = $culture }
        [pscustomobject] @{ Suite = $culture ? "Pester ($culture)" : 'Pester'; Result = Invoke-Pester -Configuration $configuration }
    }
    finally { [cultureinfo]::CurrentCulture = $own }
}

function ConvertTo-XmlText([string] $Text) { $Text -replace '[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]', '?' }

$settings = [System.Xml.XmlWriterSettings] @{ Indent = $true; CheckCharacters = $false }
$writer = [System.Xml.XmlWriter]::Create($ResultFile, $settings)
try {
    $writer.WriteStartElement('assemblies')
    # What a tag left out is no test of that run.
    foreach ($run in $runs) { foreach ($test in $run.Result.Tests | Where-Object Result -NE NotRun) {
        $writer.WriteStartElement('test')
        $writer.WriteAttributeString('name', (ConvertTo-XmlText "$($run.Suite): $($test.ExpandedPath)"))
        $writer.WriteAttributeString('time', $test.Duration.TotalSeconds.ToString('0.000', [cultureinfo]::InvariantCulture))
        $words = @{ Passed = 'Pass'; Failed = 'Fail'; NotRun = 'NotRun'; Skipped = 'Skip' }
        $writer.WriteAttributeString('result', $words[$test.Result] ?? 'Fail')
        # Set-ItResult -Because puts the reason into the message.
        $message = ConvertTo-XmlText (@($test.ErrorRecord | ForEach-Object { $_.Exception.Message }) -join "`n")
        if ($test.Result -eq 'Skipped') {
            # -Skip has no words of its own, but a place.
            $place = "$(Split-Path -Leaf $test.ScriptBlock.File):$($test.StartLine)"
            $why = $message -replace '^is skipped, because '
            $writer.WriteElementString('reason', ($why ? $why : "not for this system or this build: -Skip of $place, or of its block"))
        }
        elseif ($test.Result -ne 'Passed') {
            $writer.WriteStartElement('failure')
            $writer.WriteElementString('message', $message)
            $trace = @($test.ErrorRecord | ForEach-Object { $_.ScriptStackTrace }) -join "`n"
            $writer.WriteElementString('stack-trace', (ConvertTo-XmlText $trace))
            $writer.WriteEndElement()
        }
        $writer.WriteEndElement()
    } }
    # A file that could not even be read, or a block whose setup failed, is a failure of its own.
    $broken = @($runs.Result.Containers | Where-Object Result -EQ Failed | Where-Object ErrorRecord) +
        @($runs.Result.FailedBlocks | Where-Object { $_ })
    if ($broken) {
        $writer.WriteStartElement('errors')
        foreach ($one in $broken) {
            $writer.WriteStartElement('error')
            $writer.WriteAttributeString('type', 'setup')
            $writer.WriteString((ConvertTo-XmlText ("$one`n" + (@($one.ErrorRecord | ForEach-Object { "$_" }) -join "`n"))))
            $writer.WriteEndElement()
        }
        $writer.WriteEndElement()
    }
    $writer.WriteEndElement()
}
finally {
    $writer.Dispose()
}

exit (@($runs | Where-Object { $_.Result.Result -ne 'Passed' }).Count -eq 0 ? 0 : 1)
