using System.Globalization;

namespace NetTraffic;

/// <summary>What can be given for -Protocol: everything that a flow's Protocol can be, and the number of an IP protocol.</summary>
public static class ProtocolText
{
    private const string LinkPrefix = "link-";

    private static readonly HashSet<string> Names = new(
        [
            .. Enumerable.Range(0, 256).Select(number => ProtocolNames.IpProtocol((byte)number)).Where(name => !char.IsAsciiDigit(name[0])),
            .. Enumerable.Range(0, 65536).Select(number => ProtocolNames.EtherTypeName((ushort)number))
                .Where(name => !char.IsAsciiDigit(name[0])),
            ProtocolNames.LinkTypeName(1),
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The text as the store knows it; null: it can be no flow's protocol.</summary>
    public static string? Find(string text)
    {
        if (Names.TryGetValue(text, out string? name))
        {
            return name;
        }

        if (text.Length == 6 && text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && ushort.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort etherType))
        {
            return ProtocolNames.EtherTypeName(etherType);
        }

        if (text.StartsWith(LinkPrefix, StringComparison.OrdinalIgnoreCase)
            && ushort.TryParse(text.AsSpan(LinkPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out ushort linkType))
        {
            return ProtocolNames.LinkTypeName(linkType);
        }

        // PowerShell hands over 0x88B5 as 34997; EtherTypes begin at 1536 (IEEE 802.3 clause 3.2.6).
        const int firstEtherType = 1536;
        return !ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) ? null
            : number <= byte.MaxValue ? number.ToString(CultureInfo.InvariantCulture)
            : number >= firstEtherType ? ProtocolNames.EtherTypeName(number) : null;
    }

    /// <summary>Names that begin alike, or that one or two slips make of the text.</summary>
    public static IReadOnlyList<string> Near(string text) => NearNames.Of(text, Names);

    /// <summary>The text as the store knows it.</summary>
    /// <exception cref="FilterValueException">It can be no flow's protocol.</exception>
    public static string Parse(string text)
    {
        if (Find(text) is { } known)
        {
            return known;
        }

        IReadOnlyList<string> near = Near(text);
        string meant = near.Count > 0 ? $" Did you mean {string.Join(", ", near)}?" : "";
        throw new FilterValueException(
            text.AsSpan().ContainsAny("*?[]") ? $"-Protocol takes no wildcards, and got '{text}'.{meant}"
                : $"'{text}' is not a known protocol.{meant}",
            "Give a name such as TCP, UDP, ICMPv6 or ARP, an IP protocol number from 0 to 255, or an EtherType such as 0x88b5. "
            + "Tab offers the names.");
    }
}
