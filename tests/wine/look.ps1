# Lists the captures of a store over and over, until the file "stop" is there: what makes an import fail where it trips over readers.
param([Parameter(Mandatory)] [string] $Module, [Parameter(Mandatory)] [string] $Place)
$ErrorActionPreference = 'Stop'
$env:NETTRAFFIC_HOME = $Place
Import-Module $Module
$looks = 0
while (-not (Test-Path -LiteralPath (Join-Path $Place stop))) {
    Get-NetCapture -StorePath (Join-Path $Place store) -WarningAction SilentlyContinue -ErrorAction SilentlyContinue | Out-Null
    if (++$looks -eq 1) { Set-Content -LiteralPath (Join-Path $Place looking) -Value 1 }
}

"looked $looks times"
