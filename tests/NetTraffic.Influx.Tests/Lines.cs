using System.Text;
using NetTraffic.Influx.Tests.Servers;

namespace NetTraffic.Influx.Tests;

/// <summary>Lines that are easy to count.</summary>
internal static class Lines
{
    public const long Start = 1_700_000_000_000_000_000;

    /// <summary>
    /// So many points of one series with the values 0, 1, 2..., the bad lines spread among them; and the sum of the values.
    /// </summary>
    public static (byte[] Text, long Sum) Numbered(int count, params string[] bad)
    {
        StringBuilder text = new();
        for (int i = 0; i < count; i++)
        {
            text.Append($"numbers v={i}i {Start + i}\n");
            for (int j = 0; j < bad.Length; j++)
            {
                if (i == (j + 1) * count / (bad.Length + 2))
                {
                    text.Append(bad[j]).Append('\n');
                }
            }
        }

        return (Encoding.UTF8.GetBytes(text.ToString()), (long)count * (count - 1) / 2);
    }

    public static async Task AssertStoredAsync(Influxd server, string database, long count, long sum)
    {
        Dictionary<string, string> row = Assert.Single(await server.QueryAsync("SELECT count(v), sum(v) FROM numbers", database));
        Assert.Equal((count, sum), (long.Parse(row["count"]), long.Parse(row["sum"])));
    }
}
