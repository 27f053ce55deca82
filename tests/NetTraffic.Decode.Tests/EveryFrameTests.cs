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
        CatalogFrame[] known = [.. FrameCatalog.All.Where(row => row.TSharkKnows)];
        Assert.All(Answers([.. known.Select(row => (row, row.Frame))]),
            answer => Assert.Equal((answer.Name, answer.Theirs), (answer.Name, answer.Ours)));
    }

    /// <summary>
    /// Each frame of the catalog, cut after each of its bytes as a snap length does. What is left out are names of frames without IP, and
    /// the few that docs/decoding.md names.
    /// </summary>
    [Fact]
    public void TShark_says_the_same_of_frames_that_are_cut_off()
    {
        // TShark refuses to read a file in which a capture's own header is cut off (ERF, SunATM), and puts no cut fragments together.
        CatalogFrame[] known = [.. FrameCatalog.All.Where(row => row.TSharkKnows && row.LinkType is not (LinkTypes.Erf or LinkTypes.SunAtm)
            && !row.Name.Contains("fragment", StringComparison.Ordinal))];
        Answer[] answers = Answers(
            [.. known.SelectMany(row => Enumerable.Range(1, row.Frame.Length - 1).Select(length => (row, row.Frame[..length])))]);
        Assert.All(answers, answer => Assert.Equal(answer.Theirs.Bytes, answer.Ours.Bytes));
        string[] differ = [.. answers.Where(answer => answer.Theirs != answer.Ours && !(Nameless(answer.Theirs) && Nameless(answer.Ours)))
            .Select(answer => $"{answer.Name}: {answer.Ours.Pair}, TShark: {answer.Theirs.Pair}")];
        Assert.Equal(["tunnel AMT, data [31]: 10.9.9.1 10.9.9.2 17, TShark: - - ?"], differ); // three bytes behind UDP

        static bool Nameless((string Pair, int Bytes) answer) => answer.Pair.StartsWith("- -", StringComparison.Ordinal);
    }

    private sealed record Answer(string Name, (string Pair, int Bytes) Ours, (string Pair, int Bytes) Theirs);

    private static Answer[] Answers((CatalogFrame Row, byte[] Captured)[] frames)
    {
        TShark.Require();
        int[] links = [.. frames.Select(frame => frame.Row.LinkType).Distinct()];
        PcapngBytes file = new PcapngBytes().Section();
        foreach (int link in links)
        {
            file.Interface(link);
        }

        foreach ((CatalogFrame row, byte[] captured) in frames)
        {
            file.Enhanced(Array.IndexOf(links, row.LinkType), 0, captured, row.Frame.Length);
        }

        using ScratchFolder folder = new();
        string path = Path.Combine(folder.Path, "catalog.pcapng");
        File.WriteAllBytes(path, file.ToArray());
        List<(string Pair, int Bytes)> truth = TShark.HostPairs([path])[path];
        Assert.Equal(frames.Length, truth.Count);
        return [.. frames.Zip(truth, (frame, theirs) =>
        {
            new PacketDecoder().Decode(new RawPacket(0, frame.Row.Frame.Length, frame.Row.LinkType, 0, frame.Captured),
                out DecodedPacket packet);
            return new Answer($"{frame.Row.Name} [{frame.Captured.Length}]", (Decoding.Pair(packet), packet.WireLength), theirs);
        })];
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
