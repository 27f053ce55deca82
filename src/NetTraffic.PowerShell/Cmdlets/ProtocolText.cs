using System.Globalization;
using NetTraffic.Flows;

namespace NetTraffic.PowerShell;

/// <summary>What can be given for -Protocol: everything that a flow's Transport can be, and the number of an IP protocol.</summary>
internal static class ProtocolText
{
    private const string LinkPrefix = "link-";
    private const int MaxNear = 5;

    private static readonly HashSet<string> Names = new(
        [
            .. Enumerable.Range(0, 256).Select(number => ProtocolNames.IpProtocol((byte)number)).Where(name => !char.IsAsciiDigit(name[0])),
            .. Enumerable.Range(0, 65536).Select(number => ProtocolNames.EtherTypeName((ushort)number)).Where(name => !char.IsAsciiDigit(name[0])),
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
    public static IReadOnlyList<string> Near(string text)
    {
        string bare = new([.. text.Where(char.IsLetterOrDigit)]);
        return bare.Length is 0 or > 32
            ? []
            : [.. Names.Select(name => (Name: name, Slips: name.StartsWith(bare, StringComparison.OrdinalIgnoreCase) ? 0 : Slips(name, bare)))
                .Where(near => near.Slips <= Math.Min(2, bare.Length / 2))
                .OrderBy(near => near.Slips).ThenBy(near => near.Name, StringComparer.Ordinal).Take(MaxNear).Select(near => near.Name)];
    }

    /// <summary>Letters to insert, remove, replace or swap, upper and lower case alike (optimal string alignment distance).</summary>
    private static int Slips(string left, string right)
    {
        (string one, string other) = (left.ToUpperInvariant(), right.ToUpperInvariant());
        int[,] slips = new int[one.Length + 1, other.Length + 1];
        for (int i = 0; i <= one.Length; i++)
        {
            for (int j = 0; j <= other.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    slips[i, j] = i + j;
                    continue;
                }

                int least = Math.Min(slips[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1), Math.Min(slips[i, j - 1], slips[i - 1, j]) + 1);
                bool swapped = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
                slips[i, j] = swapped ? Math.Min(least, slips[i - 2, j - 2] + 1) : least;
            }
        }

        return slips[one.Length, other.Length];
    }
}
