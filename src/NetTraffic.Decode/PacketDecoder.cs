using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <summary>
/// Walks a frame from its link layer to the transport header of the innermost IP header that is not quoted in an ICMP error.
/// Never throws on any bytes, allocates nothing per packet, and follows a bounded number of headers. Not thread-safe: one decoder
/// per packet source, since it carries the ports of first fragments to the rest of their datagrams.
/// </summary>
public sealed partial class PacketDecoder
{
    /// <summary>Headers followed inside one another at most; more is <see cref="DecodeFailure.TooDeep"/>.</summary>
    public const int MaxDepth = 32;

    private readonly FragmentTable fragments;
    private readonly DecoderCounters counters = new();

    // UDP ports with tunnels that users set, the ports whose tunnels these are, and the lowest port that has any.
    private readonly ushort[] extraPorts;
    private readonly ushort[] standardPorts;
    private readonly ushort lowestTunnelPort;

    // Where in the frame the bytes end that are being looked at. Headers are walked by cutting the bytes before them off, so a place in
    // the frame is this less the bytes that are left; only Cut takes bytes off the end.
    private int end;

    // Bytes of its datagram in the fragment that is looked at.
    private int fragmentLength;

    // Bytes behind that end that were on the wire and not captured, for headers that leave their own length out.
    private int uncaptured;

    // Notes where headers and addresses are, for who rewrites frames; nobody else asks.
    private readonly HeaderTrail? trail;

    /// <summary>Makes a decoder.</summary>
    /// <param name="options">How it behaves; null: the defaults.</param>
    public PacketDecoder(DecoderOptions? options = null)
        : this(options ?? new DecoderOptions(), null)
    {
    }

    internal PacketDecoder(DecoderOptions options, HeaderTrail? trail)
    {
        this.trail = trail;
        fragments = new FragmentTable(options.FragmentSlots);
        extraPorts = [.. options.TunnelPorts.Select(port => port.Port)];
        standardPorts = [.. options.TunnelPorts.Select(port => port.StandardPort)];
        lowestTunnelPort = extraPorts.Append((ushort)1701).Min();
    }

    /// <summary>What was decoded and what failed, so far.</summary>
    public DecoderCounters Counters => counters;

    /// <summary>
    /// Decodes one frame. Every frame gives a result; <see cref="DecodedPacket.Failure"/> says where decoding stopped early.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Decode(in RawPacket raw, out DecodedPacket packet)
    {
        packet = default;
        packet.TimestampNs = raw.TimestampNs;
        packet.WireLength = raw.WireLength;
        packet.InterfaceIndex = (ushort)raw.InterfaceIndex;
        packet.LinkType = (ushort)raw.LinkType;
        packet.VlanId = DecodedPacket.NoVlan;
        end = raw.Data.Length;
        uncaptured = Math.Max(0, raw.WireLength - end);
        trail?.Clear();

        if (raw.LinkType == LinkTypes.Ethernet)
        {
            Ethernet(raw.Data, ref packet, 0);
        }
        else
        {
            Link(raw.LinkType, raw.Data, ref packet);
        }

        counters.Add(packet.Failure);
    }

    private static void Fail(ref DecodedPacket packet, DecodeFailure reason) => packet.Failure = reason;

    // What decides the payload's protocol is a non-IP frame's only name, so the innermost one seen so far is kept.
    private void SetEtherType(ref DecodedPacket packet, ushort etherType, int carried)
    {
        if (packet.IpVersion == 0)
        {
            packet.EtherType = etherType;
            packet.PayloadOffset = end - carried;
        }
    }

    /// <summary>The first bytes only, where a header says that it carries so many: what follows is padding, or a trailer.</summary>
    private ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> data, int length)
    {
        int beyond = data.Length - length;
        if (beyond <= 0)
        {
            uncaptured = Math.Min(uncaptured, -beyond);
            return data;
        }

        end -= beyond;
        uncaptured = 0;
        return data[..length];
    }

    /// <summary>Notes what the next bytes are, of which so many are headers; fewer than that are no such header.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Mark(HeaderKind kind, ReadOnlySpan<byte> data, int length = 0)
    {
        if (trail is not null && data.Length >= length)
        {
            Note(trail, kind, end - data.Length, length);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Note(HeaderTrail trail, HeaderKind kind, int offset, int length) =>
        trail.Add(new HeaderMark(kind, offset, length));

    private static void OpenTunnel(ref DecodedPacket packet, TunnelKind kind)
    {
        if (packet.Tunnel == TunnelKind.None)
        {
            packet.Tunnel = kind;
        }
    }

    private static ushort U16(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt16BigEndian(data[at..]);

    private static uint U32(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt32BigEndian(data[at..]);
}
