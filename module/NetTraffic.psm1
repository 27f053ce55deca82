# Loads the words (NetTraffic.dll) into the default load context and the cmdlets into one of their own.
# Only commands of Microsoft.PowerShell.Core and .NET here: a hosted engine has no others.

$minimum = [version]'7.6'
if ($PSVersionTable.PSVersion -lt $minimum) {
    throw [System.NotSupportedException]::new("NetTraffic needs PowerShell $minimum or later; this is $($PSVersionTable.PSVersion). Next: install it from https://aka.ms/powershell, or use './build.sh shell'.")
}

$bin = [System.IO.Path]::Combine($PSScriptRoot, 'bin')
$words = [System.IO.Path]::Combine($bin, 'NetTraffic.dll')
if (-not [System.IO.File]::Exists($words)) {
    throw [System.IO.FileNotFoundException]::new("NetTraffic is not built: '$words' is not there. Next: run './build.sh build' (or './build.ps1 build'), or 'dotnet build', in '$([System.IO.Path]::GetDirectoryName($PSScriptRoot))'.", $words)
}

try {
    $null = [System.Runtime.Loader.AssemblyLoadContext]::Default.LoadFromAssemblyPath($words)
}
catch [System.IO.FileLoadException] {
    throw [System.InvalidOperationException]::new("This process has loaded another build of NetTraffic. Next: start a new PowerShell process to use the one in '$bin'.", $_.Exception)
}

$cmdlets = [NetTraffic.Loading.ModuleLoader]::Load($bin)
$inner = Microsoft.PowerShell.Core\Import-Module -Assembly $cmdlets -PassThru

# A second import of an assembly in one session (Import-Module -Force) takes it from PowerShell's cache without handing its cmdlets to
# this module (https://github.com/PowerShell/PowerShell/issues/20710), and without nesting it here, which is how Get-Help finds the help
# file beside the assembly. There is no public way to do either.
$module = $ExecutionContext.SessionState.Module
if ($module.ExportedCmdlets.Count -eq 0) {
    $hidden = [System.Reflection.BindingFlags]'Instance, NonPublic'
    $null = $module.GetType().GetMethod('AddNestedModule', $hidden).Invoke($module, [object[]]@($inner.PSObject.BaseObject))
    $add = $module.GetType().GetMethod('AddExportedCmdlet', $hidden)
    foreach ($cmdlet in $inner.ExportedCmdlets.Values) {
        $null = $add.Invoke($module, @(, $cmdlet))
    }
}
