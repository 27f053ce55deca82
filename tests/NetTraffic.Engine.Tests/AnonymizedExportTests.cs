using System.Text.Json;
using NetTraffic.Net;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>Capture files under pseudonyms: read again, their flows are those of the original under the same pseudonyms.</summary>
public sealed class AnonymizedExportTests : IDisposable
{
    private readonly AddressPseudonyms pseudonyms = new([.. Enumerable.Range(5, CryptoPan.KeyLength).Select(number => (byte)number)]);
    private readonly ScratchFolder folder = new();

    public static TheoryData<string> Files
    {
        get
        {
            // An IP header that is none is cut off, and with it goes the version that named the flow.
            TheoryData<string> files = [.. Repository.SharedCaptureNames()
                .Where(name => !name.Contains("bad-ipv4-version", StringComparison.Ordinal))];
            files.Add("");
            return files;
        }
    }

    public void Dispose()
    {
        pseudonyms.Dispose();
        folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Flows_of_the_file_are_those_of_the_original_under_pseudonyms(string name)
    {
        string original = name.Length == 0 ? Repository.SampleCapture : Repository.SharedCapture(name);
        string file = Path.Combine(folder.Path, "anonymous.pcapng");
        long packets = Export(original, file);
        Assert.Equal(packets, Packets.Numbers(file, new TrafficFilter()).Count);
        List<string> before = [.. FlowPseudonyms.HideAll(Flows(original), pseudonyms).Select(Describe).Order(StringComparer.Ordinal)];
        List<string> after = [.. Flows(file).Select(Describe).Order(StringComparer.Ordinal)];
        Assert.Equal(before, after);
    }

    [Fact]
    public void Neither_an_address_nor_a_name_is_in_the_file()
    {
        TShark.Require();
        string file = Path.Combine(folder.Path, "anonymous.pcapng");
        long packets = Export(Repository.SampleCapture, file);
        TShark.AssertOpens(file);
        string[] fields = ["ip.addr", "ipv6.addr", "eth.addr", "arp.src.proto_ipv4", "arp.dst.proto_ipv4", "icmpv6.nd.ns.target_address"];
        HashSet<string> addresses = Values(Repository.SampleCapture, fields);
        HashSet<string> left = Values(file, fields);
        string[] groups = ["ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"];
        Assert.InRange(addresses.Count, 10, int.MaxValue);
        Assert.Empty(addresses.Intersect(left).Except(groups));
        Assert.Empty(Values(file, ["dns.qry.name", "http.host", "tls.handshake.extensions_server_name", "frame.comment"]));
        Assert.NotEmpty(Values(Repository.SampleCapture, ["dns.qry.name", "http.host", "tls.handshake.extensions_server_name"]));
        Assert.Equal(packets, TShark.Fields(file, null, "frame.number").Count());
        Assert.Equal(
            TShark.Fields(Repository.SampleCapture, null, "frame.len", "frame.time_epoch").Select(row => string.Join(' ', row)),
            TShark.Fields(file, null, "frame.len", "frame.time_epoch").Select(row => string.Join(' ', row)));

        // Without payload TShark can tell of IP headers, and of segments that had none.
        string[] checks = ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"];
        const string bad = "ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0 || icmp.checksum.status == 0"
            + " || icmpv6.checksum.status == 0";
        HashSet<string> wrong = [.. TShark.Fields(Repository.SampleCapture, bad, checks, "frame.number").Select(row => row[0])];
        Assert.Subset(wrong, TShark.Fields(file, bad, checks, "frame.number").Select(row => row[0]).ToHashSet());
        foreach (string good in (string[])["ip.checksum.status == 1", "tcp.checksum.status == 1 && tcp.len == 0"])
        {
            string[] right = [.. TShark.Fields(Repository.SampleCapture, good, checks, "frame.number").Select(row => row[0])];
            Assert.InRange(right.Length, 10, int.MaxValue);
            Assert.Equal(right, TShark.Fields(file, good, checks, "frame.number").Select(row => row[0]));
        }
    }

    private long Export(string original, string file)
    {
        using FileStream stream = File.Create(file);
        using PacketExport export = new(stream, legacy: false, pseudonyms);
        try
        {
            TrafficEngine.ReadPackets(original, new PacketQuery(),
                (in RawPacket packet, in DecodedPacket decoded, in PacketOrigin origin) =>
            {
                export.Add(packet, decoded, origin);
                return true;
            }, TestContext.Current.CancellationToken);
        }
        catch (CaptureFormatException)
        {
            // Damaged on purpose; what is before the damage counts.
        }

        export.Complete([]);
        return export.Packets;
    }

    private static HashSet<string> Values(string file, string[] fields) =>
        [.. TShark.Fields(file, null, fields).SelectMany(row => row).SelectMany(value => value.Split(',', ';'))
            .Where(value => value.Length > 0)];

    private static List<Flow> Flows(string file)
    {
        List<Flow> flows = [];
        try
        {
            flows.AddRange(TrafficEngine.ReadFlows(file, new TrafficFilter(), new FlowOptions(), TestContext.Current.CancellationToken));
        }
        catch (CaptureFormatException)
        {
            // The same.
        }

        return flows;
    }

    private static string Describe(Flow flow)
    {
        flow.FlowId = 0;
        flow.Interface = "";
        return JsonSerializer.Serialize(flow);
    }
}
