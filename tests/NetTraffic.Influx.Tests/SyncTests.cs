using System.Net;
using System.Net.Sockets;
using NetTraffic.Influx.Tests.Servers;

namespace NetTraffic.Influx.Tests;

/// <summary>What somebody who sends once, perhaps in a scheduled task, is told.</summary>
public sealed class SyncTests
{
    private const string Database = "nettraffic";
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_closed_port_is_not_waited_for_without_end()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using StoreOfRows store = new();
        store.Add(100);
        InfluxTarget target = new() { Url = new Uri($"http://127.0.0.1:{port}"), Database = Database };
        using InfluxForwarder forwarder = InfluxForwarder.TryOpen(
            store.Store.Segments, target, new ForwarderOptions(), new InfluxWriterOptions { GiveUpAfter = TimeSpan.FromSeconds(1) })!;
        InfluxException error = await Assert.ThrowsAsync<InfluxException>(
            () => forwarder.SendAsync(null, None).WaitAsync(TimeSpan.FromSeconds(30), None));
        Assert.Equal(InfluxProblem.Unreachable, error.Problem);
        Assert.Contains("Nothing is lost", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_hangs_is_not_waited_for_without_end()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using StoreOfRows store = new();
        store.Add(100);
        InfluxTarget target = new() { Url = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), Database = Database };
        using InfluxForwarder forwarder = InfluxForwarder.TryOpen(
            store.Store.Segments, target, new ForwarderOptions(), new InfluxWriterOptions { GiveUpAfter = TimeSpan.FromSeconds(1) })!;
        InfluxException error = await Assert.ThrowsAsync<InfluxException>(
            () => forwarder.SendAsync(null, None).WaitAsync(TimeSpan.FromSeconds(30), None));
        Assert.Equal(InfluxProblem.Unreachable, error.Problem);
    }

    [Fact]
    public async Task What_the_server_will_refuse_for_its_age_is_said_before_and_all_of_it_is_in_the_file()
    {
        await using Influxd server = await Influxd.StartNewAsync();
        await server.QueryAsync($"CREATE DATABASE {Database} WITH DURATION 1d REPLICATION 1 NAME \"day\"");
        using StoreOfRows store = new();
        store.Add(200);
        using InfluxForwarder forwarder = store.Forwarder(server.Target(Database), new ForwarderOptions { SayTooOld = true });
        List<string> said = [];
        forwarder.Problem += said.Add;
        ForwardResult result = await forwarder.SendAsync(null, None);
        Assert.StartsWith($"{server.Target(Database)} keeps points for 24 h", said[0], StringComparison.Ordinal);
        Assert.Contains(result.RejectedPath!, said[0], StringComparison.Ordinal);
        Assert.True(result.Rejected > 100, "The rows of StoreOfRows are months old.");
        Assert.Equal(result.Rejected, (await File.ReadAllLinesAsync(result.RejectedPath!, None)).Length);
    }

    [Fact]
    public async Task A_generation_that_is_not_the_servers_is_named()
    {
        await using Influxd server = await Influxd.StartNewAsync();
        InfluxTarget target = server.Target(Database) with { Generation = InfluxGeneration.V2, Token = "some-token" };
        InfluxProbeResult probe = await InfluxProbe.TestAsync(target, None);
        Assert.Equal(InfluxProblem.NotInflux, probe.Problem);
        Assert.Contains("InfluxDB 1.", probe.Message, StringComparison.Ordinal);
        Assert.Contains("-InfluxGeneration to 1 or Auto", probe.Message, StringComparison.Ordinal);
    }
}
