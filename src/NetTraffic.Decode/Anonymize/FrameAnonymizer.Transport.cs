using static NetTraffic.Decode.ChecksumMender;

namespace NetTraffic.Decode;

/// <content>What stands behind an IP header.</content>
public sealed partial class FrameAnonymizer
{
    /// <summary>Keeps the header of a protocol, as far as it has no addresses or has pseudonyms for them.</summary>
    /// <param name="protocol">IP protocol number.</param>
    /// <param name="at">Where it begins.</param>
    /// <param name="end">Where the IP packet ends, or what was captured of it.</param>
    /// <param name="pair">The addresses of the pseudo-header.</param>
    /// <param name="quoted">Whether an ICMP error quotes this packet.</param>
    private void Transport(byte protocol, int at, int end, in Pair pair, bool quoted)
    {
        const byte icmp = 1, tcp = 6, udp = 17, dccp = 33, gre = 47, esp = 50, icmpV6 = 58, pim = 103, sctp = 132, udpLite = 136;
        int length = Math.Max(end - at, 0);
        switch (protocol)
        {
            case tcp:
                Tcp(at, end, pair);
                break;
            case udp:
                Keep(at + Math.Min(length, 8));
                checksums.Add(With(pair, new Covered(at + 6, at, end, ZeroIsNone: true)));
                break;
            case udpLite: // RFC 3828 section 3.1: covers so many bytes; 0: all
                Keep(at + Math.Min(length, 8));
                int coverage = length >= 6 ? U16(at + 4) : 0;
                checksums.Add(With(pair, new Covered(at + 6, at, coverage == 0 ? end : Math.Min(end, at + coverage))));
                break;
            case dccp: // RFC 4340 section 5.1: 12 bytes, 16 with long sequence numbers; options and data may not be covered
                int header = length > 8 && (frame[at + 8] & 1) != 0 ? 16 : 12;
                Keep(at + Math.Min(length, header));
                checksums.Add(With(pair, new Covered(at + 6, at, at + Math.Min(length, header))));
                break;
            case sctp: // RFC 9260 section 3.1; its checksum is of no address
                Keep(at + Math.Min(length, 12));
                break;
            case esp: // RFC 4303: security association, sequence number
                Keep(at + Math.Min(length, 8));
                break;
            case gre when length >= 6 && (frame[at] & 0x80) != 0: // RFC 2784 section 2.1; what it carries is told by the next marks
                checksums.Add(new Covered(at + 4, at, end));
                break;
            case pim when length >= 8 && frame[at] == 0x21 && pair.Length == 16: // RFC 7761 section 4.9: of a register, the header alone
                checksums.Add(With(pair, new Covered(at + 2, at, at + 8)));
                break;
            case icmp when pair.Length == 4:
                Icmp(at, end, quoted);
                break;
            case icmpV6 when pair.Length == 16:
                IcmpV6(at, end, pair, quoted);
                break;
            case icmp or icmpV6: // type and code of a message of the other IP
                Keep(at + Math.Min(length, 2));
                break;
            default:
                break;
        }
    }

    private static Covered With(in Pair pair, in Covered checksum) =>
        checksum with { Source = pair.Source, Destination = pair.Destination, AddressLength = pair.Length };

    /// <summary>
    /// RFC 9293 section 3.1. Options with addresses (Multipath TCP), cookies and signatures, and those that are not known, or have another
    /// length than theirs (RFC 7323, RFC 2018), become no-ops.
    /// </summary>
    private void Tcp(int at, int end, in Pair pair)
    {
        const int fixedLength = 20;
        const byte endOfOptions = 0, nothing = 1, segmentSize = 2, windowScale = 3, sackPermitted = 4, sack = 5, timestamps = 8;
        checksums.Add(With(pair, new Covered(at + 16, at, end)));
        Keep(Math.Min(end, at + fixedLength));
        if (end - at < fixedLength)
        {
            return;
        }

        int headerEnd = Math.Min(end, at + ((frame[at + 12] >> 4) * 4));
        int option = at + fixedLength;
        while (option < headerEnd && frame[option] != endOfOptions)
        {
            byte kind = frame[option];
            int length = kind == nothing ? 1 : option + 1 < headerEnd ? frame[option + 1] : 0;
            if (kind != nothing && (length < 2 || option + length > headerEnd))
            {
                break;
            }

            bool known = (kind, length) is (nothing, 1) or (segmentSize, 4) or (windowScale, 3) or (sackPermitted, 2)
                or (sack, 10 or 18 or 26 or 34) or (timestamps, 10);
            if (!known)
            {
                frame.AsSpan(option, length).Fill(nothing);
            }

            option += length;
        }

        // Behind the end of the options is padding; and half an option says nothing.
        if (option < headerEnd)
        {
            frame.AsSpan(option, headerEnd - option).Clear();
        }

        Keep(headerEnd);
    }

    /// <summary>RFC 792: type, code, checksum, four bytes by type; errors quote the packet that they are about.</summary>
    private void Icmp(int at, int end, bool quoted)
    {
        const byte unreachable = 3, quench = 4, redirect = 5, timeExceeded = 11, parameter = 12;
        int length = Math.Max(end - at, 0);
        checksums.Add(new Covered(at + 2, at, end));
        byte type = length > 0 ? frame[at] : (byte)0;
        bool known = type is 0 or 8 or 9 or 10 or (>= 13 and <= 18) or 42 or 43;
        bool isError = type is unreachable or quench or redirect or timeExceeded or parameter;
        bool hasGateway = type == redirect && length >= 8;
        Keep(at + Math.Min(length, known || hasGateway || (isError && type != redirect) ? 8 : 4));
        if (hasGateway)
        {
            HideIPv4(at + 4);
        }

        const int shortest = 20;
        if (isError && !quoted && length >= 8 + shortest && frame[at + 8] is >= 0x45 and <= 0x4F)
        {
            IPv4(at + 8, end, quoted: true);
        }
    }

    /// <summary>
    /// RFC 4443: type, code, checksum; errors quote a packet behind four more bytes. RFC 4861 section 4, RFC 2710 section 3: addresses and
    /// options.
    /// </summary>
    private void IcmpV6(int at, int end, in Pair pair, bool quoted)
    {
        int length = Math.Max(end - at, 0);
        checksums.Add(With(pair, new Covered(at + 2, at, end)));
        byte type = length > 0 ? frame[at] : (byte)0;
        const byte listenerReport = 143;
        (int header, int addresses, bool hasOptions) = type switch
        {
            (>= 1 and <= 4) or 128 or 129 or listenerReport => (8, 0, false), // errors, echo
            >= 130 and <= 132 => (24, 1, false), // multicast listeners, up to the first address
            133 => (8, 0, true), // router solicitation and advertisement
            134 => (16, 0, true),
            135 or 136 => (24, 1, true), // neighbor solicitation and advertisement
            137 => (40, 2, true), // redirect
            _ => (4, 0, false),
        };
        if (length < header)
        {
            Keep(at + Math.Min(length, addresses > 0 ? 8 : header));
            return;
        }

        for (int i = 0; i < addresses; i++)
        {
            HideIPv6(at + 8 + (16 * i));
        }

        Keep(at + header);
        if (hasOptions)
        {
            NeighborOptions(at + header, end);
        }

        const int shortest = 40;
        if (type is >= 1 and <= 4 && !quoted && length >= 8 + shortest && frame[at + 8] >> 4 == 6)
        {
            IPv6(at + 8, end, quoted: true);
        }
    }

    /// <summary>
    /// RFC 4861 section 4.6: type, length in 8-byte units. Kept up to the first whose content is not known, which may have names (RFC 8106)
    /// or a packet.
    /// </summary>
    private void NeighborOptions(int at, int end)
    {
        const byte sourceStation = 1, targetStation = 2, prefix = 3, mtu = 5, route = 24, nameServers = 25;
        while (at + 8 <= end)
        {
            int length = frame[at + 1] * 8;
            if (length == 0 || at + length > end)
            {
                return;
            }

            switch (frame[at])
            {
                case sourceStation or targetStation when length == 8:
                    HideStation(at + 2);
                    break;
                case prefix when length == 32:
                    HidePrefix(at + 16, 16);
                    break;
                case mtu when length == 8:
                    break;
                case route when length is 8 or 16 or 24: // RFC 4191 section 2.3: as much of the prefix as there is
                    HidePrefix(at + 8, length - 8);
                    break;
                case nameServers when (length - 8) % 16 == 0:
                    for (int server = at + 8; server < at + length; server += 16)
                    {
                        HideIPv6(server);
                    }

                    break;
                default:
                    return;
            }

            at += length;
            Keep(at);
        }
    }

    /// <summary>The pseudonym of a prefix, of which the zeros at its end, in whole bytes, are not part.</summary>
    private void HidePrefix(int at, int length)
    {
        Span<byte> address = stackalloc byte[16];
        frame.AsSpan(at, length).CopyTo(address);
        int used = address.LastIndexOfAnyExcept((byte)0) + 1;
        HideIPv6(address);
        address[used..].Clear();
        address[..length].CopyTo(frame.AsSpan(at));
    }
}
