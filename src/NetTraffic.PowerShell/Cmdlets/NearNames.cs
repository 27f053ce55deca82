namespace NetTraffic.PowerShell;

/// <summary>What somebody may have meant by a name that there is not.</summary>
internal static class NearNames
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
        : Slips(name, text);

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
