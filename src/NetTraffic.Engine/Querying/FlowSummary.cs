namespace NetTraffic.Engine;

/// <summary>
/// Sums up flows that do not come from a query of the store: what a pipeline filtered, or what a file holds. Gives what the store's own
/// summary gives for the same flows. Memory grows with the keys, not with the flows.
/// </summary>
public sealed class FlowSummary
{
    private const string NoName = "(none)";
    private readonly SummaryKey by;
    private readonly IAddressFacts? facts;
    private readonly Dictionary<string, Sums> groups = new(StringComparer.Ordinal);
    private readonly Sums total = new();
    private readonly HashSet<string> sources = new(StringComparer.Ordinal);
    private readonly HashSet<string> destinations = new(StringComparer.Ordinal);
    private readonly HashSet<string> captures = new(StringComparer.Ordinal);
    private long retransmissions;

    /// <summary>Begins with nothing.</summary>
    /// <param name="by">What to group by; <see cref="SummaryKey.None"/>: only the totals.</param>
    /// <param name="facts">What is known of addresses; needed where that is what flows are grouped by.</param>
    public FlowSummary(SummaryKey by, IAddressFacts? facts = null)
    {
        this.by = by;
        if (AddressFacts.Of(by) is { } fact)
        {
            this.facts = facts ?? throw new ArgumentNullException(nameof(facts));
            AddressFacts.Require(this.facts, fact);
        }
    }

    /// <summary>Adds a flow, or a row of one.</summary>
    public void Add(Flow flow)
    {
        ArgumentNullException.ThrowIfNull(flow);
        total.Add(flow, flow.SourceBytes, flow.DestinationBytes);
        switch (by)
        {
            case SummaryKey.None:
                AddTotals(flow);
                break;
            case SummaryKey.Address:
                AddAddresses(flow);
                break;
            case SummaryKey.Country or SummaryKey.AsNumber or SummaryKey.Organization:
                AddFacts(flow);
                break;
            default:
                // Bytes sent from the key's side.
                (long sent, long received) = SourceSide(by, flow)
                    ? (flow.SourceBytes, flow.DestinationBytes)
                    : (flow.DestinationBytes, flow.SourceBytes);
                Group(Key(by, flow)).Add(flow, sent, received);
                break;
        }
    }

    /// <summary>Whether a row of a summary counts a flow, as far as its key says.</summary>
    /// <param name="item">The row.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="facts">What is known of addresses; needed where that is the row's key.</param>
    public static bool Counts(TrafficSummaryItem item, Flow flow, IAddressFacts? facts)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(flow);
        if (AddressFacts.Of(item.By) is { } fact)
        {
            ArgumentNullException.ThrowIfNull(facts);
            return Display.Text(AddressFacts.Text(facts, fact, flow.SourceAddress) ?? NoName) == item.Name
                || Display.Text(AddressFacts.Text(facts, fact, flow.DestinationAddress) ?? NoName) == item.Name;
        }

        return item.By switch
        {
            SummaryKey.None => true,
            SummaryKey.Address => (flow.SourceAddress ?? NoName) == item.Name
                || (flow.DestinationAddress is not null && flow.DestinationAddress == item.Name),
            _ => Display.Text(Key(item.By, flow) is { Length: > 0 } key ? key : NoName) == item.Name,
        };
    }

    /// <summary>The totals. What captures dropped and could not decode is not in the flows, and stays null.</summary>
    public TrafficSummary Total() => new()
    {
        StartTime = total.Rows == 0 ? null : total.Start,
        EndTime = total.Rows == 0 ? null : total.End,
        Packets = total.Packets,
        Bytes = total.Bytes,
        Flows = total.Flows,
        SourceAddresses = sources.Count,
        DestinationAddresses = destinations.Count,
        Captures = captures.Count,
        Retransmissions = retransmissions,
        DroppedPackets = null,
        DecodeFailures = null,
    };

    /// <summary>The largest groups by bytes, largest first.</summary>
    public IReadOnlyList<TrafficSummaryItem> Largest(int top) =>
    [
        .. groups.OrderByDescending(group => group.Value.Bytes).ThenBy(group => group.Key.Length == 0)
            .ThenBy(group => group.Key, StringComparer.Ordinal).Take(top)
            .Select(group => new TrafficSummaryItem
            {
                By = by,
                Name = group.Key.Length == 0 ? NoName : group.Key,
                Packets = group.Value.Packets,
                Bytes = group.Value.Bytes,
                Flows = group.Value.Flows,
                Percent = total.Bytes == 0 ? 0 : Math.Round(100.0 * group.Value.Bytes / total.Bytes, 4),
                SentBytes = group.Value.Sent,
                ReceivedBytes = group.Value.Received,
                StartTime = group.Value.Start,
                EndTime = group.Value.End,
            }),
    ];

    private void AddTotals(Flow flow)
    {
        retransmissions += (long)flow.SourceRetransmissions + flow.DestinationRetransmissions;
        AddName(sources, flow.SourceAddress);
        AddName(destinations, flow.DestinationAddress);
        AddName(captures, flow.CaptureId);
    }

    private static void AddName(HashSet<string> names, string? name)
    {
        if (!string.IsNullOrEmpty(name))
        {
            names.Add(name);
        }
    }

    /// <summary>An address counts with what it sent and what it received; what a host says to itself counts once, as both.</summary>
    private void AddAddresses(Flow flow)
    {
        bool itself = flow.SourceAddress is not null && flow.SourceAddress == flow.DestinationAddress;
        Group(flow.SourceAddress).Add(flow, itself ? flow.Bytes : flow.SourceBytes, itself ? flow.Bytes : flow.DestinationBytes);
        if (flow.DestinationAddress is not null && !itself)
        {
            Group(flow.DestinationAddress).Add(flow, flow.DestinationBytes, flow.SourceBytes);
        }
    }

    /// <summary>Both ends' facts, as an address's: what stays within a country counts once, as sent and as received.</summary>
    private void AddFacts(Flow flow)
    {
        AddressFact fact = AddressFacts.Of(by)!.Value;
        string? source = AddressFacts.Text(facts!, fact, flow.SourceAddress);
        string? destination = AddressFacts.Text(facts!, fact, flow.DestinationAddress);
        bool itself = source == destination;
        Group(source).Add(flow, itself ? flow.Bytes : flow.SourceBytes, itself ? flow.Bytes : flow.DestinationBytes);
        if (!itself)
        {
            Group(destination).Add(flow, flow.DestinationBytes, flow.SourceBytes);
        }
    }

    private static bool SourceSide(SummaryKey by, Flow flow) => by switch
    {
        SummaryKey.DestinationAddress or SummaryKey.DestinationPort => false,
        SummaryKey.Conversation =>
            flow.SourceAddress is not null && string.CompareOrdinal(flow.SourceAddress, flow.DestinationAddress) <= 0,
        _ => true,
    };

    private static string? Key(SummaryKey by, Flow flow) => by switch
    {
        SummaryKey.Protocol => flow.Protocol,
        SummaryKey.Application => flow.Application,
        SummaryKey.SourceAddress => flow.SourceAddress,
        SummaryKey.DestinationAddress => flow.DestinationAddress,
        SummaryKey.Conversation => flow.SourceAddress is null || flow.DestinationAddress is null ? null
            : SourceSide(by, flow) ? $"{flow.SourceAddress} <-> {flow.DestinationAddress}" : $"{flow.DestinationAddress} <-> "
                + $"{flow.SourceAddress}",
        SummaryKey.DestinationPort =>
            flow.DestinationPort is { } port
                ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{port}/{flow.Protocol.ToLowerInvariant()}")
                : null,
        SummaryKey.Interface => flow.Interface,
        SummaryKey.Sensor => flow.Sensor,
        SummaryKey.Capture => flow.CaptureId,
        _ => throw new InvalidOperationException($"There is no key {by}."),
    };

    private Sums Group(string? key)
    {
        if (!groups.TryGetValue(key ?? "", out Sums? sums))
        {
            groups.Add(key ?? "", sums = new Sums());
        }

        return sums;
    }

    private sealed class Sums
    {
        /// <summary>Flows that may come in several rows. Whole ones, as nearly all are, need no remembering.</summary>
        private HashSet<ulong>? parts;
        private long whole;

        public long Rows { get; private set; }

        public long Packets { get; private set; }

        public long Bytes { get; private set; }

        public long Sent { get; private set; }

        public long Received { get; private set; }

        public DateTime Start { get; private set; } = DateTime.MaxValue;

        public DateTime End { get; private set; } = DateTime.MinValue;

        public long Flows => whole + (parts?.Count ?? 0);

        public void Add(Flow flow, long sent, long received)
        {
            Rows++;
            Packets += flow.Packets;
            Bytes += flow.Bytes;
            Sent += sent;
            Received += received;

            // Local times repeat an hour where clocks change.
            DateTime time = flow.Time.ToUniversalTime();
            DateTime end = flow.EndTime.ToUniversalTime();
            Start = time < Start ? time : Start;
            End = end > End ? end : End;
            if (flow.FlowId == 0 || (flow.EndReason is not null && time == flow.StartTime.ToUniversalTime()))
            {
                whole++;
            }
            else
            {
                (parts ??= []).Add(flow.FlowId);
            }
        }
    }
}
