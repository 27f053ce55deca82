using System.Text;
using System.Text.Json;
using NetTraffic.Engine;
using NetTraffic.Packets;
using NetTraffic.Server.Questions;
using NetTraffic.Testing;

namespace NetTraffic.Server.Tests;

/// <summary>The API answers what the store does, under the words of the tables.</summary>
public sealed class QuestionTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal)
    {
        ["Address"] = "192.168.0.0/16,2001:db8::/32",
        ["Port"] = "443,53",
        ["Protocol"] = "udp",
        ["Application"] = "https",
        ["Since"] = "2026-03-01T10:00:00Z",
        ["Until"] = "2026-06-01T10:00:00Z",
        ["PeerAddress"] = "10.0.2.0/24",
        ["Country"] = "DE,US",
        ["AsNumber"] = "AS54113",
        ["Suspicious"] = "true",
    };

    public static TheoryData<string> Filters() => [.. TrafficFilters.All.Select(kind => kind.Name)];

    public static TheoryData<SummaryKey> Keys() => [.. Enum.GetValues<SummaryKey>().Where(key => key != SummaryKey.None)];

    [Fact]
    public async Task The_newest_captures_are_the_first_of_all()
    {
        JsonElement[] all = [.. (await server.GetAsync("/api/captures")).EnumerateArray()];
        Assert.True(all.Length >= 2);
        Assert.Equal(all[..1].Select(one => one.GetRawText()),
            (await server.GetAsync("/api/captures?top=1")).EnumerateArray().Select(one => one.GetRawText()));
        Assert.Equal(400, (await server.FailAsync(HttpMethod.Get, "/api/captures?top=0")).Status);
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task A_filter_of_the_table_is_a_parameter_and_asks_the_same(string name)
    {
        using ITrafficStore store = TrafficEngine.OpenStore(server.StorePath);
        FilterKind kind = TrafficFilters.Find(name)!;
        Flow some = store.GetFlows(new TrafficFilter(), 1, false, Stop).Single();
        string value = Values.GetValueOrDefault(name)
            ?? (name == "CaptureId" ? some.CaptureId : name == "FlowId" ? $"{some.FlowId}" : some.CommunityId!);
        TrafficFilter filter = kind.AddTo(new TrafficFilter(),
            name is "Since" or "Until" ? [DateTime.Parse(value).ToUniversalTime()]
            : name == "Suspicious" ? [true] : value.Split(','));
        string query = $"{QueryReader.ParameterOf(kind)}={Uri.EscapeDataString(value)}";
        if (await SameRefusalAsync(() => store.GetSummary(filter, Stop), $"/api/stats/summary?{query}"))
        {
            return;
        }

        TrafficSummary wanted = store.GetSummary(filter, Stop);
        JsonElement total = (await server.GetAsync($"/api/stats/summary?{query}")).GetProperty("Total");
        Assert.Equal((wanted.Packets, wanted.Bytes, wanted.Flows),
            (total.GetProperty("Packets").GetInt64(), total.GetProperty("Bytes").GetInt64(), total.GetProperty("Flows").GetInt64()));
        JsonElement flows = await server.GetAsync($"/api/flows?top=10000&{query}");
        Assert.Equal(wanted.Flows, flows.GetProperty("Items").GetArrayLength());
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task A_summary_by_a_key_is_that_of_the_store(SummaryKey key)
    {
        using ITrafficStore store = TrafficEngine.OpenStore(server.StorePath);
        if (await SameRefusalAsync(() => store.GetSummary(key, 5, null, new TrafficFilter(), Stop), $"/api/stats/summary?by={key}"))
        {
            return;
        }

        IReadOnlyList<TrafficSummaryItem> wanted = store.GetSummary(key, 5, null, new TrafficFilter(), Stop);
        JsonElement answer = await server.GetAsync($"/api/stats/summary?by={key}&top=5");
        Assert.Equal(wanted.Select(item => (item.Name, item.Packets, item.Bytes, item.Flows)), answer.GetProperty("Items").EnumerateArray()
            .Select(item => (item.GetProperty("Name").GetString()!, item.GetProperty("Packets").GetInt64(),
                item.GetProperty("Bytes").GetInt64(), item.GetProperty("Flows").GetInt64())));
        Assert.Equal(store.GetSummary(key, 6, null, new TrafficFilter(), Stop).Count > 5, answer.GetProperty("HasMore").GetBoolean());
    }

    [Fact]
    public void A_packet_has_all_that_the_cmdlets_has_but_its_bytes() => Assert.Equal(
        typeof(NetPacket).GetProperties().Select(property => property.Name)
            .Except([nameof(NetPacket.Data), nameof(NetPacket.Packet)]).Order(),
        typeof(Api.PacketRow).GetProperties().Select(property => property.Name).Order());

    [Fact]
    public async Task A_time_series_has_no_gaps()
    {
        using ITrafficStore store = TrafficEngine.OpenStore(server.StorePath);
        TrafficSummary all = store.GetSummary(new TrafficFilter { Protocol = ["TCP"] }, Stop);
        JsonElement answer = await server.GetAsync("/api/stats/summary?protocol=tcp&by=Protocol&interval=1d");
        JsonElement[] points = [.. answer.GetProperty("Items").EnumerateArray()];
        Assert.Equal(all.Bytes, points.Sum(point => point.GetProperty("Bytes").GetInt64()));
        Assert.All(points.Zip(points.Skip(1)), pair => Assert.Equal(TimeSpan.FromDays(1),
            pair.Second.GetProperty("Time").GetDateTime() - pair.First.GetProperty("Time").GetDateTime()));
    }

    [Theory]
    [InlineData(false, 7)]
    [InlineData(false, 31)]
    [InlineData(true, 5)]
    public async Task Pages_have_every_flow_once_in_the_stores_order(bool perInterval, int top)
    {
        using ITrafficStore store = TrafficEngine.OpenStore(server.StorePath);
        string[] wanted = [.. store.GetFlows(new TrafficFilter(), null, perInterval, Stop).Select(flow =>
            $"{flow.FlowId} {flow.Bytes} {flow.EndTime.ToUniversalTime():O}")];
        Assert.NotEmpty(wanted);
        List<string> found = [];
        string? next = "";
        while (next is not null)
        {
            JsonElement page = await server.GetAsync($"/api/flows?top={top}&perInterval={(perInterval ? "true" : "false")}"
                + (next.Length > 0 ? $"&cursor={next}" : ""));
            found.AddRange(page.GetProperty("Items").EnumerateArray().Select(flow =>
                $"{flow.GetProperty("FlowId").GetString()} {flow.GetProperty("Bytes").GetInt64()} "
                + $"{flow.GetProperty("EndTime").GetDateTime().ToUniversalTime():O}"));
            next = page.GetProperty("Next").GetString();
        }

        Assert.Equal(wanted, found);
    }

    [Fact]
    public async Task Flows_are_written_as_an_export_writes_them()
    {
        JsonElement flow = (await server.GetAsync("/api/flows?top=1&protocol=tcp")).GetProperty("Items")[0];
        string id = flow.GetProperty("FlowId").GetString()!;
        string line = await server.Client.GetStringAsync(new Uri($"/api/data/export/json?flowId={id}", UriKind.Relative), Stop);
        JsonElement exported = JsonDocument.Parse(line.Trim()).RootElement;
        Assert.All(exported.EnumerateObject(), field => Assert.Equal(
            (field.Name, field.Value.ToString()), (field.Name, flow.GetProperty(field.Name).ToString())));
    }

    [Theory]
    [InlineData("csv", ExportFormat.Csv, "", false)]
    [InlineData("json", ExportFormat.Json, "", false)]
    [InlineData("json", ExportFormat.Json, "asArray=true&protocol=udp", true)]
    public async Task Exports_are_those_of_the_cmdlet_to_the_byte(string name, ExportFormat format, string query, bool asArray)
    {
        using ITrafficStore store = TrafficEngine.OpenStore(server.StorePath);
        using MemoryStream wanted = new();
        TrafficFilter filter = new() { Protocol = query.Contains("udp", StringComparison.Ordinal) ? ["UDP"] : [] };
        DatasetExport.Write(Datasets.Flows, store.GetFlows(filter, null, false, Stop), format, asArray, wanted, null, Stop);
        using HttpResponseMessage answer = await server.Client.GetAsync(
            new Uri($"/api/data/export/{name}?{query}", UriKind.Relative), Stop);
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal(Encoding.UTF8.GetString(wanted.ToArray()), await answer.Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task A_parquet_export_has_the_rows()
    {
        byte[] file = await server.Client.GetByteArrayAsync(new Uri("/api/data/export/parquet?protocol=udp", UriKind.Relative), Stop);
        Assert.Equal("PAR1", Encoding.ASCII.GetString(file[..4]));
        Assert.Equal("PAR1", Encoding.ASCII.GetString(file[^4..]));
        Assert.Empty(Directory.GetFiles(StoreFiles.TemporaryFolder(server.StorePath)));
    }

    [Fact]
    public async Task A_pcap_export_is_a_capture_with_the_packets_of_the_rings()
    {
        using ITrafficStore store = TrafficEngine.OpenStore(server.StorePath);
        byte[] file = await server.Client.GetByteArrayAsync(new Uri("/api/data/export/pcap?protocol=udp", UriKind.Relative), Stop);
        using ScratchFolder folder = new();
        string path = folder.Write("packets.pcapng", file);
        long wanted = 0, found = 0;
        TrafficEngine.ReadPackets(store, new PacketQuery { Filter = new TrafficFilter { Protocol = ["UDP"] } },
            (in RawPacket _, in DecodedPacket _, in PacketOrigin _) => ++wanted > 0, Stop);
        TrafficEngine.ReadPackets(path, new PacketQuery(), (in RawPacket _, in DecodedPacket _, in PacketOrigin _) => ++found > 0, Stop);
        Assert.Equal(wanted, found);
        Assert.True(found > 0);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task Packets_come_in_pages_each_once_by_time(int top)
    {
        using ITrafficStore store = TrafficEngine.OpenStore(server.StorePath);
        List<long> wanted = [];
        TrafficEngine.ReadPackets(store, new PacketQuery { Filter = new TrafficFilter { Protocol = ["UDP"] } },
            (in RawPacket packet, in DecodedPacket _, in PacketOrigin _) =>
            {
                wanted.Add(packet.TimestampNs);
                return true;
            },
            Stop);
        List<long> found = [];
        string? next = "";
        while (next is not null)
        {
            JsonElement page = await server.GetAsync($"/api/packets?protocol=udp&top={top}" + (next.Length > 0 ? $"&cursor={next}" : ""));
            found.AddRange(page.GetProperty("Items").EnumerateArray().Select(packet => packet.GetProperty("TimestampNs").GetInt64()));
            next = page.GetProperty("Next").GetString();
        }

        Assert.Equal(wanted.Order(), found);
    }

    [Theory]
    [InlineData("/api/flows?protokol=tcp", 400, "BadArgument", "protocol")]
    [InlineData("/api/flows?protocol=nonsense", 400, null, null)]
    [InlineData("/api/flows?address=300.1.1.1", 400, null, null)]
    [InlineData("/api/flows?address=", 400, "BadArgument", null)]
    [InlineData("/api/flows?cursor=AAAA", 400, "BadArgument", "cursor|Next")]
    [InlineData("/api/flows?top=0", 400, "BadArgument", "1 to")]
    [InlineData("/api/flows?since=2026-03-01T12:00:00", 400, null, "Z")]
    [InlineData("/api/flows?last=1h&since=2026-03-01T12:00:00Z", 400, "ConflictingTimes", null)]
    [InlineData("/api/flows?since=2026-03-02T12:00:00Z&until=2026-03-01T12:00:00Z", 400, "EmptyTimeRange", null)]
    [InlineData("/api/stats/summary?by=Colour", 400, "BadArgument", "Protocol")]
    [InlineData("/api/stats/summary?interval=1us", 400, null, null)]
    [InlineData("/api/packets?filter=not+a+filter", 400, "BadFilter", null)]
    [InlineData("/api/packets?country=DE", 400, "BadArgument", null)]
    [InlineData("/api/captures/20260101T000000-000000", 404, "CaptureNotFound", null)]
    [InlineData("/api/captures/..%2f..%2fetc", 404, null, null)]
    [InlineData("/api/enrichment/jobs/1", 404, "JobNotFound", null)]
    [InlineData("/api/data/export/csv?dataset=secrets", 400, "BadArgument", "flows")]
    [InlineData("/api/data/export/csv?dataset=captures&port=80", 400, "BadArgument", null)]
    [InlineData("/api/nothing", 404, "NoSuchPath", "openapi")]
    public async Task What_cannot_be_asked_is_refused_with_what_to_do(string path, int status, string? id, string? next)
    {
        (int Status, string Id, string NextMove) found = await server.FailAsync(HttpMethod.Get, path);
        Assert.Equal((status, id ?? found.Id), (found.Status, found.Id));
        Assert.Matches(next ?? ".", found.NextMove);
    }

    /// <summary>Without the tables of countries, which tests of this room do without, both refuse in the same words.</summary>
    private async Task<bool> SameRefusalAsync(Action ask, string path)
    {
        try
        {
            ask();
            return false;
        }
        catch (TrafficException error)
        {
            (_, string id, string next) = await server.FailAsync(HttpMethod.Get, path);
            Assert.Equal((error.Id, error.NextMove), (id, next));
            return true;
        }
    }

    [Fact]
    public async Task A_new_import_is_in_the_next_answer()
    {
        await using RunningServer own = new();
        await own.InitializeAsync();
        long before = (await own.GetAsync("/api/stats/summary")).GetProperty("Total").GetProperty("Packets").GetInt64();
        Assert.Equal(before, (await own.GetAsync("/api/stats/summary")).GetProperty("Total").GetProperty("Packets").GetInt64());
        own.Import(Repository.SampleCapture, ring: false);
        long after = before;
        for (int tries = 0; after == before && tries < 40; tries++)
        {
            await Task.Delay(100, Stop);
            after = (await own.GetAsync("/api/stats/summary")).GetProperty("Total").GetProperty("Packets").GetInt64();
        }

        Assert.True(after > before, $"{after} packets after the import");
    }
}
