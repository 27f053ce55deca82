using CsCheck;

namespace NetTraffic.Influx.Tests;

/// <summary>How many series there can be, and who has one.</summary>
public sealed class SeriesSelectorTests
{
    private const int Room = 10, PerHour = 200;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly DateTime Hour = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Whatever_comes_the_series_are_bounded() =>
        Gen.Select(Gen.Int[1, 40], Gen.Long[1, 1_000_000_000], Gen.Int[0, 3]).List[1, 300].Sample(
            steps =>
            {
                SeriesSelector selector = new(Room, PerHour);
                HashSet<string> series = [];
                HashSet<string> ofInterval = [];
                int at = 0, unique = 0, before = 0;
                foreach ((int names, long bytes, int advance) in steps)
                {
                    if (advance > 0)
                    {
                        at = Math.Min(359, at + advance);
                        ofInterval.Clear();
                        before = series.Count;
                    }

                    Dictionary<string, long> seen = Enumerable.Range(0, names)
                        .ToDictionary(i => i % 3 == 0 ? $"known{i}" : $"new{unique++}", i => bytes * (i + 1));
                    HashSet<string> chosen = selector.Select("s", Hour + (at * Interval), Interval, seen);
                    Assert.InRange(chosen.Count, 0, Room);
                    Assert.Subset(seen.Keys.ToHashSet(StringComparer.Ordinal), chosen);
                    series.UnionWith(chosen);
                    Assert.True(series.Count - before <= Room || at == 359, $"{series.Count - before} new series in an interval");
                }

                Assert.InRange(series.Count, 0, PerHour);
            },
            iter: 50);

    [Fact]
    public void A_flood_does_not_push_out_the_established_nor_keep_out_the_large()
    {
        SeriesSelector selector = new(Room, PerHour);
        HashSet<string> series = [];
        int flood = 0;
        for (int interval = 0; interval < 360; interval++)
        {
            Dictionary<string, long> seen = Enumerable.Range(0, 2000).ToDictionary(_ => $"flood{flood++}", _ => 60L);
            seen["server"] = 1_000_000;
            if (interval == 300)
            {
                seen["late"] = 500_000;
            }

            HashSet<string> chosen = selector.Select("s", Hour + (interval * Interval), Interval, seen);
            Assert.Contains("server", chosen);
            Assert.True(interval != 300 || chosen.Contains("late"), "A large newcomer gets in during a flood.");
            series.UnionWith(chosen);
        }

        Assert.InRange(series.Count, 2, PerHour);
    }

    [Fact]
    public void Who_has_a_place_keeps_it_until_outgrown()
    {
        SeriesSelector selector = new(2, 100);
        Assert.Equal(["a", "b"], Choose(0, ("a", 100), ("b", 90), ("c", 80)));
        Assert.Equal(["a", "b"], Choose(1, ("a", 1), ("b", 1), ("c", 79)));
        Assert.Equal(["a", "c"], Choose(2, ("a", 1), ("b", 1), ("c", 500)));
        Assert.Equal(["c"], Choose(400, ("c", 1)));

        string[] Choose(int interval, params (string Name, long Bytes)[] seen) =>
            [.. selector.Select("s", Hour + (interval * Interval), Interval, seen.ToDictionary(pair => pair.Name, pair => pair.Bytes))
                .Order(StringComparer.Ordinal)];
    }

    [Fact]
    public void A_state_that_was_saved_chooses_the_same() =>
        Gen.Select(Gen.Int[0, 30], Gen.Long[1, 1000], Gen.Int[0, 800]).List[1, 60].Sample(
            steps =>
            {
                SeriesSelector one = new(Room, PerHour), other = new(Room, PerHour);
                foreach ((int names, long bytes, int interval) in steps)
                {
                    Dictionary<string, long> seen = Enumerable.Range(0, names)
                        .ToDictionary(i => $"n\t{(bytes * i) % 97}\n{i}", i => bytes * (i % 7));
                    SeriesSelector restored = new(Room, PerHour);
                    restored.Restore([.. other.Save()]);
                    other = restored;
                    DateTime time = Hour + (interval * Interval);
                    Assert.Equal(one.Select("a b", time, Interval, seen).Order(StringComparer.Ordinal),
                        other.Select("a b", time, Interval, seen).Order(StringComparer.Ordinal));
                }
            },
            iter: 50);
}
