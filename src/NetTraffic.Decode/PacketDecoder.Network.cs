using System.Runtime.CompilerServices;
using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <content>IPv4, and what follows an IP header.</content>
public sealed partial class PacketDecoder
{
    private const byte HopByHop = 0, Icmp = 1, Igmp = 2, IpInIpV4 = 4, Tcp = 6, Udp = 17, Dccp = 33, IpInIpV6 = 41, Routing = 43,
        FragmentHeader = 44, Gre = 47, AuthenticationHeader = 51, IcmpV6 = 58, NoNextHeader = 59, DestinationOptions = 60, EtherIp = 97,
        Pim = 103,
        Sctp = 132, UdpLite = 136, MplsInIp = 137, Shim6 = 140, EthernetInIp = 143;

    /// <summary>IP by its version nibble.</summary>
    private void Ip(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (data.Length > 0 && data[0] >> 4 == 6)
        {
            IPv6(data, ref packet, depth);
        }
        else
        {
            IPv4(data, ref packet, depth);
        }
    }

    /// <summary>
    /// The innermost IP header is there but cannot be read: the frame counts under its EtherType, as TShark shows it, and not under
    /// the addresses of a tunnel around it.
    /// </summary>
    private static void FailIp(ref DecodedPacket packet, ushort etherType, DecodeFailure reason)
    {
        packet.IpVersion = 0;
        packet.IpProtocol = 0;
        packet.EtherType = etherType;
        packet.Source = packet.Destination = default;
        packet.SourcePort = packet.DestinationPort = 0;
        packet.Traits = PacketTraits.None;
        packet.PayloadLength = packet.PayloadOffset = packet.TransportHeaderLength = 0;
        packet.Failure = reason;
    }

    /// <summary>
    /// RFC 791 section 3.1: version, IHL, DSCP, total length, identification, flags and offset, TTL, protocol, checksum, addresses,
    /// options.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void IPv4(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (data.Length < 20)
        {
            FailIp(ref packet, 0x0800, DecodeFailure.TruncatedNetwork);
            return;
        }

        int headerLength = (data[0] & 15) * 4;
        int totalLength = U16(data, 2);
        if (data[0] >> 4 != 4 || headerLength < 20)
        {
            if (data[0] >> 4 == 6)
            {
                IPv6(data, ref packet, depth);
                return;
            }

            FailIp(ref packet, 0x0800, DecodeFailure.Malformed);
            return;
        }

        // Segmentation offload leaves the total length 0 on frames captured before the card cuts them up, and so does BIG TCP.
        if (totalLength == 0)
        {
            totalLength = Math.Max(data.Length + uncaptured, headerLength);
        }
        else if (totalLength < headerLength)
        {
            FailIp(ref packet, 0x0800, DecodeFailure.Malformed);
            return;
        }

        byte protocol = data[9];
        Mark(HeaderKind.IPv4, data, data.Length);
        packet.IpVersion = 4;
        packet.EtherType = 0x0800;
        packet.IpProtocol = protocol;
        packet.Source = IpAddress128.FromIPv4(U32(data, 12));
        packet.Destination = IpAddress128.FromIPv4(U32(data, 16));
        packet.SourcePort = packet.DestinationPort = 0;
        packet.Traits = PacketTraits.None;

        int fragment = U16(data, 6);
        if ((fragment & 0x3FFF) != 0)
        {
            packet.Traits = PacketTraits.Fragment;
            packet.FragmentId = U16(data, 4);
            if ((fragment & 0x1FFF) != 0)
            {
                LaterFragment(ref packet, (fragment & 0x1FFF) * 8, totalLength - headerLength, (fragment & 0x2000) == 0);
                return;
            }
        }

        if (data.Length < headerLength)
        {
            packet.PayloadLength = totalLength - headerLength;
            packet.PayloadOffset = packet.TransportHeaderLength = 0;
            Fail(ref packet, DecodeFailure.TruncatedNetwork);
            return;
        }

        int payloadLength = totalLength - headerLength;
        fragmentLength = payloadLength;
        Transport(protocol, Cut(data[headerLength..], payloadLength), payloadLength, ref packet, depth);
    }

    private void LaterFragment(ref DecodedPacket packet, int offset, int length, bool last)
    {
        packet.Traits |= PacketTraits.LaterFragment;
        packet.PayloadLength = length;
        packet.PayloadOffset = packet.TransportHeaderLength = 0;
        if (fragments.Later(ref packet, FragmentKind.Ip, offset, length, last, out DecodedPacket inner))
        {
            Carry(inner, ref packet);
        }
    }

    /// <summary>
    /// What a tunnel's datagram carries begins in its first fragment, and counts as the packet of the one that completes it.
    /// </summary>
    private void FirstFragment(byte protocol, ReadOnlySpan<byte> payload, ref DecodedPacket packet, int depth)
    {
        int length = fragmentLength;
        DecodedPacket inner = packet;
        inner.Traits = PacketTraits.None;
        inner.Tunnel = TunnelKind.None;
        int where = end;
        uncaptured = 0;
        if (protocol == Udp && payload.Length >= 8)
        {
            TunnelInUdp(payload[8..], ref inner, depth + 1);
        }
        else if (IsTunnel(protocol))
        {
            TunnelInIp(protocol, payload, ref inner, depth + 1);
        }

        end = where;
        bool carries = inner.Tunnel != TunnelKind.None && inner.IpVersion != 0;
        if ((carries || (packet.Traits & PacketTraits.HasTransport) != 0)
            && fragments.First(packet, FragmentKind.Ip, inner, carries, length) && carries)
        {
            Carry(inner, ref packet);
        }
    }

    /// <summary>This frame completes what a tunnel carries. The headers of that are in another frame, and so is its payload.</summary>
    private static void Carry(in DecodedPacket inner, ref DecodedPacket packet)
    {
        DecodedPacket frame = packet;
        packet = inner;
        packet.TimestampNs = frame.TimestampNs;
        packet.SourceMac = frame.SourceMac;
        packet.DestinationMac = frame.DestinationMac;
        packet.WireLength = frame.WireLength;
        packet.LinkType = frame.LinkType;
        packet.InterfaceIndex = frame.InterfaceIndex;
        packet.VlanId = frame.VlanId;
        packet.Tunnel = frame.Tunnel == TunnelKind.None ? inner.Tunnel : frame.Tunnel;
        packet.PayloadOffset = packet.TransportHeaderLength = 0;
    }

    /// <summary>
    /// What an IP header carries. <paramref name="payloadLength"/> is by the IP header; <paramref name="payload"/> is what was captured
    /// of it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Transport(byte protocol, ReadOnlySpan<byte> payload, int payloadLength, ref DecodedPacket packet, int depth)
    {
        packet.PayloadLength = payloadLength;
        packet.PayloadOffset = end - payload.Length;
        packet.TransportHeaderLength = 0;
        switch (protocol)
        {
            case Tcp:
                TcpHeader(payload, payloadLength, ref packet);
                break;
            case Udp:
                UdpHeader(payload, ref packet, depth);
                break;
            case Icmp or IcmpV6:
                // What an ICMP error quotes is not this packet's own: the walk ends here.
                if (payload.Length < 2)
                {
                    Fail(ref packet, DecodeFailure.TruncatedTransport);
                    return;
                }

                packet.SourcePort = payload[0];
                packet.DestinationPort = payload[1];
                packet.Traits |= PacketTraits.HasTransport;
                break;
            case Sctp or Dccp or UdpLite:
                if (Ports(payload, ref packet))
                {
                    packet.Traits |= PacketTraits.HasTransport;
                }

                break;
            default:
                if (IsTunnel(protocol) && (packet.Traits & PacketTraits.Fragment) == 0)
                {
                    TunnelInIp(protocol, payload, ref packet, depth + 1);
                    return;
                }

                break;
        }

        if ((packet.Traits & PacketTraits.Fragment) != 0)
        {
            FirstFragment(protocol, payload, ref packet, depth);
        }
    }

    private static bool Ports(ReadOnlySpan<byte> payload, ref DecodedPacket packet)
    {
        if (payload.Length < 4)
        {
            Fail(ref packet, DecodeFailure.TruncatedTransport);
            return false;
        }

        packet.SourcePort = U16(payload, 0);
        packet.DestinationPort = U16(payload, 2);
        return true;
    }

    /// <summary>RFC 9293 section 3.1: ports, sequence and acknowledgement numbers, data offset and flags, window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TcpHeader(ReadOnlySpan<byte> payload, int payloadLength, ref DecodedPacket packet)
    {
        if (payload.Length < 20)
        {
            if (Ports(payload, ref packet))
            {
                Fail(ref packet, DecodeFailure.TruncatedTransport);
            }

            return;
        }

        uint ports = U32(payload, 0);
        packet.SourcePort = (ushort)(ports >> 16);
        packet.DestinationPort = (ushort)ports;
        packet.TcpSequence = U32(payload, 4);
        packet.TcpAcknowledgement = U32(payload, 8);
        packet.TcpFlags = (TcpFlags)payload[13];
        packet.TcpWindow = U16(payload, 14);
        packet.Traits |= PacketTraits.HasTransport;
        int headerLength = (payload[12] >> 4) * 4;
        if (headerLength < 20)
        {
            Fail(ref packet, DecodeFailure.Malformed);
            headerLength = 20;
        }

        packet.PayloadLength = Math.Max(payloadLength - headerLength, 0);
        packet.PayloadOffset += headerLength;
        packet.TransportHeaderLength = (byte)headerLength;
    }

    /// <summary>RFC 768: ports, length, checksum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void UdpHeader(ReadOnlySpan<byte> payload, ref DecodedPacket packet, int depth)
    {
        if (!Ports(payload, ref packet))
        {
            return;
        }

        if (payload.Length < 8)
        {
            Fail(ref packet, DecodeFailure.TruncatedTransport);
            return;
        }

        packet.Traits |= PacketTraits.HasTransport;
        packet.PayloadLength = Math.Max(packet.PayloadLength - 8, 0);
        packet.PayloadOffset += 8;
        packet.TransportHeaderLength = 8;
        if ((packet.Traits & PacketTraits.Fragment) == 0)
        {
            TunnelInUdp(payload[8..], ref packet, depth + 1);
        }
    }
}
