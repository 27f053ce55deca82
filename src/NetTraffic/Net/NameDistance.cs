namespace NetTraffic.Net;

/// <summary>How far a name is from another one, for "did you mean".</summary>
public static class NameDistance
{
    /// <summary>Letters to insert, remove, replace or swap, upper and lower case alike (optimal string alignment distance).</summary>
    public static int Between(string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
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

                int replaced = slips[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                int least = Math.Min(replaced, Math.Min(slips[i, j - 1], slips[i - 1, j]) + 1);
                bool swapped = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
                slips[i, j] = swapped ? Math.Min(least, slips[i - 2, j - 2] + 1) : least;
            }
        }

        return slips[one.Length, other.Length];
    }
}
