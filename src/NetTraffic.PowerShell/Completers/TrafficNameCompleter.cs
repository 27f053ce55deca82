using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace NetTraffic.PowerShell.Completers;

/// <summary>Addresses, protocols, applications, sensors and interfaces seen, most traffic first; then names that are well known anyway.</summary>
public sealed class TrafficNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Offer(wordToComplete, typed => Enum.TryParse(parameterName, ignoreCase: true, out SummaryKey key)
            ? [.. Seen(key, typed, fakeBoundParameters), .. WellKnown(key)]
            : []);

    private static List<(string, string)> Seen(SummaryKey key, string typed, IDictionary boundParameters)
    {
        using ITrafficStore store = Completion.OpenStore(boundParameters);
        string prefix = WildcardPattern.ContainsWildcardCharacters(typed) ? "" : typed;
        return [.. store.GetNames(key, prefix, Completion.Limit).Select(name => (name, "seen in the store"))];
    }

    private static IEnumerable<(string, string)> WellKnown(SummaryKey key) => key switch
    {
        SummaryKey.Protocol => Enumerable.Range(0, 256).Select(number => ProtocolNames.IpProtocol((byte)number))
            .Where(name => !char.IsAsciiDigit(name[0])).Prepend("ARP").Select(name => (name, "protocol")),
        SummaryKey.Application => ApplicationTable.Names.Order(StringComparer.Ordinal).Select(name => (name, "application")),
        _ => [],
    };
}
