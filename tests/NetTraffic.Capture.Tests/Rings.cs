using System.Buffers.Binary;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>Fills rings and reads them.</summary>
internal static class Rings
{
    public static readonly PacketInterface Lan = new("lan0", 1);

    /// <summary>Writes packets into a ring that waits for the disk, and completes it.</summary>
    public static void Write(string folder, PacketRingOptions options, IReadOnlyList<PacketInterface> interfaces,
        IEnumerable<TestPacket> packets)
    {
        using PacketRing ring = new(folder, options with { Wait = true });
        PacketRingAppender appender = ring.AddAppender(interfaces);
        foreach (TestPacket packet in packets)
        {
            appender.Add(packet.Raw, Decoded(packet));
        }

        ring.Complete();
        Assert.Equal(0, ring.Counters.LostPackets);
        Assert.Null(ring.Problem);
    }

    /// <summary>Adds packets with the numbers from 0 on.</summary>
    public static void Add(PacketRingAppender appender, int packets, int bytes)
    {
        for (int i = 0; i < packets; i++)
        {
            TestPacket packet = Numbered(i, 1, 2, bytes, i);
            appender.Add(packet.Raw, Decoded(packet));
        }
    }

    public static List<TestPacket> Read(string folder, PacketSelection? selection = null)
    {
        using PacketRingSource source = new(folder, selection ?? new PacketSelection());
        PacketKeeper keeper = new();
        source.Run(keeper, CancellationToken.None);
        Assert.Equal(keeper.Packets.Count, source.Counters.Packets);
        return keeper.Packets;
    }

    /// <summary>The packets of a ring that is damaged, and what is said of that.</summary>
    public static (List<TestPacket> Packets, string Problem) ReadDamaged(string folder)
    {
        using PacketRingSource source = new(folder, new PacketSelection());
        PacketKeeper keeper = new();
        CaptureFormatException damage = Assert.Throws<CaptureFormatException>(() => source.Run(keeper, CancellationToken.None));
        return (keeper.Packets, damage.Message);
    }

    /// <summary>An Ethernet frame from one IPv4 address to another, numbered; with nothing but zeros behind.</summary>
    public static TestPacket Numbered(int number, uint source, uint destination, int length, long timestampNs)
    {
        byte[] data = new byte[length];
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(12), 0x0800);
        data[14] = 0x45;
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(26), source);
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(30), destination);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(34), number);
        return new TestPacket(timestampNs, length, 1, 0, data);
    }

    public static int NumberOf(TestPacket packet) => BinaryPrimitives.ReadInt32BigEndian(packet.Data.AsSpan(34));

    public static DecodedPacket Decoded(TestPacket packet)
    {
        ReadOnlySpan<byte> data = packet.Data;
        bool ip = packet.LinkType == 1 && data.Length >= 34 && BinaryPrimitives.ReadUInt16BigEndian(data[12..]) == 0x0800;
        return new DecodedPacket
        {
            TimestampNs = packet.TimestampNs,
            WireLength = packet.WireLength,
            IpVersion = ip ? (byte)4 : (byte)0,
            Source = ip ? IpAddress128.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(data[26..])) : default,
            Destination = ip ? IpAddress128.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(data[30..])) : default,
        };
    }

    /// <summary>
    /// Bytes of a folder's files while a ring writes there. The newest file is measured first: the others only ever shrink, so the sum is
    /// never more than there was at one moment.
    /// </summary>
    public static long Measure(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return 0;
        }

        long sum = 0;
        foreach (string path in Directory.GetFiles(folder).Order(StringComparer.Ordinal).Reverse())
        {
            FileInfo file = new(path);
            sum += file.Exists ? file.Length : 0;
        }

        return sum;
    }
}
