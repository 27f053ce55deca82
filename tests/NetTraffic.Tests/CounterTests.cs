using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using NetTraffic.Testing;

namespace NetTraffic.Tests;

/// <summary>The table of counters, the records and the documents say the same.</summary>
public sealed class CounterTests
{
    // What CaptureStatus has of numbers that count nothing.
    private static readonly string[] NoCounters = ["ProcessId", "PacketRingSize", "PacketsPerSecond", "BitsPerSecond"];

    [Fact]
    public void Every_counter_of_a_status_has_a_row_and_the_other_way_round() => Assert.Equal(
        typeof(CaptureStatus).GetProperties().Where(property => property.PropertyType == typeof(long)).Select(property => property.Name)
            .Except(NoCounters).Order(StringComparer.Ordinal),
        CaptureCounters.All.Select(counter => counter.Property).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_counter_of_an_interval_has_a_row_and_the_other_way_round() => Assert.Equal(
        typeof(CaptureInterval).GetProperties().Where(property => property.PropertyType == typeof(long)).Select(property => property.Name)
            .Order(StringComparer.Ordinal),
        CaptureCounters.OfIntervals.Select(counter => counter.Property).Order(StringComparer.Ordinal));

    [Fact]
    public void A_row_reads_and_sets_the_property_that_it_names() => Assert.All(CaptureCounters.All, counter =>
    {
        CaptureStatus status = new();
        PropertyInfo property = typeof(CaptureStatus).GetProperty(counter.Property)!;
        counter.Set(status, 42);
        Assert.Equal((42L, 42L), ((long)property.GetValue(status)!, counter.Get(status)));
        Assert.All(CaptureCounters.All.Where(other => other != counter),
            other => Assert.Equal((other.Property, 0L), (other.Property, other.Get(status))));
    });

    [Fact]
    public void Interfaces_taken_together_and_what_came_since_are_by_each_counters_rule() =>
        Assert.All(CaptureCounters.OfIntervals, counter =>
    {
        (CaptureCounters first, CaptureCounters second) = (new CaptureCounters(), new CaptureCounters());
        counter.Set(first, 3);
        counter.Set(second, 10);
        Assert.Equal(counter.Merge == CounterMerge.Highest ? 10 : 13, counter.Get(CaptureCounters.Together([second, first])));
        Assert.Equal(counter.Merge == CounterMerge.Sum ? 7 : 10, counter.Get(second.Since(first)));
        CaptureStatus status = new() { WrittenRows = 5 };
        status.CopyFrom(second);
        Assert.Equal((10L, 5L), (counter.Get(status), status.WrittenRows));
    });

    [Fact]
    public void The_list_view_has_the_counters_that_are_to_be_there()
    {
        XDocument views = XDocument.Load(Path.Combine(Repository.Root, "module", "NetTraffic.Format.ps1xml"));
        XElement list = views.Descendants("View")
            .Single(view => view.Element("Name")!.Value == "CaptureStatus" && view.Element("ListControl") is not null);
        Dictionary<string, string> shown = list.Descendants("ListItem")
            .ToDictionary(item => item.Element("Label")!.Value, item => item.Element("ScriptBlock")?.Value ?? "", StringComparer.Ordinal);
        Assert.All(CaptureCounters.All, counter =>
        {
            string text = $"[NetTraffic.Display]::{(counter.Unit == CounterUnit.Bytes ? "Bytes" : "Count")}($_.{counter.Property})";
            Assert.Equal((counter.Places & CounterPlaces.List) != 0 ? text : null, shown.GetValueOrDefault(counter.Property));
        });
    }

    [Fact]
    public void The_page_about_InfluxDB_names_the_fields_of_net_capture()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "influxdb.md"));
        string row = Regex.Match(page, @"^\| `net_capture` \|[^|]*\|([^|]*)\|", RegexOptions.Multiline).Groups[1].Value;
        Assert.Equal(
            CaptureCounters.OfIntervals.Select(counter => counter.Name),
            Regex.Matches(row, "`([a-z_]+)`").Select(field => field.Groups[1].Value));
    }

    [Fact]
    public void The_dashboards_ask_for_counters_that_there_are()
    {
        string[] fields = [.. CaptureCounters.OfIntervals.Select(counter => counter.Name)];
        MatchCollection asked = Regex.Matches(
            string.Concat(Directory.GetFiles(Path.Combine(Repository.Root, "grafana", "dashboards"), "*.json").Select(File.ReadAllText)),
            @"SELECT (?<what>[^""]*(\\""[a-z_]+\\""[^""]*)+) FROM \\""net_capture\\""");
        Assert.NotEmpty(asked);
        Assert.All(asked, query => Assert.All(
            Regex.Matches(query.Groups["what"].Value, @"\(\\""(?<field>[a-z_]+)\\""\)"), field => Assert.Contains(field.Groups["field"].Value, fields)));
    }
}
