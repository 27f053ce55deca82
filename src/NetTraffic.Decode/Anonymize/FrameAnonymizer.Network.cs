using static NetTraffic.Decode.ChecksumMender;

namespace NetTraffic.Decode;

/// <content>IP headers, their options and extension headers.</content>
public sealed partial class FrameAnonymizer
{
    /// <summary>The addresses of a pseudo-header: those of the IP header, or what an option or a route puts in their place.</summary>
    /// <param name="Source">Where the sender's stands.</param>
    /// <param name="Destination">Where the receiver's stands.</param>
    /// <param name="Length">Bytes of each.</param>
    private readonly record struct Pair(int Source, int Destination, int Length);

    /// <summary>RFC 791 section 3.1. The header is 20 bytes at least.</summary>
    private void IPv4(int at, int end, bool quoted)
    {
        const int fixedLength = 20;
        int headerEnd = at + ((frame[at] & 15) * 4);
        int total = U16(at + 2);
        end = total == 0 ? end : Math.Min(end, at + total);
        HideIPv4(at + 12);
        HideIPv4(at + 16);
        Keep(at + fixedLength);
        checksums.Add(new Covered(at + 10, at, headerEnd));
        Pair pair = new(at + 12, at + 16, 4);
        int known = OptionsOfIPv4(at + fixedLength, Math.Min(headerEnd, end), ref pair);
        Keep(known);
        bool laterFragment = (U16(at + 6) & 0x1FFF) != 0;
        if (known == headerEnd && !laterFragment)
        {
            Transport(frame[at + 9], headerEnd, end, pair, quoted);
        }
    }

    /// <summary>
    /// RFC 791 section 3.1: recorded and prescribed routes get pseudonyms, what may have addresses or labels otherwise is emptied. Returns
    /// where the last whole option ends.
    /// </summary>
    private int OptionsOfIPv4(int at, int end, ref Pair pair)
    {
        const byte endOfOptions = 0, nothing = 1, recordRoute = 7, looseRoute = 131, strictRoute = 137, routerAlert = 148;
        while (at < end)
        {
            byte type = frame[at];
            if (type == endOfOptions)
            {
                frame.AsSpan(at, end - at).Clear();
                return end;
            }

            if (type == nothing)
            {
                at++;
                continue;
            }

            int length = at + 1 < end ? frame[at + 1] : 0;
            if (length < 2 || at + length > end)
            {
                return at;
            }

            if (type is recordRoute or looseRoute or strictRoute && length >= 3)
            {
                int slot = at + 3;
                for (; slot + 4 <= at + length; slot += 4)
                {
                    // A slot that waits for a router's address.
                    if (frame.AsSpan(slot, 4).ContainsAnyExcept((byte)0))
                    {
                        HideIPv4(slot);
                    }
                }

                // On its way, the packet is for the last one of the route (RFC 1122 section 3.2.1.8), and so is its checksum.
                pair = type != recordRoute && length >= 7 && frame[at + 2] <= length ? pair with { Destination = slot - 4 } : pair;
                frame.AsSpan(slot, at + length - slot).Clear();
            }
            else if (type != routerAlert)
            {
                frame.AsSpan(at + 2, length - 2).Clear();
            }

            at += length;
        }

        return end;
    }

    /// <summary>RFC 8200 section 3 and 4. The header is 40 bytes at least.</summary>
    private void IPv6(int at, int end, bool quoted)
    {
        const int fixedLength = 40;
        const byte hopByHop = 0, routing = 43, fragment = 44, authentication = 51, destination = 60, shim6 = 140;
        int length = U16(at + 4);
        end = length == 0 ? end : Math.Min(end, at + fixedLength + length);
        HideIPv6(at + 8);
        HideIPv6(at + 24);
        Pair pair = new(at + 8, at + 24, 16);
        byte next = frame[at + 6];
        at += fixedLength;
        Keep(at);
        while (next is hopByHop or routing or fragment or authentication or destination or shim6)
        {
            const int shortest = 8;
            bool isMessage = next == shim6 && end - at > 2 && (frame[at + 2] & 0x80) == 0; // RFC 5533 section 5.2
            if (end - at < shortest || isMessage || (next == authentication && frame[at + 1] == 0))
            {
                return;
            }

            int headerEnd = at + next switch
            {
                fragment => shortest,
                authentication => (frame[at + 1] + 2) * 4,
                _ => (frame[at + 1] + 1) * 8,
            };
            int known = next switch
            {
                hopByHop or destination => OptionsOfIPv6(at + 2, Math.Min(headerEnd, end), ref pair),
                routing => Route(at, Math.Min(headerEnd, end), ref pair),
                _ => Math.Min(headerEnd, end),
            };
            Keep(known);
            if (known < headerEnd || (next == fragment && (U16(at + 2) & 0xFFF8) != 0))
            {
                return;
            }

            next = frame[at];
            at = headerEnd;
        }

        Transport(next, at, end, pair, quoted);
    }

    /// <summary>RFC 8200 section 4.2. Returns where the last whole option ends.</summary>
    private int OptionsOfIPv6(int at, int end, ref Pair pair)
    {
        const byte pad1 = 0, tunnelLimit = 4, routerAlert = 5, jumbo = 0xC2, homeAddress = 0xC9;
        while (at < end)
        {
            if (frame[at] == pad1)
            {
                at++;
                continue;
            }

            int length = at + 1 < end ? frame[at + 1] : int.MaxValue;
            if (length > end - at - 2)
            {
                return at;
            }

            switch (frame[at])
            {
                case homeAddress when length == 16: // RFC 6275 section 6.3: who sends, also for checksums
                    HideIPv6(at + 2);
                    pair = pair with { Source = at + 2 };
                    break;
                case tunnelLimit or routerAlert or jumbo:
                    break;
                default:
                    frame.AsSpan(at + 2, length).Clear();
                    break;
            }

            at += 2 + length;
        }

        return end;
    }

    /// <summary>
    /// RFC 8200 section 4.4: length, type, segments left. Types 0 and 2 (RFC 6275) have addresses, the receiver's last; segment routing (4,
    /// RFC 8754) has the receiver's first. Of others, nothing but their length is known.
    /// </summary>
    private int Route(int at, int end, ref Pair pair)
    {
        const byte source = 0, home = 2, segments = 4;
        const int header = 8, addressLength = 16;
        byte type = frame[at + 2];
        int count = Math.Min(
            type switch
            {
                source or home => frame[at + 1] / 2,
                segments => frame[at + 4] + 1,
                _ => 0,
            },
            (end - at - header) / addressLength);
        int last = at + header;
        for (int i = 0; i < count; i++, last += addressLength)
        {
            HideIPv6(last);
        }

        bool onItsWay = frame[at + 3] != 0;
        if (count > 0 && onItsWay)
        {
            pair = pair with { Destination = type == segments ? at + header : last - addressLength };
        }

        int rest = type is source or home or segments ? last : at + 4;
        frame.AsSpan(rest, end - rest).Clear();
        return end;
    }
}
