using System.Globalization;
using System.Runtime.InteropServices;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Influx;

/// <summary>
/// Makes points of what segments add up to. A point's time is its interval's start and less than a millisecond that stands for the segment,
/// counted from segment to segment: points of several segments do not overwrite each other, and who asks for times up to some millisecond
/// has all of an interval or nothing of it.
/// </summary>
internal sealed class RollupLines
{
    /// <summary>What all without a series of their own are added up under.</summary>
    public const string Other = "other";

    /// <summary>What has no address, and no application.</summary>
    public const string None = LineEncoder.NoValue;

    // Interfaces and protocols are few, but files can name as many as they like.
    private const int Interfaces = 128, Protocols = 300;

    // Nanoseconds that a segment's points can be after their interval's start: from 1 to this.
    private const long Offsets = 999_999;
    private const string OffsetState = "offset";
    private static readonly Counter[] CaptureFields =
        [.. CaptureCounters.OfIntervals.OrderBy(counter => counter.Name, StringComparer.Ordinal)];
    private readonly ForwarderOptions options;
    private readonly (string Name, SeriesSelector Selector)[] selectors;
    private readonly SeriesSelector sent, received, conversations, interfaces, protocols;

    private readonly Dictionary<string, EnrichmentCounts> told = new(StringComparer.Ordinal);

    // A count never gives two segments of a million the same one; it begins anywhere, for the sake of two stores of one sensor.
    private long offsets = Random.Shared.NextInt64(Offsets);

    public RollupLines(ForwarderOptions options)
    {
        this.options = options;

        // Each direction has an "other" of its own.
        int talkers = Math.Max(1, (options.Talkers / 2) - 1);
        sent = new SeriesSelector(talkers, talkers * options.NewSeriesPerHour);
        received = new SeriesSelector(talkers, talkers * options.NewSeriesPerHour);
        int pairs = Math.Max(1, options.Conversations - 1);
        conversations = new SeriesSelector(pairs, pairs * options.NewSeriesPerHour);
        interfaces = new SeriesSelector(Interfaces - 1, Interfaces * 4);
        protocols = new SeriesSelector(Protocols - 1, Protocols * 2);
        selectors =
        [
            ("sent", sent),
            ("received", received),
            ("conversations", conversations),
            ("interfaces", interfaces),
            ("protocols", protocols),
        ];
    }

    /// <summary>The state of the choices and the count of the offsets, as lines.</summary>
    public IEnumerable<string> Save() => selectors.SelectMany(pair => pair.Selector.Save().Select(line => $"{pair.Name}\t{line}"))
        .Append(string.Create(CultureInfo.InvariantCulture, $"{OffsetState}\t{offsets}"));

    /// <summary>Takes a state back.</summary>
    public void Restore(IEnumerable<string> lines)
    {
        ILookup<string, string> parts = lines.Where(line => line.Contains('\t'))
            .ToLookup(line => line[..line.IndexOf('\t')], line => line[(line.IndexOf('\t') + 1)..]);
        foreach ((string name, SeriesSelector selector) in selectors)
        {
            selector.Restore(parts[name]);
        }

        // A cursor of an earlier version has none.
        if (parts[OffsetState].FirstOrDefault() is { } kept)
        {
            offsets = long.Parse(kept, NumberStyles.None, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Appends the points of a segment.</summary>
    public void Add(LineEncoder lines, SegmentRollup rollup)
    {
        offsets = (offsets + 1) % Offsets;
        long offset = offsets + 1;
        AddTraffic(lines, rollup.Traffic, offset);
        AddTalkers(lines, rollup.Talkers, offset);
        AddConversations(lines, rollup.Conversations, offset);
        AddCaptures(lines, rollup.Captures, offset);
    }

    /// <summary>Appends the forwarder's own numbers.</summary>
    public void AddForward(LineEncoder lines, DateTime now, TimeSpan lag, long sentLines, long rejected, long pending)
    {
        lines.Begin("net_forward");
        lines.Tag("sensor", Clean(options.Sensor));
        lines.Field("lag_ms", (long)Math.Max(0, lag.TotalMilliseconds));
        lines.Field("lines", sentLines);
        lines.Field("pending_segments", pending);
        lines.Field("rejected", rejected);
        lines.End(Nanoseconds(now));
    }

    /// <summary>Appends what questions about addresses came to since the last time.</summary>
    public void AddEnrichment(LineEncoder lines, DateTime now)
    {
        foreach (string source in EnrichmentCounters.Names)
        {
            EnrichmentCounts counts = EnrichmentCounters.Of(source).Now;
            EnrichmentCounts news = counts - told.GetValueOrDefault(source);
            told[source] = counts;
            if (news == default)
            {
                continue;
            }

            lines.Begin("net_enrichment");
            lines.Tag("source", Clean(source));
            lines.Field("cache_hits", news.CacheHits);
            lines.Field("errors", news.Errors);
            lines.Field("hits", news.Hits);
            lines.Field("lookups", news.Lookups);
            lines.End(Nanoseconds(now));
        }
    }

    private void AddTraffic(LineEncoder lines, IReadOnlyList<TrafficRollup> rows, long offset)
    {
        foreach (IGrouping<(DateTime Time, string Sensor), TrafficRollup> interval in rows.GroupBy(row => (row.Time, Clean(row.Sensor))))
        {
            HashSet<string> chosenInterfaces = Choose(interfaces, interval.Key, interval, row => Clean(row.Interface), row => row.Bytes);
            HashSet<string> chosenProtocols = Choose(protocols, interval.Key, interval, row => Clean(row.Protocol), row => row.Bytes);
            Dictionary<(string Interface, string Protocol, string Application), Sums> sums = [];
            foreach (TrafficRollup row in interval)
            {
                string name = ChosenOrOther(chosenInterfaces, Clean(row.Interface)), protocol = ChosenOrOther(chosenProtocols,
                    Clean(row.Protocol));
                Add(sums, (name, protocol, Clean(row.Application ?? None)), row.Packets, row.Bytes, row.Flows);
            }

            foreach (((string name, string protocol, string application), Sums sum) in sums)
            {
                lines.Begin("net_traffic");
                lines.Tag("application", application);
                lines.Tag("interface", name);
                lines.Tag("protocol", protocol);
                lines.Tag("sensor", interval.Key.Sensor);
                EndPoint(lines, sum, interval.Key.Time, offset);
            }
        }
    }

    private void AddTalkers(LineEncoder lines, IReadOnlyList<TalkerRollup> rows, long offset)
    {
        foreach (IGrouping<(DateTime Time, string Sensor), TalkerRollup> interval in rows.GroupBy(row => (row.Time, Clean(row.Sensor))))
        {
            AddDirection(lines, sent, "sent", interval, offset, row => (row.SentPackets, row.SentBytes, row.SentFlows));
            AddDirection(lines, received, "received", interval, offset, row => (row.ReceivedPackets, row.ReceivedBytes, row.ReceivedFlows));
            if (options.Places is { } places)
            {
                AddCountries(lines, places, interval, offset);
            }
        }
    }

    /// <summary>
    /// Talkers by country, each direction for itself: a byte that was sent from one country was received in another, or in the same.
    /// Addresses that are in none (private ones, and frames without IP) are under "none", so that each direction is all of the traffic.
    /// </summary>
    private static void AddCountries(
        LineEncoder lines, IAddressPlaces places, IGrouping<(DateTime Time, string Sensor), TalkerRollup> interval, long offset)
    {
        Dictionary<(string Direction, string Country), Sums> sums = [];
        long asked = 0;
        long found = 0;
        foreach (TalkerRollup row in interval)
        {
            string country = None;
            if (row.Address is { } text && AddressText.TryParse(text, out IpAddress128 address, out byte version))
            {
                bool isPublic = SpecialAddress.IsPublic(address, version);
                country = places.CountryCode(address, version) ?? None;
                asked += isPublic ? 1 : 0;
                found += country == None ? 0 : 1;
            }

            Add(sums, ("sent", country), row.SentPackets, row.SentBytes, row.SentFlows);
            Add(sums, ("received", country), row.ReceivedPackets, row.ReceivedBytes, row.ReceivedFlows);
        }

        EnrichmentCounters.Of(EnrichmentCounters.GeoIp).Asked(asked, found);
        foreach (((string direction, string country), Sums sum) in sums)
        {
            if (sum.Packets == 0 && sum.Flows == 0)
            {
                continue;
            }

            lines.Begin("net_country");
            lines.Tag("country", country);
            lines.Tag("direction", direction);
            lines.Tag("sensor", interval.Key.Sensor);
            EndPoint(lines, sum, interval.Key.Time, offset);
        }
    }

    private void AddDirection(
        LineEncoder lines,
        SeriesSelector selector,
        string direction,
        IGrouping<(DateTime Time, string Sensor), TalkerRollup> interval,
        long offset,
        Func<TalkerRollup, (long Packets, long Bytes, long Flows)> numbers)
    {
        HashSet<string> chosen = Choose(
            selector,
            interval.Key,
            interval.Where(row => numbers(row) != default),
            row => Clean(row.Address ?? None),
            row => numbers(row).Bytes);
        Dictionary<string, Sums> sums = new(StringComparer.Ordinal);
        foreach (TalkerRollup row in interval)
        {
            (long packets, long bytes, long flows) = numbers(row);
            if (packets != 0 || bytes != 0 || flows != 0)
            {
                Add(sums, ChosenOrOther(chosen, Clean(row.Address ?? None)), packets, bytes, flows);
            }
        }

        foreach ((string address, Sums sum) in sums)
        {
            lines.Begin("net_talker");
            lines.Tag("address", address);
            lines.Tag("direction", direction);
            lines.Tag("sensor", interval.Key.Sensor);
            EndPoint(lines, sum, interval.Key.Time, offset);
        }
    }

    private void AddConversations(LineEncoder lines, IReadOnlyList<ConversationRollup> rows, long offset)
    {
        foreach (var interval in rows.GroupBy(row => (row.Time, Sensor: Clean(row.Sensor))))
        {
            static string Pair(ConversationRollup row) => $"{Clean(row.Source ?? None)}\n{Clean(row.Destination ?? None)}";
            HashSet<string> chosen = Choose(conversations, interval.Key, interval, Pair, row => row.Bytes);
            Dictionary<string, Sums> sums = new(StringComparer.Ordinal);
            foreach (ConversationRollup row in interval)
            {
                Add(sums, chosen.Contains(Pair(row)) ? Pair(row) : $"{Other}\n{Other}", row.Packets, row.Bytes, row.Flows);
            }

            foreach ((string pair, Sums sum) in sums)
            {
                int middle = pair.IndexOf('\n');
                lines.Begin("net_conversation");
                lines.Tag("destination", pair.AsSpan(middle + 1));
                lines.Tag("sensor", interval.Key.Sensor);
                lines.Tag("source", pair.AsSpan(0, middle));
                EndPoint(lines, sum, interval.Key.Time, offset);
            }
        }
    }

    private void AddCaptures(LineEncoder lines, IReadOnlyList<CaptureInterval> rows, long offset)
    {
        long width = options.Interval.Ticks;
        DateTime Floor(DateTime time) => time.AddTicks(-(((time - DateTime.UnixEpoch).Ticks % width + width) % width));
        foreach (var interval in rows.GroupBy(row => (Time: Floor(row.Time), Sensor: Clean(row.Sensor))))
        {
            HashSet<string> chosenInterfaces = Choose(interfaces, interval.Key, interval, row => Clean(row.Interface), row => row.Bytes);
            foreach (var part in interval.GroupBy(row => ChosenOrOther(chosenInterfaces, Clean(row.Interface))))
            {
                lines.Begin("net_capture");
                lines.Tag("interface", part.Key);
                lines.Tag("sensor", interval.Key.Sensor);

                foreach (Counter counter in CaptureFields)
                {
                    lines.Field(counter.Name, Merge(counter, part));
                }

                lines.End(Nanoseconds(interval.Key.Time) + offset);
            }
        }
    }

    private static long Merge(Counter counter, IEnumerable<CaptureInterval> rows) => counter.Merge switch
    {
        CounterMerge.Sum => rows.Sum(counter.Get),
        CounterMerge.Newest => rows.GroupBy(row => (row.CaptureId, row.Interface)).Sum(one => counter.Get(one.MaxBy(row => row.Time)!)),
        _ => rows.Max(counter.Get),
    };

    private HashSet<string> Choose<T>(
        SeriesSelector selector, (DateTime Time, string Sensor) interval, IEnumerable<T> rows, Func<T, string> name, Func<T, long> bytes)
    {
        Dictionary<string, long> totals = new(StringComparer.Ordinal);
        foreach (T row in rows)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(totals, name(row), out _) += bytes(row);
        }

        return selector.Select(interval.Sensor, interval.Time, options.Interval, totals);
    }

    private static void Add<TKey>(Dictionary<TKey, Sums> sums, TKey key, long packets, long bytes, long flows)
        where TKey : notnull
    {
        ref Sums sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, key, out _);
        sum.Packets += packets;
        sum.Bytes += bytes;
        sum.Flows += flows;
    }

    private static void EndPoint(LineEncoder lines, Sums sum, DateTime time, long offset)
    {
        lines.Field("bytes", sum.Bytes);
        lines.Field("flows", sum.Flows);
        lines.Field("packets", sum.Packets);
        lines.End(Nanoseconds(time) + offset);
    }

    private static string ChosenOrOther(HashSet<string> chosen, string name) => chosen.Contains(name) ? name : Other;

    /// <summary>A name as the encoder leaves it: names that become the same are added up here, so that no point hides another.</summary>
    internal static string Clean(string name) => name.Length == 0 ? None : LineText.Clean(name);

    private static long Nanoseconds(DateTime time) => LineEncoder.ToNanoseconds(time);

    private struct Sums
    {
        public long Packets, Bytes, Flows;
    }
}
