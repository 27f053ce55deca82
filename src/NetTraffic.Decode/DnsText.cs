using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <summary>
/// A DNS message (RFC 1035 section 4) in one line: the first question and the first answers. Follows a bounded number of names and
/// pointers.
/// </summary>
internal static class DnsText
{
    private const int HeaderLength = 12, MostAnswers = 4, MostName = 255;

    /// <summary>Appends the text; false, and nothing appended, where the bytes are no DNS message.</summary>
    public static bool Append(StringBuilder line, string protocol, ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderLength)
        {
            return false;
        }

        ushort flags = U16(message, 2);
        int questions = U16(message, 4);
        int answers = U16(message, 6);
        bool response = (flags & 0x8000) != 0;
        int operation = (flags >> 11) & 15;
        if (questions > 256 || operation is > 6 or 3)
        {
            return false;
        }

        line.Append(protocol).Append(operation switch { 4 => " notify", 5 => " update", _ => response ? "" : " query" })
            .Append(response ? " response" : "");
        line.Append(CultureInfo.InvariantCulture, $" 0x{U16(message, 0):x4}");
        int code = flags & 15;
        if (response && code != 0)
        {
            line.Append(' ').Append(code switch
            {
                1 => "Format error",
                2 => "Server failure",
                3 => "No such name",
                4 => "Not implemented",
                5 => "Refused",
                _ => string.Create(CultureInfo.InvariantCulture, $"code {code}")
            });
        }

        int at = HeaderLength;
        for (int i = 0; i < questions; i++)
        {
            if (Name(message, ref at) is not { } name || message.Length - at < 4)
            {
                line.Append(" [cut off]");
                return true;
            }

            if (i == 0)
            {
                line.Append(' ').Append(TypeName(U16(message, at))).Append(' ').Append(name);
            }

            at += 4;
        }

        for (int i = 0; i < Math.Min(answers, MostAnswers); i++)
        {
            if (!Answer(line, message, ref at, withName: questions == 0))
            {
                break;
            }
        }

        return true;
    }

    private static bool Answer(StringBuilder line, ReadOnlySpan<byte> message, ref int at, bool withName)
    {
        if (Name(message, ref at) is not { } owner || message.Length - at < 10)
        {
            return false;
        }

        ushort type = U16(message, at);
        int length = U16(message, at + 8);
        int data = at + 10;
        at = data + length;
        if (at > message.Length)
        {
            return false;
        }

        line.Append(' ').Append(TypeName(type));
        if (withName)
        {
            line.Append(' ').Append(owner);
        }

        int inner = type switch { 15 => data + 2, 33 => data + 6, _ => data };
        string? value = type switch
        {
            1 when length == 4 => IpAddress128.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(message[data..])).ToString(4),
            28 when length == 16 =>
                new IpAddress128(BinaryPrimitives.ReadUInt64BigEndian(message[data..]),
                    BinaryPrimitives.ReadUInt64BigEndian(message[(data + 8)..])).ToString(),
            2 or 5 or 6 or 12 or 39 => Name(message, ref inner),
            15 when length > 2 => Name(message, ref inner),
            33 when length > 6 => Name(message, ref inner),
            16 when length > 1 =>
                Encoding.Latin1.GetString(message.Slice(data + 1, Math.Min(length - 1, Math.Min((int)message[data], 64)))),
            _ => null,
        };
        line.Append(value is null ? "" : " ").Append(value);
        return true;
    }

    /// <summary>A name with its pointers followed; null where it is cut off or longer than a name can be. Moves behind it.</summary>
    private static string? Name(ReadOnlySpan<byte> message, ref int at)
    {
        StringBuilder name = new();
        int place = at;
        bool jumped = false;
        for (int jumps = 0; jumps < 64;)
        {
            if (place >= message.Length)
            {
                return null;
            }

            int length = message[place];
            if (length == 0)
            {
                at = jumped ? at : place + 1;
                return name.Length == 0 ? "<Root>" : name.ToString();
            }

            if (length >= 0xC0)
            {
                if (place + 1 >= message.Length)
                {
                    return null;
                }

                at = jumped ? at : place + 2;
                jumped = true;
                jumps++;
                place = U16(message, place) & 0x3FFF;
                continue;
            }

            if (length > 63 || message.Length - place - 1 < length || name.Length + length > MostName)
            {
                return null;
            }

            name.Append(name.Length > 0 ? "." : "").Append(Encoding.Latin1.GetString(message.Slice(place + 1, length)));
            place += 1 + length;
        }

        return null;
    }

    private static string TypeName(ushort type) => type switch
    {
        1 => "A",
        2 => "NS",
        5 => "CNAME",
        6 => "SOA",
        12 => "PTR",
        13 => "HINFO",
        15 => "MX",
        16 => "TXT",
        28 => "AAAA",
        29 => "LOC",
        33 => "SRV",
        35 => "NAPTR",
        39 => "DNAME",
        41 => "OPT",
        43 => "DS",
        46 => "RRSIG",
        47 => "NSEC",
        48 => "DNSKEY",
        52 => "TLSA",
        64 => "SVCB",
        65 => "HTTPS",
        250 => "TSIG",
        251 => "IXFR",
        252 => "AXFR",
        255 => "ANY",
        257 => "CAA",
        _ => string.Create(CultureInfo.InvariantCulture, $"TYPE{type}"),
    };

    private static ushort U16(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt16BigEndian(data[at..]);
}
