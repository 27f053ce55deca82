# Loads the words (NetTraffic.dll) into the default load context and the cmdlets into one of their own.
# Only commands of Microsoft.PowerShell.Core and .NET here: a hosted engine has no others.

# Few statements: each new kind of call costs milliseconds at the first import. The manifest asks for the PowerShell version.

$bin = "$PSScriptRoot/bin"
try {
    $null = [System.Runtime.Loader.AssemblyLoadContext]::Default.LoadFromAssemblyPath("$bin/NetTraffic.dll")
}
catch [System.IO.FileNotFoundException] {
    throw [System.IO.FileNotFoundException]::new("NetTraffic is not built: '$bin/NetTraffic.dll' is not there. Next: run './build.sh build' (or './build.ps1 build'), or 'dotnet build', in '$([System.IO.Path]::GetDirectoryName($PSScriptRoot))'.", "$bin/NetTraffic.dll")
}
catch [System.IO.FileLoadException] {
    throw [System.InvalidOperationException]::new("This process has loaded another build of NetTraffic. Next: start a new PowerShell process to use the one in '$bin'.", $_.Exception)
}

$inner = Microsoft.PowerShell.Core\Import-Module -Assembly ([NetTraffic.Loading.ModuleLoader]::Load($bin)) -PassThru

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
