# Loads the words (NetTraffic.dll) into the default load context and the cmdlets into one of their own.
# Few statements, and few types by name: each new kind of call costs milliseconds at the first import, and so does a name that
# PowerShell must look for in every assembly. The manifest asks for the PowerShell version.

$bin = "$PSScriptRoot/bin"
$system = $null
if ([System.IO.Directory]::Exists("$bin/linux-x64")) {
    # The package of all systems: each has a folder of its own.
    $processor = "$([System.Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture)".ToLowerInvariant()
    $system = "$($IsWindows ? 'win' : $IsMacOS ? 'osx' : 'linux')-$processor"
    $bin = "$bin/$system"
}

try {
    $words = [System.Reflection.Assembly]::LoadFrom("$bin/NetTraffic.dll")
}
catch {
    $problem = $_.Exception.GetBaseException().GetType()
    $next = switch ($problem.Name) {
        { $system -and $_ -eq 'FileNotFoundException' } { "NetTraffic's package has nothing for $system. Next: build it from its source for that system ('./build.sh build')."; break }
        'FileNotFoundException' { "NetTraffic is not built: '$bin/NetTraffic.dll' is not there. Next: run './build.sh build' (or './build.ps1 build'), or 'dotnet build', in '$(Split-Path $PSScriptRoot)'." }
        'FileLoadException' { "This process has loaded another build of NetTraffic. Next: start a new PowerShell process to use the one in '$bin'." }
        default { throw }
    }
    throw $problem::new($next, "$bin/NetTraffic.dll")
}

$cmdlets = $words.GetType('NetTraffic.Loading.ModuleLoader')::Load($bin)
$inner = Import-Module -Assembly $cmdlets -PassThru
if ($ExecutionContext.SessionState.Module.ExportedCmdlets.Count -eq 0) {
    $cmdlets.GetType('NetTraffic.PowerShell.ModuleMembers')::Adopt($ExecutionContext.SessionState.Module, $inner)
}
