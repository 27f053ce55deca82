using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using NetTraffic.Packets;

namespace NetTraffic.Net;

/// <summary>Addresses as text: RFC 5952 for IPv6, dotted quad for IPv4, colons for MAC addresses.</summary>
public static class AddressText
{
    /// <summary>Bytes that any address's text fits in: 39 of IPv6 without a dotted part, 22 with one.</summary>
    public const int MaxLength = 39;

    /// <summary>Length of a MAC address's text.</summary>
    public const int MacLength = 17;

    private const string Hex = "0123456789abcdef";

    /// <summary>
    /// Writes an address as ASCII; returns the number of bytes written. <paramref name="destination"/> holds at least <see
    /// cref="MaxLength"/>.
    /// </summary>
    /// <param name="address">The address.</param>
    /// <param name="ipVersion">4: dotted quad; anything else: RFC 5952.</param>
    /// <param name="destination">Where the text goes.</param>
    public static int Format(in IpAddress128 address, byte ipVersion, Span<byte> destination) =>
        ipVersion == 4 ? WriteQuad((uint)address.Low, destination, 0) : WriteGroups(address, destination);

    /// <summary>Reads an address as flows have it; false: it is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address.</param>
    /// <param name="ipVersion">4 or 6.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out IpAddress128 address, out byte ipVersion)
    {
        ipVersion = text.Contains(':') ? (byte)6 : (byte)4;
        if ((ipVersion == 4 && !IsPlainIPv4(text)) || !IPAddress.TryParse(text, out IPAddress? parsed))
        {
            address = default;
            return false;
        }

        address = FromIPAddress(parsed);
        return true;
    }

    /// <summary>
    /// Four parts without leading zeros. The framework takes fewer parts too, and takes 010 for 8 and 0x10 for 16; to others 010 is 10.
    /// </summary>
    private static bool IsPlainIPv4(ReadOnlySpan<char> text)
    {
        int parts = 1;
        for (int i = 0; i < text.Length; i++)
        {
            bool begins = i == 0 || text[i - 1] == '.';
            if (text[i] == '.')
            {
                parts++;
            }
            else if (begins && text[i] == '0' && i + 1 < text.Length && text[i + 1] != '.')
            {
                return false;
            }
        }

        return parts == 4;
    }

    /// <summary>The framework's form of an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="ipVersion">4 or 6.</param>
    public static IPAddress ToIPAddress(in IpAddress128 address, byte ipVersion)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, address.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], address.Low);
        return new IPAddress(ipVersion == 4 ? bytes[12..] : bytes);
    }

    /// <summary>Our form of the framework's address; scope identifiers are dropped.</summary>
    public static IpAddress128 FromIPAddress(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16];
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            address.TryWriteBytes(bytes, out _);
            return IpAddress128.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes));
        }

        address.TryWriteBytes(bytes, out _);
        return new IpAddress128(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
    }

    /// <summary>Writes a MAC address (low 48 bits) as <c>00:11:22:aa:bb:cc</c>; returns <see cref="MacLength"/>.</summary>
    public static int FormatMac(ulong mac, Span<byte> destination)
    {
        for (int i = 0; i < 6; i++)
        {
            int octet = (int)(mac >> (40 - (8 * i))) & 0xFF;
            destination[3 * i] = (byte)Hex[octet >> 4];
            destination[(3 * i) + 1] = (byte)Hex[octet & 15];
            if (i < 5)
            {
                destination[(3 * i) + 2] = (byte)':';
            }
        }

        return MacLength;
    }

    /// <summary>A MAC address (low 48 bits) as text; null where there is none (0).</summary>
    public static string? Mac(ulong mac)
    {
        if (mac == 0)
        {
            return null;
        }

        Span<byte> text = stackalloc byte[MacLength];
        return System.Text.Encoding.ASCII.GetString(text[..FormatMac(mac, text)]);
    }

    /// <summary>
    /// RFC 5952: the longest run of two or more zero groups, the first of equals, is "::". The last 32 bits are a dotted quad where all
    /// before them is zero (RFC 4291 section 2.5.5.1), or zero and ffff (2.5.5.2), as inet_ntop and TShark have it.
    /// </summary>
    private static int WriteGroups(in IpAddress128 address, Span<byte> destination)
    {
        bool dotted = address.IsMapped || (address.High == 0 && address.Low is > 0xFFFF and <= uint.MaxValue);
        int groups = dotted ? 6 : 8;
        int runStart = -1;
        int runLength = 1;
        int zeros = 0;
        for (int i = 0; i < groups; i++)
        {
            zeros = Group(address, i) == 0 ? zeros + 1 : 0;
            if (zeros > runLength)
            {
                runLength = zeros;
                runStart = i - zeros + 1;
            }
        }

        int at = 0;
        for (int i = 0; i < groups; i++)
        {
            if (i == runStart)
            {
                destination[at++] = (byte)':';
                i += runLength - 1;
                if (i == 7)
                {
                    destination[at++] = (byte)':';
                }

                continue;
            }

            if (i > 0)
            {
                destination[at++] = (byte)':';
            }

            uint group = Group(address, i);
            for (int shift = group > 0xFFF ? 12 : group > 0xFF ? 8 : group > 0xF ? 4 : 0; shift >= 0; shift -= 4)
            {
                destination[at++] = (byte)Hex[(int)(group >> shift) & 15];
            }
        }

        if (!dotted)
        {
            return at;
        }

        destination[at++] = (byte)':';
        return WriteQuad((uint)address.Low, destination, at);
    }

    private static uint Group(in IpAddress128 address, int index) =>
        (ushort)((index < 4 ? address.High : address.Low) >> (48 - (16 * (index & 3))));

    private static int WriteQuad(uint value, Span<byte> destination, int at)
    {
        at = WriteOctet(value >> 24, destination, at);
        destination[at++] = (byte)'.';
        at = WriteOctet((value >> 16) & 0xFF, destination, at);
        destination[at++] = (byte)'.';
        at = WriteOctet((value >> 8) & 0xFF, destination, at);
        destination[at++] = (byte)'.';
        return WriteOctet(value & 0xFF, destination, at);
    }

    private static int WriteOctet(uint value, Span<byte> destination, int at)
    {
        if (value >= 100)
        {
            destination[at++] = (byte)('0' + (value / 100));
            value %= 100;
            destination[at++] = (byte)('0' + (value / 10));
            value %= 10;
        }
        else if (value >= 10)
        {
            destination[at++] = (byte)('0' + (value / 10));
            value %= 10;
        }

        destination[at++] = (byte)('0' + value);
        return at;
    }
}

/// <summary>One address, or a network in CIDR form: an inclusive range of addresses.</summary>
/// <param name="First">Lowest address.</param>
/// <param name="Last">Highest address.</param>
/// <param name="IpVersion">4 or 6: an IPv4 network has no address of an IPv6 header in it, not even an IPv4-mapped one.</param>
/// <param name="Text">As the user wrote it.</param>
public sealed record AddressRange(IpAddress128 First, IpAddress128 Last, byte IpVersion, string Text)
{
    /// <summary>Whether the range is one address.</summary>
    public bool IsSingle => First == Last;

    /// <summary>Whether the address may lie in the range, where its IP version is not known.</summary>
    public bool MayContain(in IpAddress128 address) => address.CompareTo(First) >= 0 && address.CompareTo(Last) <= 0;

    /// <summary>Whether the address lies in the range.</summary>
    public bool Contains(in IpAddress128 address, byte ipVersion) => ipVersion == IpVersion && MayContain(address);

    /// <summary>
    /// Reads <c>10.1.2.3</c>, <c>10.0.0.0/8</c>, <c>2001:db8::1</c> or <c>2001:db8::/32</c>; host bits beyond the prefix are ignored.
    /// </summary>
    /// <exception cref="FormatException">Neither an address nor a network; the message says what was expected.</exception>
    public static AddressRange Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        int slash = trimmed.IndexOf('/', StringComparison.Ordinal);
        string addressPart = slash < 0 ? trimmed : trimmed[..slash];
        if (!AddressText.TryParse(addressPart, out IpAddress128 address, out byte version))
        {
            throw new FormatException(
                $"'{text}' is not an address. Give an IPv4 or IPv6 address, or a network such as 10.0.0.0/8 or 2001:db8::/32.");
        }

        int bits = version == 4 ? 32 : 128;
        int prefix = bits;
        ReadOnlySpan<char> prefixPart = trimmed.AsSpan(slash + 1);
        if (slash >= 0 && (!int.TryParse(prefixPart, NumberStyles.None, CultureInfo.InvariantCulture, out prefix) || prefix > bits))
        {
            throw new FormatException($"'{text}' has no valid prefix length: after the slash goes a number from 0 to {bits}.");
        }

        int hostBits = bits - prefix;
        UInt128 mask = hostBits == 128 ? UInt128.MaxValue : (UInt128.One << hostBits) - 1;
        UInt128 value = new(address.High, address.Low);
        UInt128 first = value & ~mask;
        UInt128 last = value | mask;
        return new AddressRange(FromUInt128(first), FromUInt128(last), version, trimmed);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static IpAddress128 FromUInt128(UInt128 value) => new((ulong)(value >> 64), (ulong)value);
}
