using System.Buffers.Binary;
using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <content>IPv6 and its extension headers.</content>
public sealed partial class PacketDecoder
{
    /// <summary>RFC 8200 section 3: version, class, flow label, payload length, next header, hop limit, addresses.</summary>
    private void IPv6(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (data.Length > 0 && data[0] >> 4 != 6)
        {
            Fail(ref packet, DecodeFailure.Malformed);
            return;
        }

        if (data.Length < 40)
        {
            FailIp(ref packet, 0x86DD, DecodeFailure.TruncatedNetwork);
            return;
        }

        byte next = data[6];
        Mark(HeaderKind.IPv6, data, data.Length);
        packet.IpVersion = 6;
        packet.EtherType = 0x86DD;
        packet.IpProtocol = next;
        packet.Source = new IpAddress128(BinaryPrimitives.ReadUInt64BigEndian(data[8..]), BinaryPrimitives.ReadUInt64BigEndian(data[16..]));
        packet.Destination =
            new IpAddress128(BinaryPrimitives.ReadUInt64BigEndian(data[24..]), BinaryPrimitives.ReadUInt64BigEndian(data[32..]));
        packet.SourcePort = packet.DestinationPort = 0;
        packet.Traits = PacketTraits.None;

        int payloadLength = U16(data, 4);
        ReadOnlySpan<byte> payload = data[40..];
        if (payloadLength == 0 && next != NoNextHeader)
        {
            payloadLength = next == HopByHop && JumboLength(payload) is > 0 and var jumbo ? jumbo : payload.Length + uncaptured;
        }

        ExtensionHeaders(next, Cut(payload, payloadLength), payloadLength, ref packet, depth);
    }

    /// <summary>
    /// RFC 2675: a payload length of 0 and, in the hop-by-hop header, option 0xC2 with 32 bits of length. 0 where it is not there:
    /// segmentation offload and BIG TCP without the option leave the length out, and what was on the wire counts.
    /// </summary>
    private static int JumboLength(ReadOnlySpan<byte> header)
    {
        int at = 2;
        int length = header.Length >= 8 ? Math.Min((header[1] + 1) * 8, header.Length) : 0;
        while (at + 2 <= length)
        {
            const byte pad1 = 0, jumbo = 0xC2;
            if (header[at] == jumbo && header[at + 1] == 4 && at + 6 <= length)
            {
                return U32(header, at + 2) is > ushort.MaxValue and <= int.MaxValue and var value ? (int)value : 0;
            }

            at += header[at] == pad1 ? 1 : 2 + header[at + 1];
        }

        return 0;
    }

    /// <summary>
    /// RFC 8200 section 4: each header names the next; lengths in 8-byte units beyond the first 8 (AH: 4-byte units, RFC 4302).
    /// </summary>
    private void ExtensionHeaders(byte next, ReadOnlySpan<byte> payload, int payloadLength, ref DecodedPacket packet, int depth)
    {
        // Every header is at least 8 bytes long, so a hostile chain ends with its packet.
        while (true)
        {
            int length;
            switch (next)
            {
                case HopByHop or Routing or DestinationOptions:
                case Shim6 when payload.Length >= 8 && (payload[2] & 0x80) != 0: // RFC 5533: a packet behind it, not its own messages
                    if (payload.Length < 8)
                    {
                        packet.IpProtocol = payload.IsEmpty ? next : payload[0];
                        Fail(ref packet, DecodeFailure.TruncatedNetwork);
                        return;
                    }

                    length = (payload[1] + 1) * 8;
                    break;

                case AuthenticationHeader:
                    if (payload.Length < 12)
                    {
                        packet.IpProtocol = payload.IsEmpty ? next : payload[0];
                        Fail(ref packet, DecodeFailure.TruncatedNetwork);
                        return;
                    }

                    length = (payload[1] + 2) * 4;
                    if (length < 12)
                    {
                        Fail(ref packet, DecodeFailure.Malformed);
                        return;
                    }

                    break;

                case FragmentHeader:
                    if (payload.Length < 8)
                    {
                        packet.IpProtocol = payload.IsEmpty ? next : payload[0];
                        Fail(ref packet, DecodeFailure.TruncatedNetwork);
                        return;
                    }

                    length = 8;
                    int offsetAndMore = U16(payload, 2);
                    if ((offsetAndMore & 0xFFF9) != 0)
                    {
                        packet.Traits = PacketTraits.Fragment;
                        packet.FragmentId = U32(payload, 4);
                        fragmentLength = Math.Max(payloadLength - 8, 0);
                        if ((offsetAndMore & 0xFFF8) != 0)
                        {
                            packet.IpProtocol = payload[0];
                            LaterFragment(ref packet, offsetAndMore & 0xFFF8, Math.Max(payloadLength - 8, 0), (offsetAndMore & 1) == 0);
                            return;
                        }
                    }

                    break;

                default:
                    Transport(next, payload, payloadLength, ref packet, depth);
                    return;
            }

            next = payload[0];
            packet.IpProtocol = next;
            if (payload.Length < length)
            {
                Fail(ref packet, DecodeFailure.TruncatedNetwork);
                return;
            }

            payload = payload[length..];
            payloadLength = Math.Max(payloadLength - length, 0);
        }
    }
}
