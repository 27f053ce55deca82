using System.Text;
using DuckDB.NET.Data;
using NetTraffic.Engine;
using NetTraffic.Net;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Server.Tests;

/// <summary>Downloads under pseudonyms are what Export-NetTraffic -Anonymize writes.</summary>
public sealed class PseudonymTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Key = "6d0f8a3b5c2e9147d8b06f3a1c5e7d92846b0f3d5a7c9e1282b4d6f80a1c3e5f";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("csv", ExportFormat.Csv)]
    [InlineData("json", ExportFormat.Json)]
    public async Task Flows_have_those_of_the_key_that_is_set(string name, ExportFormat format)
    {
        SetKey(Key);
        using ITrafficStore store = TrafficEngine.OpenStore(server.StorePath);
        using AddressPseudonyms pseudonyms = new(AnonymizationKey.Parse(Key));
        using MemoryStream wanted = new();
        IEnumerable<Flow> flows = store.GetFlows(new TrafficFilter(), null, false, Stop);
        DatasetExport.Write(Datasets.Flows, FlowPseudonyms.HideAll(flows, pseudonyms), format, false, wanted, null, Stop);
        string text = await TextAsync($"{name}?anonymize=true");
        Assert.Equal(Encoding.UTF8.GetString(wanted.ToArray()), text);

        // And they are others than the addresses.
        string plain = await TextAsync(name);
        Assert.Contains("192.168.", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("192.168.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_each_download_has_its_own()
    {
        SetKey(null);
        Assert.NotEqual(await TextAsync("csv?anonymize=true"), await TextAsync("csv?anonymize=true"));
    }

    [Fact]
    public async Task Packets_are_rewritten()
    {
        SetKey(Key);
        using ITrafficStore store = TrafficEngine.OpenStore(server.StorePath);
        using AddressPseudonyms pseudonyms = new(AnonymizationKey.Parse(Key));
        using MemoryStream wanted = new();
        using (PacketExport export = new(wanted, false, pseudonyms, []))
        {
            PacketReadResult result = TrafficEngine.ReadPackets(store, new PacketQuery(),
                (in RawPacket packet, in DecodedPacket decoded, in PacketOrigin origin) =>
                {
                    export.Add(packet, decoded, origin);
                    return true;
                },
                Stop);
            export.Complete(result.Statistics);
        }

        byte[] found = await server.Client.GetByteArrayAsync(new Uri("/api/data/export/pcap?anonymize=true", UriKind.Relative), Stop);
        byte[] plain = await server.Client.GetByteArrayAsync(new Uri("/api/data/export/pcap", UriKind.Relative), Stop);
        Assert.Equal(wanted.ToArray(), found);
        Assert.NotEqual(plain, found);
    }

    [Fact]
    public async Task A_table_for_other_programs_has_the_same_addresses()
    {
        SetKey(Key);
        using ITrafficStore store = TrafficEngine.OpenStore(server.StorePath);
        using AddressPseudonyms pseudonyms = new(AnonymizationKey.Parse(Key));
        using ScratchFolder folder = new();
        string path = Path.Combine(folder.Path, "flows.parquet");
        store.ExportParquet("flows", new TrafficFilter(), false, path, Stop, pseudonyms);
        string found = folder.Write("found.parquet",
            await server.Client.GetByteArrayAsync(new Uri("/api/data/export/parquet?anonymize=true", UriKind.Relative), Stop));
        using DuckDBConnection connection = new("DataSource=:memory:");
        await connection.OpenAsync(Stop);
        using DuckDBCommand command = connection.CreateCommand();

        // The order of rows is none.
        command.CommandText = $"""
            SELECT (SELECT count(*) FROM '{found}'),
                (SELECT count(*) FROM (FROM '{found}' EXCEPT ALL FROM '{path}'))
                + (SELECT count(*) FROM (FROM '{path}' EXCEPT ALL FROM '{found}'))
            """;
        using DuckDBDataReader reader = command.ExecuteReader();
        Assert.True(await reader.ReadAsync(Stop));
        Assert.True(reader.GetInt64(0) > 0);
        Assert.Equal(0, reader.GetInt64(1));
    }

    [Theory]
    [InlineData("/api/data/export/csv?dataset=captures&anonymize=true")]
    [InlineData("/api/data/export/parquet?dataset=enrichment&anonymize=true")]
    public async Task It_is_for_flows_and_packets(string path)
    {
        (int status, string id, _) = await server.FailAsync(HttpMethod.Get, path);
        Assert.Equal((400, "BadArgument"), (status, id));
    }

    private Task<string> TextAsync(string path) =>
        server.Client.GetStringAsync(new Uri($"/api/data/export/{path}", UriKind.Relative), Stop);

    private void SetKey(string? key) => TrafficEngine.OpenSettings(server.StorePath)
        .SetOption(new Dictionary<string, object?> { ["AnonymizationKey"] = key });
}
