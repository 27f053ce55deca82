using System.Globalization;
using NetTraffic.Net;

namespace NetTraffic;

/// <summary>
/// The table of filters. A new one is a row here, a property of <see cref="TrafficFilter"/> for code to set it, and a parameter for users;
/// what cannot honour it refuses it until it is taught to.
/// </summary>
public static class TrafficFilters
{
    /// <summary>Either side's address lies in one of these.</summary>
    public static FilterKind<AddressRange> Address { get; } = new(
        "Address", ["SourceAddress", "DestinationAddress"], FilterOperation.WithinAny,
        "Either side's address is one of these, or lies in one of these networks.", AddressRange.Parse, values => new AddressMatch(values))
    { Completion = SummaryKey.Address };

    /// <summary>
    /// Either side's address lies in one of these as well: beside <see cref="Address"/>, traffic between the two, where they do not
    /// overlap.
    /// </summary>
    public static FilterKind<AddressRange> PeerAddress { get; } = new(
        "PeerAddress", ["SourceAddress", "DestinationAddress"], FilterOperation.WithinAny,
        "Either side's address is one of these as well, or lies in one of these networks: with the address, traffic between the two.",
        AddressRange.Parse, values => new AddressMatch(values))
    { Completion = SummaryKey.Address };

    /// <summary>Either side's port is one of these.</summary>
    public static FilterKind<int> Port { get; } = new(
        "Port", ["SourcePort", "DestinationPort"], FilterOperation.EqualsAny,
        "Either side's port is one of these.", text => (int)Number(text, "a port", ushort.MaxValue), values => new PortMatch(values));

    /// <summary>Protocol name (TCP, ARP, ...) or IP protocol number's text is one of these; case does not matter.</summary>
    public static FilterKind<string> Protocol { get; } = new(
        "Protocol", ["Protocol", "IpProtocol"], FilterOperation.NameOrNumber,
        "The protocol is one of these: a name such as TCP or ARP, or an IP protocol number.", ProtocolText.Parse,
        values => new ProtocolMatch(values))
    { Completion = SummaryKey.Protocol };

    /// <summary>Application is one of these; case does not matter.</summary>
    public static FilterKind<string> Application { get; } = new(
        "Application", ["Application"], FilterOperation.EqualsAnyIgnoringCase,
        "The application is one of these. A packet belongs to that of either port.", ApplicationText.Parse,
        values => new ApplicationMatch(values))
    { Completion = SummaryKey.Application };

    /// <summary>Rows at or after this time, UTC.</summary>
    public static FilterKind<DateTime> Since { get; } = new(
        "Since", ["Time"], FilterOperation.AtLeast, "Traffic at or after this time.", Time, values => new SinceMatch(values[0]));

    /// <summary>Rows before this time, UTC.</summary>
    public static FilterKind<DateTime> Until { get; } = new(
        "Until", ["Time"], FilterOperation.Below, "Traffic before this time.", Time, values => new UntilMatch(values[0]));

    /// <summary>Capture is one of these.</summary>
    public static FilterKind<string> CaptureId { get; } = new(
        "CaptureId", ["CaptureId"], FilterOperation.EqualsAnyIgnoringCase, "The capture or import is one of these.", text => text)
    {
        Completion = SummaryKey.Capture,
        StoreOnly = "Leave it out: captures are known to a store only.",
    };

    /// <summary>Flow identifier is one of these.</summary>
    public static FilterKind<ulong> FlowId { get; } = new(
        "FlowId", ["FlowId"], FilterOperation.EqualsAny, "The flow's identifier is one of these.",
        text => Number(text, "a flow's identifier", ulong.MaxValue))
    {
        StoreOnly = "A flow id is known to a store only. A Community ID finds a flow everywhere: -CommunityId.",
    };

    /// <summary>Community ID is one of these; case matters, as the text is base64.</summary>
    public static FilterKind<string> CommunityId { get; } = new(
        "CommunityId", ["CommunityId"], FilterOperation.EqualsAny, "The Community ID is one of these.", NetTraffic.CommunityId.Parse,
        values => new CommunityIdMatch(values));

    /// <summary>Either side's address is in one of these countries, by their codes.</summary>
    public static FilterKind<string> Country { get; } = new(
        "Country", ["SourceAddress", "DestinationAddress"], FilterOperation.FactIsAny,
        "Either side's address is in one of these countries: codes such as DE, or names in English.", Countries.Parse)
    {
        Completion = SummaryKey.Country,
        Fact = AddressFact.CountryCode,
        StoreOnly = FactsNeedStore,
    };

    /// <summary>Either side's address is announced by one of these autonomous systems, as <c>AS15169</c>.</summary>
    public static FilterKind<string> AsNumber { get; } = new(
        "AsNumber", ["SourceAddress", "DestinationAddress"], FilterOperation.FactIsAny,
        "Either side's address is announced by one of these autonomous systems: AS15169 or 15169.", AddressFacts.ParseAs)
    {
        Fact = AddressFact.AsNumber,
        StoreOnly = FactsNeedStore,
    };

    /// <summary>Either side's address is suspicious.</summary>
    public static FilterKind<string> Suspicious { get; } = new(
        "Suspicious", ["SourceAddress", "DestinationAddress"], FilterOperation.FactIsAny,
        "Either side's address is suspicious, by the threshold that is set.", _ => "true")
    {
        Fact = AddressFact.Suspicious,
        StoreOnly = FactsNeedStore,
    };

    private const string FactsNeedStore =
        "Ask the flows of a store, whose packets go on by the pipeline: Get-NetFlow -Country DE | Get-NetPacket.";

    /// <summary>The table.</summary>
    public static IReadOnlyList<FilterKind> All { get; } =
        [Address, PeerAddress, Port, Protocol, Application, Since, Until, CaptureId, FlowId, CommunityId, Country, AsNumber, Suspicious];

    /// <summary>A filter by its name, whatever its case; null: there is none.</summary>
    public static FilterKind? Find(string name) => All.FirstOrDefault(kind => kind.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static ulong Number(string text, string what, ulong most) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number <= most ? number
            : throw new FilterValueException($"'{text}' is not {what}.", $"Give a whole number from 0 to {most}.");

    private static DateTime Time(string text)
    {
        const DateTimeStyles styles = DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeLocal;
        return DateTime.TryParse(text, CultureInfo.InvariantCulture, styles, out DateTime time) ? time
            : throw new FilterValueException(
                $"'{text}' is not a time.", "Give for example 2026-03-01T12:00:00Z; without a zone it is local.");
    }
}
