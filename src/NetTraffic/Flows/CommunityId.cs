using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>
/// Community ID v1 flow hash (https://github.com/corelight/community-id-spec): "1:" and the base64 of a SHA-1 over seed, addresses,
/// protocol and ports.
/// </summary>
public static class CommunityId
{
    /// <summary>Length of the text: "1:" and 28 characters.</summary>
    public const int TextLength = 30;

    private const int MessageLength = 40;

    /// <summary>Reads what a user wrote: "1:" and the base64 of 20 bytes; anything else would find nothing without a word.</summary>
    /// <exception cref="FilterValueException">That is no Community ID.</exception>
    public static string Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        return trimmed.Length == TextLength && trimmed.StartsWith("1:", StringComparison.Ordinal) && Base64.IsValid(trimmed.AsSpan(2))
            ? trimmed
            : throw new FilterValueException(
                $"'{text}' is not a Community ID.",
                "Give it as Zeek, Suricata and Get-NetFlow write it, in quotes: '1:LQU9qZlK+B5F3KDmev6m5PMibrg='.");
    }

    /// <summary>The hash of a flow row with IP, seed 0, as text.</summary>
    public static string Compute(in FlowRow row)
    {
        Span<byte> text = stackalloc byte[TextLength];
        Format(row, 0, text);
        return System.Text.Encoding.ASCII.GetString(text);
    }

    /// <summary>The hash of two endpoints, seed 0, as text.</summary>
    /// <param name="source">Sender's address as text.</param>
    /// <param name="destination">Receiver's address as text.</param>
    /// <param name="protocol">IP protocol number.</param>
    /// <param name="sourcePort">Sender's port; ICMP: the type; 0 for protocols without ports.</param>
    /// <param name="destinationPort">Receiver's port; ICMP: the code.</param>
    /// <exception cref="FormatException">An address is none.</exception>
    public static string Compute(string source, string destination, byte protocol, ushort sourcePort, ushort destinationPort)
    {
        ArgumentNullException.ThrowIfNull(source);
        byte version = (byte)(source.Contains(':', StringComparison.Ordinal) ? 6 : 4);
        Span<byte> text = stackalloc byte[TextLength];
        Format(AddressText.FromIPAddress(IPAddress.Parse(source)), AddressText.FromIPAddress(IPAddress.Parse(destination)), version,
            protocol,
            sourcePort, destinationPort, ProtocolNames.HasPorts(protocol), 0, text);
        return System.Text.Encoding.ASCII.GetString(text);
    }

    /// <summary>Writes the hash of a flow row with IP as ASCII into <see cref="TextLength"/> bytes.</summary>
    public static void Format(in FlowRow row, ushort seed, Span<byte> text)
    {
        Span<byte> message = stackalloc byte[MessageLength];
        Format(message[..WriteMessage(row, seed, message)], text);
    }

    /// <summary>Writes the hash as ASCII into <see cref="TextLength"/> bytes.</summary>
    /// <param name="source">Sender's address.</param>
    /// <param name="destination">Receiver's address.</param>
    /// <param name="ipVersion">4 or 6.</param>
    /// <param name="protocol">IP protocol number.</param>
    /// <param name="sourcePort">Sender's port; ICMP: the type.</param>
    /// <param name="destinationPort">Receiver's port; ICMP: the code.</param>
    /// <param name="hasPorts">Whether the protocol has ports; ignored for ICMP.</param>
    /// <param name="seed">Seed, 0 by default everywhere.</param>
    /// <param name="text">Where the text goes.</param>
    public static void Format(
        in IpAddress128 source,
        in IpAddress128 destination,
        byte ipVersion,
        byte protocol,
        ushort sourcePort,
        ushort destinationPort,
        bool hasPorts,
        ushort seed,
        Span<byte> text)
    {
        Span<byte> message = stackalloc byte[MessageLength];
        int length = WriteMessage(source, destination, ipVersion, protocol, sourcePort, destinationPort, hasPorts, seed, message);
        Format(message[..length], text);
    }

    /// <summary>
    /// Writes what is hashed for a row: seed, addresses, protocol, a zero and ports; returns its length, 40 bytes at most.
    /// </summary>
    internal static int WriteMessage(in FlowRow row, ushort seed, Span<byte> message) => WriteMessage(
        row.Source,
        row.Destination,
        row.IpVersion,
        row.IpProtocol,
        row.SourcePort,
        row.DestinationPort,
        ProtocolNames.HasPorts(row.IpProtocol),
        seed,
        message);

    private static int WriteMessage(
        in IpAddress128 source,
        in IpAddress128 destination,
        byte ipVersion,
        byte protocol,
        ushort sourcePort,
        ushort destinationPort,
        bool hasPorts,
        ushort seed,
        Span<byte> data)
    {
        bool ordered = true;
        bool icmp = protocol is 1 or 58;
        if (icmp)
        {
            int counterpart = IcmpPairs.Counterpart(protocol == 1 ? (byte)4 : (byte)6, sourcePort);
            ordered = counterpart >= 0;
            destinationPort = ordered ? (ushort)counterpart : destinationPort;
            hasPorts = true;
        }
        else if (!hasPorts)
        {
            sourcePort = destinationPort = 0;
        }

        int order = source.CompareTo(destination);
        bool swap = ordered && (order > 0 || (order == 0 && sourcePort > destinationPort));
        BinaryPrimitives.WriteUInt16BigEndian(data, seed);
        int at = 2;
        at += Write(swap ? destination : source, ipVersion, data[at..]);
        at += Write(swap ? source : destination, ipVersion, data[at..]);
        data[at++] = protocol;
        data[at++] = 0;
        if (hasPorts)
        {
            BinaryPrimitives.WriteUInt16BigEndian(data[at..], swap ? destinationPort : sourcePort);
            BinaryPrimitives.WriteUInt16BigEndian(data[(at + 2)..], swap ? sourcePort : destinationPort);
            at += 4;
        }

        return at;
    }

    private static void Format(ReadOnlySpan<byte> message, Span<byte> text)
    {
        Span<byte> hash = stackalloc byte[20];
#pragma warning disable CA5350 // SHA-1 is what the specification says; nothing is kept secret by it.
        SHA1.HashData(message, hash);
#pragma warning restore CA5350
        text[0] = (byte)'1';
        text[1] = (byte)':';
        Base64.EncodeToUtf8(hash, text[2..], out _, out _);
    }

    private static int Write(in IpAddress128 address, byte ipVersion, Span<byte> destination)
    {
        if (ipVersion == 4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)address.Low);
            return 4;
        }

        BinaryPrimitives.WriteUInt64BigEndian(destination, address.High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], address.Low);
        return 16;
    }
}
