using System.Management.Automation;
using System.Reflection;

namespace NetTraffic.PowerShell;

/// <summary>What <c>NetTraffic.psm1</c> must do to itself at a second import.</summary>
public static class ModuleMembers
{
    /// <summary>
    /// Makes an assembly's module part of another. A second import of an assembly in one session (<c>Import-Module -Force</c>) takes it
    /// from PowerShell's cache without handing its cmdlets to the module that asked
    /// (https://github.com/PowerShell/PowerShell/issues/20710), and without nesting it there, which is how Get-Help finds the help file
    /// beside the assembly. There is no public way to do either.
    /// </summary>
    /// <param name="module">The module that has none of the cmdlets.</param>
    /// <param name="inner">The assembly's.</param>
    /// <exception cref="MissingMethodException">This PowerShell does it in another way.</exception>
    public static void Adopt(PSModuleInfo module, PSModuleInfo inner)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(inner);
        Call(module, "AddNestedModule", inner);
        foreach (CmdletInfo cmdlet in inner.ExportedCmdlets.Values)
        {
            Call(module, "AddExportedCmdlet", cmdlet);
        }
    }

    private static void Call(PSModuleInfo module, string method, object argument) =>
        (typeof(PSModuleInfo).GetMethod(method,
            BindingFlags.Instance | BindingFlags.NonPublic) ?? throw new MissingMethodException(nameof(PSModuleInfo), method))
            .Invoke(module, [argument]);
}
