using System.Net;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Flows.Tests;

/// <summary>Packets of one conversation, written down one after another: A is 10.0.0.1:40000, B is 10.0.0.2:80.</summary>
internal sealed class Script
{
    public const long Millisecond = 1_000_000, Second = 1_000_000_000;
    private static readonly IpAddress128 A = AddressText.FromIPAddress(IPAddress.Parse("10.0.0.1"));
    private static readonly IpAddress128 B = AddressText.FromIPAddress(IPAddress.Parse("10.0.0.2"));
    private readonly List<DecodedPacket> packets = [];
    private long nowNs = 1_000 * Second;
    private uint nextA = 1000;
    private uint nextB = 5000;
    private uint? initialA;
    private uint? initialB;

    public static FlowOptions OneRow { get; } = new() { FlushInterval = TimeSpan.Zero };

    public IReadOnlyList<DecodedPacket> Packets => packets;

    /// <summary>A segment of A; letters S A F R P are flags.</summary>
    public Script FromA(string flags, int payload = 0, uint? sequence = null) => Tcp(true, flags, payload, sequence);

    /// <summary>A segment of B.</summary>
    public Script FromB(string flags, int payload = 0, uint? sequence = null) => Tcp(false, flags, payload, sequence);

    public Script Handshake() => FromA("S").FromB("SA").FromA("A");

    /// <summary>Time before the next packet, on top of the millisecond that every packet takes.</summary>
    public Script After(double seconds)
    {
        nowNs += (long)(seconds * Second);
        return this;
    }

    public Script Udp(bool fromA, int payload = 100, ushort destination = 53) =>
        Add(Packet(fromA, 17, 40000, destination, 42 + payload));

    /// <summary>A frame of another IP protocol; ports are ICMP's type and code, of the packet itself.</summary>
    public Script Other(bool fromA, byte protocol, ushort first, ushort second, byte version = 4)
    {
        DecodedPacket packet = Packet(true, protocol, first, second, 98);
        packet.IpVersion = version;
        if (!fromA)
        {
            (packet.Source, packet.Destination) = (packet.Destination, packet.Source);
        }

        return Add(packet);
    }

    public Script Arp(ulong source, ulong destination) => Add(new DecodedPacket
    {
        SourceMac = source,
        DestinationMac = destination,
        EtherType = 0x0806,
        LinkType = 1,
        VlanId = DecodedPacket.NoVlan,
        WireLength = 60,
    });

    /// <summary>The rows of a table that saw the packets and was closed.</summary>
    public List<FlowRow> Rows(FlowOptions? options = null)
    {
        FlowRowList rows = new();
        FlowTable table = new(options ?? OneRow, rows);
        table.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(packets));
        table.Close();
        return rows.Rows;
    }

    public FlowRow Row() => Assert.Single(Rows());

    private Script Tcp(bool fromA, string letters, int payload, uint? sequence)
    {
        TcpFlags flags = TcpFlags.None;
        foreach (char letter in letters)
        {
            flags |= letter switch
            {
                'S' => TcpFlags.Syn,
                'A' => TcpFlags.Ack,
                'F' => TcpFlags.Fin,
                'R' => TcpFlags.Rst,
                'P' => TcpFlags.Psh,
                _ => throw new ArgumentException(letters, nameof(letters))
            };
        }

        // A SYN that is sent again has the number of the first.
        ref uint next = ref fromA ? ref nextA : ref nextB;
        ref uint? initial = ref fromA ? ref initialA : ref initialB;
        if ((flags & TcpFlags.Syn) != 0)
        {
            sequence ??= initial;
            initial = sequence ?? next;
        }

        DecodedPacket packet = Packet(fromA, 6, 40000, 80, 54 + payload);
        packet.TcpFlags = flags;
        packet.PayloadLength = payload;
        packet.TcpSequence = sequence ?? next;
        if (sequence is null)
        {
            next += (uint)(payload + ((flags & (TcpFlags.Syn | TcpFlags.Fin)) != 0 ? 1 : 0));
        }

        return Add(packet);
    }

    private static DecodedPacket Packet(bool fromA, byte protocol, ushort portA, ushort portB, int wireLength) => new()
    {
        Source = fromA ? A : B,
        Destination = fromA ? B : A,
        SourcePort = fromA ? portA : portB,
        DestinationPort = fromA ? portB : portA,
        IpProtocol = protocol,
        IpVersion = 4,
        EtherType = 0x0800,
        LinkType = 1,
        VlanId = DecodedPacket.NoVlan,
        WireLength = wireLength,
        Traits = PacketTraits.HasTransport,
    };

    private Script Add(DecodedPacket packet)
    {
        nowNs += Millisecond;
        packet.TimestampNs = nowNs;
        packets.Add(packet);
        return this;
    }
}
