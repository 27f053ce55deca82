using System.Net;
using System.Text;
using System.Text.Json;
using CsCheck;
using NetTraffic.Capture;
using NetTraffic.Decode;
using NetTraffic.Flows;
using NetTraffic.Net;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Tests;

/// <summary>Community ID v1, against the specification's own vectors.</summary>
public sealed class CommunityIdTests
{
    [Theory]
    [InlineData(0, "1:wCb3OG7yAFWelaUydu0D+125CLM=")]
    [InlineData(1, "1:HhA1B+6CoLbiKPEs5nhNYN4XWfk=")]
    public void The_quick_checks_hold(int seed, string expected)
    {
        Assert.Equal(expected, Format("1.2.3.4", "5.6.7.8", 6, 1122, 3344, seed));
        Assert.Equal(expected, Format("5.6.7.8", "1.2.3.4", 6, 3344, 1122, seed));
    }

    [Theory]
    [InlineData("baseline_deflt.json", 0)]
    [InlineData("baseline_seed1.json", 1)]
    public void The_specifications_vectors_hold(string file, int seed)
    {
        List<JsonElement> vectors = Vectors(file);
        Assert.True(vectors.Count > 20);
        foreach (JsonElement vector in vectors)
        {
            Assert.Equal(Text(vector, "communityid"),
                Format(Text(vector, "saddr"), Text(vector, "daddr"), Number(vector, "proto"), Number(vector, "sport"),
                    Number(vector, "dport"), seed));
        }
    }

    [Theory]
    [InlineData("tcp.pcap")]
    [InlineData("udp.pcap")]
    [InlineData("icmp.pcap")]
    [InlineData("icmp6.pcap")]
    [InlineData("sctp.pcap")]
    [InlineData("ipv6.pcap")]
    public void The_flows_of_the_specifications_captures_have_its_hashes(string capture)
    {
        HashSet<string> known = [.. Vectors("baseline_deflt.json").Select(vector => Text(vector, "communityid"))];
        List<FlowRow> rows = Rows(Repository.SharedCapture("community-id/" + capture));
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Contains(CommunityId.Compute(row), known));
    }

    [Fact]
    public void Every_hash_of_the_baseline_comes_from_a_flow_of_the_captures()
    {
        string[] captures = ["tcp.pcap", "udp.pcap", "icmp.pcap", "icmp6.pcap", "sctp.pcap", "ipv6.pcap"];
        HashSet<string> computed = [.. captures.SelectMany(capture => Rows(Repository.SharedCapture("community-id/" + capture)))
            .Select(row => CommunityId.Compute(row))];
        const int rsvp = 46; // has vectors, but no capture
        Assert.Superset(Vectors("baseline_deflt.json").Where(vector => Number(vector, "proto") != rsvp)
            .Select(vector => Text(vector, "communityid")).ToHashSet(), computed);
    }

    [Fact]
    public void Both_directions_of_a_flow_have_one_hash() =>
        Gen.Select(Gen.UInt, Gen.UInt, Gen.UShort, Gen.UShort).Sample((source, destination, sourcePort, destinationPort) =>
        {
            string there =
                Format(new IPAddress(source).ToString(), new IPAddress(destination).ToString(), 17, sourcePort, destinationPort, 0);
            Assert.Equal(there,
                Format(new IPAddress(destination).ToString(), new IPAddress(source).ToString(), 17, destinationPort, sourcePort, 0));
            Assert.Equal(CommunityId.TextLength, there.Length);
        });

    [Fact]
    public void Eight_at_a_time_or_one_gives_the_same() =>
        Gen.Select(Gen.ULong, Gen.ULong, Gen.ULong, Gen.ULong, Gen.UShort, Gen.UShort, Gen.Int[0, 255], Gen.Bool).Array[1,
            CommunityIdBatch.Lanes].Sample(values =>
        {
            FlowRow[] rows = [.. values.Select(value => new FlowRow
            {
                Source = value.Item8 ? new IpAddress128(value.Item1, value.Item2) : IpAddress128.FromIPv4((uint)value.Item1),
                Destination = value.Item8 ? new IpAddress128(value.Item3, value.Item4) : IpAddress128.FromIPv4((uint)value.Item3),
                SourcePort = value.Item5,
                DestinationPort = value.Item6,
                IpProtocol = (byte)value.Item7,
                IpVersion = (byte)(value.Item8 ? 6 : 4),
            })];
            CommunityIdBatch batch = new();
            bool full = false;
            foreach (FlowRow row in rows)
            {
                full = batch.Add(row);
            }

            byte[] texts = new byte[CommunityIdBatch.Lanes * CommunityId.TextLength];
            Assert.Equal(rows.Length == CommunityIdBatch.Lanes, full);
            Assert.Equal(rows.Length * CommunityId.TextLength, batch.Format(texts));
            Assert.Equal(string.Concat(rows.Select(row => CommunityId.Compute(row))),
                Encoding.ASCII.GetString(texts, 0, rows.Length * CommunityId.TextLength));
        });

    private static List<FlowRow> Rows(string path)
    {
        PacketKeeper keeper = new();
        using CaptureFileSource source = CaptureFileSource.Open(path);
        source.Run(keeper, TestContext.Current.CancellationToken);
        PacketDecoder decoder = new();
        FlowRowList rows = new();
        FlowTable table = new(new FlowOptions { FlushInterval = TimeSpan.Zero }, rows);
        foreach (TestPacket packet in keeper.Packets)
        {
            decoder.Decode(packet.Raw, out DecodedPacket decoded);
            table.Add(decoded);
        }

        table.Close();
        return rows.Rows;
    }

    private static string Format(string source, string destination, int protocol, int sourcePort, int destinationPort, int seed)
    {
        IPAddress from = IPAddress.Parse(source);
        FlowRow row = new()
        {
            Source = AddressText.FromIPAddress(from),
            Destination = AddressText.FromIPAddress(IPAddress.Parse(destination)),
            IpVersion = (byte)(from.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? 6 : 4),
            IpProtocol = (byte)protocol,
            SourcePort = (ushort)sourcePort,
            DestinationPort = (ushort)destinationPort,
        };
        byte[] text = new byte[CommunityId.TextLength];
        CommunityId.Format(row, (ushort)seed, text);
        return Encoding.ASCII.GetString(text);
    }

    private static List<JsonElement> Vectors(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Repository.SharedCapture("community-id/" + file)));
        return [.. document.RootElement.EnumerateArray().Select(vector => vector.Clone())];
    }

    private static string Text(JsonElement vector, string name) => vector.GetProperty(name).GetString()!;

    // Protocols without ports have null, or nothing, in place of them.
    private static int Number(JsonElement vector, string name) =>
        vector.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : 0;
}
