using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Decode.Tests;

/// <summary>Every EtherType, link type and tunnel of the catalog, by its right value and against TShark.</summary>
public sealed class EveryFrameTests
{
    public static TheoryData<string> Names => [.. FrameCatalog.All.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_frame_is_between_the_hosts_of_its_innermost_header(string name)
    {
        CatalogFrame row = FrameCatalog.Named(name);
        DecodedPacket packet = Decoding.Decode(row.Frame, row.LinkType);
        Assert.Equal(row.Pair, Decoding.Pair(packet));
        if (row.Pair is FrameCatalog.Pair4 or FrameCatalog.Pair6)
        {
            Assert.Equal((1000, 2000, DecodeFailure.None), (packet.SourcePort, packet.DestinationPort, packet.Failure));
            Assert.Equal(name.StartsWith("tunnel ", StringComparison.Ordinal) || name.Contains("PPPoE", StringComparison.Ordinal),
                packet.Tunnel != TunnelKind.None || name == "link 167, Juniper PPPoE");
        }
    }

    [Fact]
    public void TShark_says_the_same()
    {
        TShark.Require();
        CatalogFrame[] known = [.. FrameCatalog.All.Where(row => row.TSharkKnows)];
        int[] links = [.. known.Select(row => row.LinkType).Distinct()];
        PcapngBytes file = new PcapngBytes().Section();
        foreach (int link in links)
        {
            file.Interface(link);
        }

        foreach (CatalogFrame row in known)
        {
            file.Enhanced(Array.IndexOf(links, row.LinkType), 0, row.Frame, row.Frame.Length);
        }

        using ScratchFolder folder = new();
        string path = Path.Combine(folder.Path, "catalog.pcapng");
        File.WriteAllBytes(path, file.ToArray());
        List<(string Pair, int Bytes)> truth = TShark.HostPairs([path])[path];
        Assert.Equal(known.Length, truth.Count);
        Assert.All(known.Zip(truth), pair =>
        {
            DecodedPacket packet = Decoding.Decode(pair.First.Frame, pair.First.LinkType);
            Assert.Equal((pair.First.Name, pair.Second.Pair, pair.Second.Bytes),
                (pair.First.Name, Decoding.Pair(packet), packet.WireLength));
        });
    }

    /// <summary>Switch tags, which TShark 4.0 does not know: of each link type that only tcpdump decodes, a file of its frames.</summary>
    [Theory]
    [InlineData(281)]
    [InlineData(282)]
    [InlineData(284)]
    [InlineData(285)]
    public void Tcpdump_says_the_same(int linkType)
    {
        CatalogFrame[] rows = [.. FrameCatalog.All.Where(row => row.LinkType == linkType && !row.TSharkKnows)];
        Assert.NotEmpty(rows);
        using ScratchFolder folder = new();
        string path = folder.Write("tags.pcap",
            PcapBytes.Write(rows.Select(row => new TestPacket(0, row.Frame.Length, linkType, 0, row.Frame)), linkType));
        string? output = TShark.Run("tcpdump", ["-n", "-r", path]);
        Assert.SkipWhen(output is null, "tcpdump is not installed (apt-get install tcpdump).");
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(rows.Length, lines.Length);
        Assert.All(lines, line => Assert.Contains("192.0.2.1.1000 > 192.0.2.2.2000: UDP, length 3", line, StringComparison.Ordinal));
    }
}
