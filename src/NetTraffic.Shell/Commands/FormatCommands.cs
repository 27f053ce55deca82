using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace NetTraffic.Shell.Commands;

/// <summary>
/// Format-Table and Format-List. Their machinery is in the engine; only the shells around it are in the Utility module, which is not
/// to be had. The shells are two lines long there as well, and set a field that is internal to the engine.
/// </summary>
internal static class FormatCommands
{
    public static void AddTo(InitialSessionState state)
    {
        state.Commands.Add(new SessionStateCmdletEntry("Format-Table", typeof(FormatTableCommand), null));
        state.Commands.Add(new SessionStateCmdletEntry("Format-List", typeof(FormatListCommand), null));
    }

    internal static void SetShape(FrontEndCommandBase command, string shape)
    {
        const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
        Assembly engine = typeof(FrontEndCommandBase).Assembly;
        Type inner = engine.GetType("Microsoft.PowerShell.Commands.Internal.Format.InnerFormatShapeCommand", throwOnError: true)!;
        Type shapes = engine.GetType("Microsoft.PowerShell.Commands.Internal.Format.FormatShape", throwOnError: true)!;
        FieldInfo field = typeof(FrontEndCommandBase).GetField("implementation", Hidden) ?? throw new MissingFieldException(nameof(FrontEndCommandBase), "implementation");
        field.SetValue(command, Activator.CreateInstance(inner, Hidden, null, [Enum.Parse(shapes, shape)], null));
    }
}

/// <summary>Shows objects as a table of chosen properties.</summary>
[Cmdlet(VerbsCommon.Format, "Table")]
public sealed class FormatTableCommand : OuterFormatTableBase
{
    /// <summary>Makes the command.</summary>
    public FormatTableCommand() => FormatCommands.SetShape(this, "Table");
}

/// <summary>Shows objects as lists of their properties.</summary>
[Cmdlet(VerbsCommon.Format, "List")]
public sealed class FormatListCommand : OuterFormatTableAndListBase
{
    /// <summary>Makes the command.</summary>
    public FormatListCommand() => FormatCommands.SetShape(this, "List");
}
