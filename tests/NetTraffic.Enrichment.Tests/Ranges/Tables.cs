using System.Globalization;
using NetTraffic.Enrichment.Ranges;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Enrichment.Tests.Ranges;

/// <summary>Tables made by hand.</summary>
internal static class Tables
{
    public static RangeTableInfo Info { get; } =
        new("country", "by hand", "none", new DateTime(2026, 3, 1, 10, 0, 0, DateTimeKind.Utc));

    /// <summary>A table of networks or ranges (<c>first-last</c>), each with the text that its addresses have.</summary>
    public static RangeTable Of(params (string Range, string Text)[] ranges) => Of(Info, ranges);

    public static RangeTable Of(RangeTableInfo info, params (string Range, string Text)[] ranges)
    {
        RangeTableBuilder builder = new();
        foreach ((string range, string text) in ranges)
        {
            // Autonomous systems are "64500 Name".
            uint number = uint.TryParse(text.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint read) ? read : 0;
            string name = number == 0 ? text : text[(text.IndexOf(' ', StringComparison.Ordinal) + 1)..];
            if (range.Split('-') is [string first, string last])
            {
                (IpAddress128 low, byte version) = Address(first);
                builder.Add(low, Address(last).Value, version, builder.Entry(number, name));
            }
            else
            {
                builder.Add(AddressRange.Parse(range), builder.Entry(number, name));
            }
        }

        return builder.Build(info);
    }

    public static (IpAddress128 Value, byte Version) Address(string text) =>
        AddressText.TryParse(text, out IpAddress128 value, out byte version) ? (value, version) : throw new FormatException(text);

    /// <summary>The text of the range that an address lies in; null: it lies in none.</summary>
    public static string? At(this RangeTable table, string address)
    {
        (IpAddress128 value, byte version) = Address(address);
        return table.Find(value, version) is >= 0 and int entry ? table.Text(entry) : null;
    }
}
