using NetTraffic.Net;

namespace NetTraffic;

/// <summary>Which traffic a query is about; every condition must match. The properties are those of <see cref="TrafficFilters"/>.</summary>
public sealed record TrafficFilter
{
    private readonly FilterCondition[] conditions = [];

    /// <summary>No condition: everything.</summary>
    public TrafficFilter()
    {
    }

    private TrafficFilter(FilterCondition[] conditions) => this.conditions = conditions;

    /// <summary>The conditions, one a filter.</summary>
    public IReadOnlyList<FilterCondition> Conditions => conditions;

    /// <summary>Either side's address lies in one of these.</summary>
    public IReadOnlyList<AddressRange> Address
    {
        get => Values(TrafficFilters.Address);
        init => conditions = Replace(TrafficFilters.Address, value);
    }

    /// <summary>Either side's address lies in one of these as well.</summary>
    public IReadOnlyList<AddressRange> PeerAddress
    {
        get => Values(TrafficFilters.PeerAddress);
        init => conditions = Replace(TrafficFilters.PeerAddress, value);
    }

    /// <summary>Either side's port is one of these.</summary>
    public IReadOnlyList<int> Port
    {
        get => Values(TrafficFilters.Port);
        init => conditions = Replace(TrafficFilters.Port, value);
    }

    /// <summary>Protocol name (TCP, ARP, ...) or IP protocol number's text is one of these; case does not matter.</summary>
    public IReadOnlyList<string> Protocol
    {
        get => Values(TrafficFilters.Protocol);
        init => conditions = Replace(TrafficFilters.Protocol, value);
    }

    /// <summary>Application is one of these; case does not matter.</summary>
    public IReadOnlyList<string> Application
    {
        get => Values(TrafficFilters.Application);
        init => conditions = Replace(TrafficFilters.Application, value);
    }

    /// <summary>Rows at or after this time, UTC.</summary>
    public DateTime? Since
    {
        get => Value(TrafficFilters.Since);
        init => conditions = Replace(TrafficFilters.Since, value is { } time ? [time] : []);
    }

    /// <summary>Rows before this time, UTC.</summary>
    public DateTime? Until
    {
        get => Value(TrafficFilters.Until);
        init => conditions = Replace(TrafficFilters.Until, value is { } time ? [time] : []);
    }

    /// <summary>Capture is one of these.</summary>
    public IReadOnlyList<string> CaptureId
    {
        get => Values(TrafficFilters.CaptureId);
        init => conditions = Replace(TrafficFilters.CaptureId, value);
    }

    /// <summary>Flow identifier is one of these.</summary>
    public IReadOnlyList<ulong> FlowId
    {
        get => Values(TrafficFilters.FlowId);
        init => conditions = Replace(TrafficFilters.FlowId, value);
    }

    /// <summary>Community ID is one of these; case matters, as the text is base64.</summary>
    public IReadOnlyList<string> CommunityId
    {
        get => Values(TrafficFilters.CommunityId);
        init => conditions = Replace(TrafficFilters.CommunityId, value);
    }

    /// <summary>Either side's address is in one of these countries, by their codes.</summary>
    public IReadOnlyList<string> Country
    {
        get => Values(TrafficFilters.Country);
        init => conditions = Replace(TrafficFilters.Country, value);
    }

    /// <summary>Either side's address is announced by one of these autonomous systems, as <c>AS15169</c>.</summary>
    public IReadOnlyList<string> AsNumber
    {
        get => Values(TrafficFilters.AsNumber);
        init => conditions = Replace(TrafficFilters.AsNumber, value);
    }

    /// <summary>Either side's address is suspicious.</summary>
    public bool Suspicious
    {
        get => Values(TrafficFilters.Suspicious).Count > 0;
        init => conditions = Replace(TrafficFilters.Suspicious, value ? ["true"] : []);
    }

    /// <summary>Whether it has no condition but those by these filters.</summary>
    public bool HasOnly(params IEnumerable<FilterKind> kinds) => conditions.All(condition => kinds.Contains(condition.Kind));

    /// <summary>The same with these values of a filter instead of those it has; none: without that filter.</summary>
    public TrafficFilter With<T>(FilterKind<T> kind, IReadOnlyList<T> values)
        where T : notnull => new(Replace(kind, values));

    /// <summary>The conditions that are by one of these filters.</summary>
    public TrafficFilter Only(Func<FilterKind, bool> kinds) => new([.. conditions.Where(condition => kinds(condition.Kind))]);

    private IReadOnlyList<T> Values<T>(FilterKind<T> kind)
        where T : notnull =>
        Array.Find(conditions, condition => condition.Kind == kind) is FilterCondition<T> found ? found.TypedValues : [];

    private T? Value<T>(FilterKind<T> kind)
        where T : struct => Values(kind) is [T value, ..] ? value : null;

    private FilterCondition[] Replace<T>(FilterKind<T> kind, IReadOnlyList<T> values)
        where T : notnull
    {
        IEnumerable<FilterCondition> others = conditions.Where(condition => condition.Kind != kind);
        return values.Count == 0 ? [.. others] : [.. others, new FilterCondition<T>(kind, values)];
    }
}
