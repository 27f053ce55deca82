using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace NetTraffic.PowerShell.Completers;

/// <summary>
/// Addresses, protocols, applications, sensors and interfaces seen, most traffic first; then names that are well known anyway.
/// </summary>
public sealed class TrafficNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Offer(wordToComplete,
            typed => KeyOf(parameterName) is { } key ? [.. Seen(key, typed, fakeBoundParameters), .. WellKnown(key)] : []);

    /// <summary>A filter says where its values are found; any other parameter is called as what it takes (-Sensor).</summary>
    private static SummaryKey? KeyOf(string parameter) => TrafficFilters.Find(parameter) is { } filter ? filter.Completion
        : Enum.TryParse(parameter, ignoreCase: true, out SummaryKey key) ? key : null;

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
        SummaryKey.Country => Countries.All.OrderBy(country => country.Code, StringComparer.Ordinal)
            .Select(country => (country.Code, country.Name)),
        _ => [],
    };
}
