using System.Net;
using NetTraffic.Capture;
using NetTraffic.Net;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Decode.Tests;

/// <summary>Whole frames with pseudonyms: the same packets as before under other addresses, with checksums as right as before.</summary>
public sealed class FrameAnonymizerTests : IDisposable
{
    private static readonly string[] Checks =
        [.. ((string[])["ip", "tcp", "udp"]).SelectMany(protocol => (string[])["-o", $"{protocol}.check_checksum:TRUE"])];

    private readonly AddressPseudonyms pseudonyms = new([.. Enumerable.Range(1, CryptoPan.KeyLength).Select(number => (byte)number)]);

    public static TheoryData<string> Names => [.. FrameCatalog.All.Select(row => row.Name)];

    public void Dispose() => pseudonyms.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_frame_of_the_catalog_says_the_same_under_pseudonyms(string name)
    {
        CatalogFrame row = FrameCatalog.Named(name);
        RawPacket raw = new(1, row.Frame.Length, row.LinkType, 0, row.Frame);
        FrameAnonymizer anonymizer = new(pseudonyms, []);
        byte[] frame = anonymizer.Rewrite(raw).ToArray();
        Assert.Empty(Differences(raw, frame, new PacketDecoder(), new PacketDecoder()));
        foreach (string address in (string[])["192.0.2.1", "192.0.2.2", "10.9.9.1", "10.9.9.2", "2001:db8::1", "2001:db8::2"])
        {
            Assert.Equal(-1, frame.AsSpan().IndexOf(IPAddress.Parse(address).GetAddressBytes()));
        }

        byte[] trailer = [.. "what follows a frame"u8];
        byte[] longer = [.. row.Frame, .. trailer];
        Assert.Equal(-1, anonymizer.Rewrite(new RawPacket(1, longer.Length, row.LinkType, 0, longer)).IndexOf(trailer.AsSpan(1)));

        byte[] payload = [1000 >> 8, 1000 & 255, 2000 >> 8, 2000 & 255, 0, 11, 0, 0, 1, 2, 3];
        Assert.Equal(-1, frame.AsSpan().IndexOf(payload));
    }

    [Theory]
    [MemberData(nameof(Repository.SharedCaptureData), MemberType = typeof(Repository))]
    public void A_shared_capture_says_the_same_under_pseudonyms(string name)
    {
        FrameAnonymizer anonymizer = new(pseudonyms, []);
        PacketDecoder one = new();
        PacketDecoder other = new();
        List<string> differences = [];
        int number = 0;
        foreach (TestPacket packet in Packets(Repository.SharedCapture(name)))
        {
            number++;
            byte[] frame = anonymizer.Rewrite(packet.Raw).ToArray();
            differences.AddRange(Differences(packet.Raw, frame, one, other).Select(difference => $"frame {number}: {difference}"));
        }

        Assert.Empty(differences);
    }

    /// <summary>
    /// TShark looks at every checksum of every capture twice: as it was captured, and rewritten with the payload put back behind the
    /// headers, since without it nobody can tell.
    /// </summary>
    [Fact]
    public void Checksums_are_as_right_and_as_wrong_as_before()
    {
        TShark.Require();
        Assert.SkipWhen(Repository.SharedCaptures is null, Repository.NoSharedCaptures);
        using ScratchFolder folder = new();
        (string before, string after) = (Path.Combine(folder.Path, "before.pcapng"), Path.Combine(folder.Path, "after.pcapng"));
        List<TestPacket> packets = [.. Repository.SharedCaptureNames().SelectMany(name => Packets(Repository.SharedCapture(name))),
            .. Packets(Repository.SampleCapture)];
        FrameAnonymizer anonymizer = new(pseudonyms, []);
        Write(before, packets, packet => packet.Data);
        Write(after, packets, packet => anonymizer.Rewrite(packet.Raw) is var kept ? [.. kept, .. packet.Data.AsSpan(kept.Length)] : []);

        List<string> differences = [];
        int[] right = new int[5];
        int number = 0;
        foreach ((string[] one, string[] other) in Statuses(before).Zip(Statuses(after), (one, other) => (one, other)))
        {
            number++;
            for (int i = 0; i < right.Length; i++)
            {
                right[i] += one[i].Split(';').Count(status => status == "1");
            }

            if (!one.SequenceEqual(other))
            {
                differences.Add($"packet {number}: {string.Join('|', one)} is now {string.Join('|', other)}");
            }
        }

        Assert.Equal(packets.Count, number);
        Assert.Empty(differences);
        Assert.All(right, count => Assert.InRange(count, 20, int.MaxValue));
    }

    private static List<string[]> Statuses(string path) =>
    [
        .. TShark.Fields(path, null, [.. Checks], "ip.checksum.status", "tcp.checksum.status", "udp.checksum.status",
            "icmp.checksum.status", "icmpv6.checksum.status"),
    ];

    private static void Write(string path, List<TestPacket> packets, Func<TestPacket, byte[]> bytes)
    {
        int[] links = [.. packets.Select(packet => packet.LinkType).Distinct()];
        PcapngBytes file = new PcapngBytes().Section();
        foreach (int link in links)
        {
            file.Interface(link);
        }

        foreach (TestPacket packet in packets)
        {
            file.Enhanced(Array.IndexOf(links, packet.LinkType), (ulong)(packet.TimestampNs / 1000), bytes(packet), packet.WireLength);
        }

        File.WriteAllBytes(path, file.ToArray());
    }

    private List<string> Differences(in RawPacket raw, byte[] frame, PacketDecoder one, PacketDecoder other)
    {
        one.Decode(raw, out DecodedPacket before);
        other.Decode(new RawPacket(raw.TimestampNs, raw.WireLength, raw.LinkType, raw.InterfaceIndex, frame), out DecodedPacket after);
        DecodedPacket expected = before;
        expected.SourceMac = pseudonyms.OfMac(before.SourceMac);
        expected.DestinationMac = pseudonyms.OfMac(before.DestinationMac);
        (expected.Source, expected.Destination) = before.IpVersion switch
        {
            4 => (IpAddress128.FromIPv4(pseudonyms.OfIPv4((uint)before.Source.Low)),
                IpAddress128.FromIPv4(pseudonyms.OfIPv4((uint)before.Destination.Low))),
            6 => (pseudonyms.OfIPv6(before.Source), pseudonyms.OfIPv6(before.Destination)),
            _ => (default, default),
        };
        List<string> differences = [];
        if (frame.Length > raw.Data.Length)
        {
            differences.Add("it has grown");
        }

        // What is no IP header is cut off, and may have been the only thing that says which EtherType the frame counts under.
        bool noHeader = before.IpVersion == 0 && before.Failure is DecodeFailure.Malformed or DecodeFailure.TruncatedNetwork;
        string[] words = Words(expected);
        string[] found = Words(after);
        for (int i = 0; i < (noHeader ? 1 : words.Length); i++)
        {
            if (words[i] != found[i])
            {
                differences.Add($"{words[i]} is now {found[i]} ({before.Failure}, {raw.Data.Length} bytes cut to {frame.Length})");
            }
        }

        if (before.IpVersion != 0 && LeftOver(before, frame) is { } left)
        {
            differences.Add(left);
        }

        return differences;
    }

    private static string? LeftOver(in DecodedPacket packet, byte[] frame)
    {
        foreach (IpAddress128 address in (IpAddress128[])[packet.Source, packet.Destination])
        {
            byte[] bytes = AddressText.ToIPAddress(address, packet.IpVersion).GetAddressBytes();

            // Of addresses of hardly any different octets the bytes stand for other things too.
            bool telling = bytes.Where(octet => octet is not (0 or 1 or 255)).Distinct().Count() > 1;
            if (telling && frame.AsSpan().IndexOf(bytes) is >= 0 and var at)
            {
                return $"{address.ToString(packet.IpVersion)} stands at {at}";
            }
        }

        return null;
    }

    private static string[] Words(in DecodedPacket packet) =>
    [
        $"{packet.SourceMac:x12} > {packet.DestinationMac:x12}",
        Decoding.Endpoints(packet),
        $"version {packet.IpVersion}, type {packet.EtherType:x4}, link {packet.LinkType}, VLAN {packet.VlanId}, tunnel {packet.Tunnel}",
        $"wire {packet.WireLength}, payload {packet.PayloadLength}, traits {packet.Traits}, fragment {packet.FragmentId}",
        $"TCP {packet.TcpSequence} {packet.TcpAcknowledgement} {packet.TcpFlags} {packet.TcpWindow}",
    ];

    private static IReadOnlyList<TestPacket> Packets(string path)
    {
        PacketKeeper keeper = new();
        using CaptureFileSource source = CaptureFileSource.Open(path);
        try
        {
            source.Run(keeper, TestContext.Current.CancellationToken);
        }
        catch (CaptureFormatException)
        {
            // Damaged on purpose; what is before the damage counts.
        }

        return keeper.Packets;
    }
}
