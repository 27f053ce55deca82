using System.Globalization;
using NetTraffic.Packets;

namespace NetTraffic.Influx.Tests;

/// <summary>An hour in which a million addresses, none of them twice, send to a server that is known.</summary>
public sealed class FloodTests
{
    private const int Addresses = 1_000_000, Intervals = 360, ServerBytes = 5_000_000;
    private static readonly DateTime Hour = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    /// <param name="even">All of them with as many bytes as the next; else with any number up to 1,500.</param>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_million_addresses_make_a_bounded_number_of_series_and_lose_no_byte(bool even)
    {
        ForwarderOptions options = new();
        int talkers = options.Talkers, perHour = options.NewSeriesPerHour * options.Talkers;
        RollupLines rollups = new(options);
        LineEncoder encoder = new();
        Random random = new(7);
        HashSet<string> series = new(StringComparer.Ordinal);
        Dictionary<string, (long Packets, long Bytes, long Flows)> sums = new(StringComparer.Ordinal);
        long bytes = 0;
        int sender = 0, withServer = 0;
        for (int interval = 0; interval < Intervals; interval++)
        {
            DateTime time = Hour + (interval * options.Interval);
            int end = (int)((interval + 1L) * Addresses / Intervals);
            List<TalkerRollup> rows = new(end - sender + 1);
            long received = ServerBytes;
            for (; sender < end; sender++)
            {
                // An odd factor makes all 32-bit numbers differ that differ before.
                string address = IpAddress128.FromIPv4(unchecked((uint)sender * 2654435761u)).ToString(4);
                int size = even ? 60 : random.Next(60, 1_500);
                received += size;
                rows.Add(new TalkerRollup(time, "probe", address, 1, size, 0, 0, 1, 0));
            }

            // It sends to itself as well, so that it is established in both directions.
            rows.Add(new TalkerRollup(time, "probe", "server", 1, ServerBytes, rows.Count + 1, received, 1, rows.Count + 1));
            bytes += received;

            encoder.Clear();
            rollups.Add(encoder, new SegmentRollup { Talkers = rows });
            if (interval % 90 == 89)
            {
                // Another process goes on from what was kept.
                List<string> kept = [.. rollups.Save()];
                Assert.InRange(kept.Count, 1, 10 * talkers);
                rollups = new RollupLines(options);
                rollups.Restore(kept);
            }

            int before = series.Count, lines = 0;
            foreach (Point point in LineParser.Read(encoder.Written, countBackslashes: false))
            {
                Dictionary<string, string> tags = new(point.Tags, StringComparer.Ordinal);
                Dictionary<string, long> fields = point.Fields.ToDictionary(f => f.Key,
                    f => long.Parse(f.Value.TrimEnd('i'), CultureInfo.InvariantCulture), StringComparer.Ordinal);
                series.Add($"{tags["direction"]} {tags["address"]}");
                (long p, long b, long f) = sums.GetValueOrDefault(tags["direction"]);
                sums[tags["direction"]] = (p + fields["packets"], b + fields["bytes"], f + fields["flows"]);
                withServer += tags["address"] == "server" ? 1 : 0;
                lines++;
            }

            Assert.InRange(lines, 3, talkers); // the server twice, and "other"
            Assert.InRange(series.Count - before, 0, talkers + 1);
        }

        Assert.InRange(series.Count, talkers / 2, perHour);
        Assert.Equal(2 * Intervals, withServer);
        Assert.Equal((Addresses + Intervals, bytes, Addresses + Intervals), sums["sent"]);
        Assert.Equal((Addresses + Intervals, bytes, Addresses + Intervals), sums["received"]);
    }
}
