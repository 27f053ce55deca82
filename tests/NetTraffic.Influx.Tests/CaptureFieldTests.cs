using System.Globalization;

namespace NetTraffic.Influx.Tests;

/// <summary>What becomes of counters in InfluxDB.</summary>
public sealed class CaptureFieldTests
{
    private static readonly DateTime Begin = new(2026, 11, 28, 10, 0, 0, DateTimeKind.Utc);

    public static TheoryData<string> Names => [.. CaptureCounters.OfIntervals.Select(counter => counter.Property)];

    /// <summary>
    /// Two interfaces without series of their own in one point: counts are added up, of states the newest of each or the highest.
    /// </summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_counter_becomes_a_field_by_its_rule(string name)
    {
        Counter counter = CaptureCounters.OfIntervals.Single(row => row.Property == name);
        CaptureInterval[] rows = [Row("eth0", 0, 1), Row("eth0", 5, 20), Row("eth0", 2, 300)];
        LineEncoder lines = new();
        new RollupLines(new ForwarderOptions { Sensor = "s", Interval = TimeSpan.FromSeconds(10) })
            .Add(lines, new SegmentRollup { Captures = rows });
        Point point = LineParser.Read(lines.Written, countBackslashes: false).Single(found => found.Measurement == "net_capture");
        string value = point.Fields.Single(field => field.Key == counter.Name).Value;
        Assert.Equal(
            counter.Merge switch { CounterMerge.Sum => 321, CounterMerge.Newest => 20, _ => 300 },
            long.Parse(value.TrimEnd('i'), CultureInfo.InvariantCulture));

        CaptureInterval Row(string interfaceName, int second, long count)
        {
            CaptureInterval row = new()
            {
                CaptureId = "c",
                Sensor = "s",
                Interface = interfaceName,
                Time = Begin.AddSeconds(second),
                EndTime = Begin.AddSeconds(second + 1)
            };
            counter.Set(row, count);
            return row;
        }
    }
}
