using System.Globalization;
using System.Text;

namespace NetTraffic.Influx.Tests;

/// <summary>Where in its interval a segment's points lie.</summary>
public sealed class OffsetTests
{
    private const long Millisecond = 1_000_000;
    private static readonly DateTime Interval = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    private static readonly SegmentRollup One = new()
    {
        Traffic = [new TrafficRollup(Interval, "s", "eth0", "TCP", null, 1, 1, 0)],
    };

    [Fact]
    public void Who_asks_up_to_any_millisecond_has_all_of_an_interval_or_nothing()
    {
        RollupLines rollups = new(new ForwarderOptions { Sensor = "s" });
        Assert.All(Enumerable.Range(0, 2000).Select(_ => Offset(rollups)), offset => Assert.InRange(offset, 1, Millisecond - 1));
    }

    [Fact]
    public void Segments_keep_apart_also_when_another_process_goes_on()
    {
        ForwarderOptions options = new() { Sensor = "s" };
        RollupLines rollups = new(options);
        HashSet<long> seen = [];
        for (int i = 0; i < 20_000; i++)
        {
            if (i % 1000 == 999)
            {
                RollupLines next = new(options);
                next.Restore(rollups.Save());
                rollups = next;
            }

            Assert.True(seen.Add(Offset(rollups)), $"Segment {i} overwrites another one's points.");
        }
    }

    private static long Offset(RollupLines rollups)
    {
        LineEncoder lines = new();
        rollups.Add(lines, One);
        string line = Encoding.UTF8.GetString(lines.Written.Span).TrimEnd('\n');
        long time = long.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
        return time - LineEncoder.ToNanoseconds(Interval);
    }
}
