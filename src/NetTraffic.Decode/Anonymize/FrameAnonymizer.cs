using System.Buffers.Binary;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <summary>
/// Frames with pseudonyms for addresses: of every IP header that the decoder opens, of those quoted in ICMP errors, of ARP and Neighbor
/// Discovery, and of link layers. A frame ends behind its last header: payload goes, and so does what is not understood. Checksums are
/// mended by the difference (RFC 1624), so that right ones stay right for the packet as it was on the wire, and wrong ones wrong. Not for
/// several threads.
/// </summary>
public sealed partial class FrameAnonymizer
{
    private readonly AddressPseudonyms pseudonyms;
    private readonly HeaderTrail trail = new();
    private readonly PacketDecoder decoder;
    private readonly ChecksumMender checksums = new();
    private byte[] before = new byte[2048];
    private byte[] frame = new byte[2048];

    // Everything before this place is headers that were looked at; the frame is cut here in the end.
    private int done;

    /// <summary>Makes one.</summary>
    /// <param name="pseudonyms">Gives the pseudonyms.</param>
    /// <param name="tunnelPorts">
    /// UDP ports on which tunnels are looked for besides their own; what is in a tunnel that is not found is payload.
    /// </param>
    public FrameAnonymizer(AddressPseudonyms pseudonyms, IReadOnlyList<TunnelPort> tunnelPorts)
    {
        this.pseudonyms = pseudonyms;
        decoder = new PacketDecoder(new DecoderOptions { TunnelPorts = tunnelPorts }, trail);
    }

    /// <summary>The frame's bytes with pseudonyms, no longer than they were; valid until the next call.</summary>
    public ReadOnlySpan<byte> Rewrite(in RawPacket packet)
    {
        int length = packet.Data.Length;
        if (frame.Length < length)
        {
            before = new byte[Math.Max(length, 2 * frame.Length)];
            frame = new byte[before.Length];
        }

        packet.Data.CopyTo(before);
        packet.Data.CopyTo(frame);
        done = 0;
        checksums.Clear();
        decoder.Decode(packet, out _);
        foreach (HeaderMark mark in trail.Marks)
        {
            Header(mark);
        }

        checksums.Mend(before, frame.AsSpan(0, done));
        return frame.AsSpan(0, done);
    }

    private void Header(in HeaderMark mark)
    {
        (int at, int end) = (mark.Offset, mark.Offset + mark.Length);
        switch (mark.Kind)
        {
            case HeaderKind.Stations:
                HideStation(at);
                HideStation(at + 6);
                Keep(end);
                break;
            case HeaderKind.Station:
                HideStation(at);
                Keep(end);
                break;
            case HeaderKind.Wireless: // IEEE 802.11 clause 9.2.3
                HideStation(at + 4);
                HideStation(at + 10);
                HideStation(at + 16);
                Keep(end);
                break;
            case HeaderKind.Hidden:
                frame.AsSpan(at, mark.Length).Clear();
                Keep(end);
                break;
            case HeaderKind.Boundary:
                frame.AsSpan(done, Math.Max(at - done, 0)).Clear();
                Keep(at);
                break;
            case HeaderKind.Arp:
                Keep(at);
                Arp(at, end);
                break;
            case HeaderKind.IPv4:
                Keep(at);
                IPv4(at, end, quoted: false);
                break;
            case HeaderKind.IPv6:
                Keep(at);
                IPv6(at, end, quoted: false);
                break;
            default:
                Keep(end);
                break;
        }
    }

    private void Keep(int until) => done = Math.Max(done, until);

    /// <summary>RFC 826: hardware and protocol type and length, operation, then sender's and target's addresses.</summary>
    private void Arp(int at, int end)
    {
        const int header = 8, ipLength = 4, macLength = 6;
        if (end - at < header)
        {
            return;
        }

        Keep(at + header);
        int hardware = frame[at + 4];
        if (U16(at + 2) != 0x0800 || frame[at + 5] != ipLength || end - at < header + (2 * (hardware + ipLength)))
        {
            return;
        }

        for (int side = at + header, last = side + hardware + ipLength; side <= last; side += hardware + ipLength)
        {
            if (hardware == macLength)
            {
                HideStation(side);
            }
            else
            {
                frame.AsSpan(side, hardware).Clear();
            }

            HideIPv4(side + hardware);
            Keep(side + hardware + ipLength);
        }
    }

    private int U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(at));

    private void HideIPv4(int at)
    {
        Span<byte> address = frame.AsSpan(at, 4);
        BinaryPrimitives.WriteUInt32BigEndian(address, pseudonyms.OfIPv4(BinaryPrimitives.ReadUInt32BigEndian(address)));
    }

    private void HideIPv6(int at) => HideIPv6(frame.AsSpan(at, 16));

    private void HideIPv6(Span<byte> address)
    {
        IpAddress128 pseudonym = pseudonyms.OfIPv6(new IpAddress128(
            BinaryPrimitives.ReadUInt64BigEndian(address), BinaryPrimitives.ReadUInt64BigEndian(address[8..])));
        BinaryPrimitives.WriteUInt64BigEndian(address, pseudonym.High);
        BinaryPrimitives.WriteUInt64BigEndian(address[8..], pseudonym.Low);
    }

    private void HideStation(int at)
    {
        Span<byte> address = frame.AsSpan(at, 6);
        ulong mac = ((ulong)BinaryPrimitives.ReadUInt16BigEndian(address) << 32) | BinaryPrimitives.ReadUInt32BigEndian(address[2..]);
        ulong pseudonym = pseudonyms.OfMac(mac);
        BinaryPrimitives.WriteUInt16BigEndian(address, (ushort)(pseudonym >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(address[2..], (uint)pseudonym);
    }
}
