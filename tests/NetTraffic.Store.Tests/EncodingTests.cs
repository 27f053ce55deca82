using CsCheck;
using DuckDB.NET.Data;
using NetTraffic.Store.Parquet;
using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

/// <summary>What our encodings write, another reader of Parquet reads.</summary>
public sealed class EncodingTests : IDisposable
{
    private static readonly int[] Lengths = [1, 2, 32, 33, 128, 129, 130, 161, 257, 1000];

    private static readonly Column[] Numbers = [new("Number", "number", ColumnType.Int64, false, ColumnMerge.Same, "")];

    private static readonly Column[] Both =
    [
        new("Text", "text", ColumnType.Text, true, ColumnMerge.Same, ""),
        new("Number", "number", ColumnType.Int32, true, ColumnMerge.Same, ""),
    ];

    private readonly ScratchFolder folder = new();
    private readonly DuckDBConnection connection = Database.Open(256);

    public static TheoryData<int> Widths => [.. Enumerable.Range(0, 65)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Differences_of_every_width_come_back(int width)
    {
        foreach (int count in Lengths)
        {
            Random random = new((width * 100_000) + count);
            long[] values = new long[count];
            long value = random.NextInt64(long.MinValue, long.MaxValue);
            for (int i = 0; i < count; i++)
            {
                // Every 7th difference has its highest bit set, so that the width is as said.
                ulong delta = width == 0 ? 0
                    : (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> (64 - width) | (i % 7 == 0 ? 1UL << (width - 1) : 0);
                value = unchecked(value + (long)delta);
                values[i] = value;
            }

            Assert.Equal(values, RoundTrip(values));
        }
    }

    [Fact]
    public void Extreme_numbers_come_back()
    {
        Gen<long> number =
            Gen.OneOf(Gen.Int[0, 4].Select(i => new[] { long.MinValue, long.MaxValue, 0, -1, long.MinValue + 1 }[i]), Gen.Long);
        number.Array[1, 600].Sample(values => Assert.Equal(values, RoundTrip(values)), iter: 30);
    }

    [Fact]
    public void Text_and_numbers_come_back_with_their_gaps() =>
        Gen.Select(Gen.Int[0, 40].Array[1, 5000], Gen.Bool, Gen.Int[1, 40]).Sample(
            (rows, gaps, distinct) =>
            {
                int[] present = [.. rows.Select(row => gaps && row % 3 == 0 ? 0 : 1)];
                int[] kept = [.. rows.Where((_, i) => present[i] == 1)];
                TextDictionary dictionary = new();
                int[] indices = [.. kept.Select(row => dictionary.Number($"text {row % distinct}"))];
                ParquetFile file = new();
                file.Begin(Both, rows.Length);
                file.Text(dictionary.Plain, dictionary.Count, indices, present);
                file.Numbers([.. kept.Select(row => (long)(row - 20) << 25)], present);
                IEnumerable<(string?, int?)> expected =
                    rows.Select((row, i) => present[i] == 0 ? ((string?, int?))(null, null) : ($"text {row % distinct}", (row - 20) << 25));
                Assert.Equal(expected,
                    Read(file,
                        reader => (reader.IsDBNull(0) ? null : reader.GetString(0), reader.IsDBNull(1) ? (int?)null : reader.GetInt32(1))));
            },
            iter: 20);

    public void Dispose()
    {
        connection.Dispose();
        folder.Dispose();
    }

    private List<long> RoundTrip(long[] values)
    {
        ParquetFile file = new();
        file.Begin(Numbers, values.Length);
        file.Numbers(values);
        return Read(file, reader => reader.GetInt64(0));
    }

    private List<T> Read<T>(ParquetFile file, Func<DuckDBDataReader, T> row)
    {
        // Another name each time: what the reader has of a file it may keep.
        string path = Path.Combine(folder.Path, Guid.NewGuid().ToString("N") + ".parquet");
        File.WriteAllBytes(path, file.End().Span);
        List<T> found = [];
        Database.Query(connection, $"SELECT * FROM read_parquet({Database.Text(path)})", reader => found.Add(row(reader)),
            CancellationToken.None);
        return found;
    }
}
