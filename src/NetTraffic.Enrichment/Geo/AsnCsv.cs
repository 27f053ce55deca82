using System.Globalization;
using System.Net;
using NetTraffic.Enrichment.Ranges;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Enrichment.Geo;

/// <summary>
/// Tables of autonomous systems as text: rows of first address, last address, number, organisation (RFC 4180), as ip-location-db has them;
/// addresses as text or as decimal numbers.
/// </summary>
internal static class AsnCsv
{
    /// <summary>Adds the rows of a text.</summary>
    /// <exception cref="FormatException">A row is none; the message has its number.</exception>
    public static void AddTo(RangeTableBuilder builder, TextReader reader, byte ipVersion)
    {
        for (int number = 1; reader.ReadLine() is { } line; number++)
        {
            string[] fields = line.Split(',', 4);
            if (fields.Length != 4
                || !TryAddress(fields[0], ipVersion, out IpAddress128 first) || !TryAddress(fields[1], ipVersion, out IpAddress128 last)
                || !uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint asNumber)
                    || first.CompareTo(last) > 0)
            {
                throw new FormatException(string.Create(CultureInfo.InvariantCulture,
                    $"line {number} is not 'first address,last address,number,organisation'"));
            }

            builder.Add(first, last, ipVersion, builder.Entry(asNumber, Unquote(fields[3])));
        }
    }

    private static bool TryAddress(string text, byte ipVersion, out IpAddress128 address)
    {
        if (UInt128.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 number))
        {
            address = ipVersion == 4 ? IpAddress128.FromIPv4((uint)number) : new((ulong)(number >> 64), (ulong)number);
            return ipVersion == 6 || number <= uint.MaxValue;
        }

        bool is4 = ipVersion == 4;
        bool isAddress = IPAddress.TryParse(text, out IPAddress? parsed)
            && parsed.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork == is4;
        address = isAddress ? AddressText.FromIPAddress(parsed!) : default;
        return isAddress;
    }

    private static string Unquote(string field) => field.Length >= 2 && field[0] == '"' && field[^1] == '"'
        ? field[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : field;
}
