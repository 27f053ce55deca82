using NetTraffic.Net;

namespace NetTraffic;

/// <summary>What somebody may have meant by a name that there is not.</summary>
public static class NearNames
{
    private const int Most = 5;

    /// <summary>Names that begin alike, that one or two slips make of the text, or that have the text within them; nearest first.</summary>
    public static IReadOnlyList<string> Of(string text, IEnumerable<string> names, bool within = false)
    {
        string bare = new([.. text.Where(char.IsLetterOrDigit)]);
        return bare.Length is 0 or > 32
            ? []
            : [.. names.Select(name => (Name: name, Slips: Distance(name, bare, within)))
                .Where(near => near.Slips <= Math.Min(2, bare.Length / 2))
                .OrderBy(near => near.Slips).ThenBy(near => near.Name, StringComparer.Ordinal).Take(Most).Select(near => near.Name)];
    }

    private static int Distance(string name, string text, bool within) =>
        name.StartsWith(text, StringComparison.OrdinalIgnoreCase) ? 0
        : within && text.Length > 2 && name.Contains(text, StringComparison.OrdinalIgnoreCase) ? 1
        : NameDistance.Between(name, text);
}
