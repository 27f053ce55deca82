using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace NetTraffic.PowerShell.Completers;

/// <summary>
/// Usual values of numbers and texts that have no list of their own; of most parameters there are none. Without a completer PowerShell
/// offers the names of files.
/// </summary>
public sealed class UsualCompleter : IArgumentCompleter
{
    private static readonly Dictionary<string, (string, string)[]> Usual = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Port"] = [("22", "ssh"), ("25", "smtp"), ("53", "dns"), ("80", "http"), ("123", "ntp"), ("443", "https"), ("445", "smb"),
            ("3389", "rdp")],
        ["Start-NetTrafficServer Port"] = [("8630", "the usual one"), ("0", "any that is free")],
        ["At"] = [("02:00", "at two in the night"), ("08:00", ""), ("12:00", ""), ("18:00", "")],
        ["PacketRing"] = [("256MB", ""), ("512MB", ""), ("1GB", ""), ("4GB", ""), ("16GB", "")],
        ["SnapLength"] = [("128", "headers"), ("262144", "whole packets")],
    };

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Offer(wordToComplete,
            _ => Usual.GetValueOrDefault($"{commandName} {parameterName}") ?? Usual.GetValueOrDefault(parameterName) ?? []);
}
