using System.Text;
using NetTraffic.Packets;

namespace NetTraffic.Influx.Tests;

/// <summary>Traffic by country: each direction is all of the traffic, and no byte is in it twice.</summary>
public sealed class CountryTests
{
    private static readonly DateTime Interval = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Each_direction_adds_up_to_the_traffic()
    {
        // 8.8.8.8 and 8.8.4.4 are in one country and talk to each other as well as to a private address.
        SegmentRollup rollup = new()
        {
            Talkers =
            [
                new TalkerRollup(Interval, "s", "8.8.8.8", 10, 1000, 4, 400, 1, 0),
                new TalkerRollup(Interval, "s", "8.8.4.4", 3, 300, 5, 500, 0, 1),
                new TalkerRollup(Interval, "s", "192.168.1.1", 1, 100, 5, 500, 1, 1),
                new TalkerRollup(Interval, "s", null, 2, 120, 2, 120, 1, 1),
            ],
        };
        LineEncoder lines = new();
        new RollupLines(new ForwarderOptions { Sensor = "s", Places = new EightIsUs() }).Add(lines, rollup);
        string[] countries = [.. Encoding.UTF8.GetString(lines.Written.Span).Split('\n').Where(line => line.StartsWith("net_country"))
            .Select(line => line[..line.LastIndexOf(' ')]).Order(StringComparer.Ordinal)];
        Assert.Equal(
            [
                "net_country,country=US,direction=received,sensor=s bytes=900i,flows=1i,packets=9i",
                "net_country,country=US,direction=sent,sensor=s bytes=1300i,flows=1i,packets=13i",
                "net_country,country=none,direction=received,sensor=s bytes=620i,flows=2i,packets=7i",
                "net_country,country=none,direction=sent,sensor=s bytes=220i,flows=2i,packets=3i",
            ],
            countries);
    }

    [Fact]
    public void Without_tables_nothing_is_sent_by_country()
    {
        LineEncoder lines = new();
        new RollupLines(new ForwarderOptions { Sensor = "s" }).Add(
            lines, new SegmentRollup { Talkers = [new TalkerRollup(Interval, "s", "8.8.8.8", 1, 1, 1, 1, 1, 1)] });
        Assert.DoesNotContain("net_country", Encoding.UTF8.GetString(lines.Written.Span));
    }

    [Fact]
    public void What_questions_came_to_is_sent_once()
    {
        string source = $"test-{Guid.NewGuid():N}";
        RollupLines rollups = new(new ForwarderOptions { Sensor = "s" });
        EnrichmentCounters.Of(source).Asked(5, 3);
        EnrichmentCounters.Of(source).Failed();
        EnrichmentCounters.Of(source).Remembered(found: true);
        Assert.Equal("cache_hits=1i,errors=1i,hits=4i,lookups=7i", Fields());
        Assert.Null(Fields());
        EnrichmentCounters.Of(source).Asked(1, 0);
        Assert.Equal("cache_hits=0i,errors=0i,hits=0i,lookups=1i", Fields());

        string? Fields()
        {
            LineEncoder lines = new();
            rollups.AddEnrichment(lines, Interval);
            return Encoding.UTF8.GetString(lines.Written.Span).Split('\n').SingleOrDefault(line => line.Contains(source))?.Split(' ')[1];
        }
    }

    private sealed class EightIsUs : IAddressPlaces
    {
        public string? CountryCode(in IpAddress128 address, byte ipVersion) => (address.Low & 0xFF00_0000) == 0x0800_0000 ? "US" : null;

        public long? AsNumber(in IpAddress128 address, byte ipVersion) => null;

        public string? Organization(in IpAddress128 address, byte ipVersion) => null;
    }
}
