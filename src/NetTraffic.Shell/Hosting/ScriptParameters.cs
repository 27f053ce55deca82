using System.Management.Automation.Runspaces;

namespace NetTraffic.Shell.Hosting;

/// <summary>Arguments of a script on the command line, read as pwsh -File reads them: names and values, all of them text.</summary>
internal static class ScriptParameters
{
    public static IEnumerable<CommandParameter> Parse(IReadOnlyList<string> arguments)
    {
        string? pending = null;
        foreach (string argument in arguments)
        {
            if (pending is not null)
            {
                yield return new CommandParameter(pending, argument);
                pending = null;
            }
            else if (argument.Length > 1 && argument[0] == '-' && !char.IsAsciiDigit(argument[1]))
            {
                int colon = argument.IndexOf(':', StringComparison.Ordinal);
                if (colon < 0)
                {
                    // With its dash and no value, the binder pairs it with the next argument unless it is a switch.
                    yield return new CommandParameter(argument);
                }
                else if (colon == argument.Length - 1)
                {
                    pending = argument[1..colon];
                }
                else
                {
                    string value = argument[(colon + 1)..];
                    yield return new CommandParameter(argument[1..colon], value.ToLowerInvariant() switch
                    {
                        "$true" => true,
                        "$false" => false,
                        _ => value,
                    });
                }
            }
            else
            {
                yield return new CommandParameter(null, argument);
            }
        }

        if (pending is not null)
        {
            yield return new CommandParameter("-" + pending);
        }
    }
}
