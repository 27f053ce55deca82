using CsCheck;
using NetTraffic.Store.Parquet;

namespace NetTraffic.Store.Tests;

/// <summary>What the cursors read is what the encodings wrote; damage is refused or reads as something, but never past the bytes.</summary>
public class EncodingTests
{
    private static readonly int[] Lengths = [0, 1, 2, 32, 33, 128, 129, 130, 161, 257, 1000];

    public static TheoryData<int> Widths => [.. Enumerable.Range(0, 65)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Differences_of_every_width_come_back(int width) =>
        Gen.Select(Gen.Int[0, Lengths.Length - 1].Select(i => Lengths[i]), Gen.ULong).Sample(
            (count, seed) =>
            {
                Random random = new((int)seed);
                long[] values = new long[count];
                long value = random.NextInt64(long.MinValue, long.MaxValue);
                for (int i = 0; i < count; i++)
                {
                    // Every 7th difference has its highest bit set, so that the width is as said.
                    ulong delta = width == 0 ? 0 : (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> (64 - width) | (i % 7 == 0 ? 1UL << (width - 1) : 0);
                    value = unchecked(value + (long)delta);
                    values[i] = value;
                }

                Assert.Equal(values, RoundTrip(values));
            },
            iter: 20);

    [Fact]
    public void Extreme_numbers_come_back()
    {
        Gen<long> number = Gen.OneOf(Gen.Int[0, 4].Select(i => new[] { long.MinValue, long.MaxValue, 0, -1, long.MinValue + 1 }[i]), Gen.Long);
        number.Array[0, 600].Sample(values => Assert.Equal(values, RoundTrip(values)), iter: 200);
    }

    [Fact]
    public void Cut_differences_are_refused()
    {
        ByteBuffer page = new();
        Encodings.Delta(page, [.. Enumerable.Range(0, 300).Select(i => (long)i * i * i)], narrow: false);
        for (int length = 0; length < page.Length; length++)
        {
            Assert.Null(Read(page.Written.Span[..length], 300));
        }

        Assert.Null(Read([.. page.Written.Span, 0], 300));
        Assert.Null(Read(page.Written.Span, 299));
        Assert.NotNull(Read(page.Written.Span, 300));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(13)]
    [InlineData(17)]
    [InlineData(24)]
    [InlineData(31)]
    public void Small_numbers_come_back(int width) =>
        Gen.Select(Gen.Int[0, 300], Gen.Int[0, int.MaxValue >> (31 - width)].Array[300]).Sample(
            (count, numbers) =>
            {
                int[] values = numbers[..count];
                ByteBuffer page = new();
                Encodings.Hybrid(page, values, width);
                Assert.True(IndexCursor.TryBegin(page.Written.Span, width, count, out IndexCursor cursor));
                int[] found = new int[count];
                int half = count / 3;
                Assert.True(cursor.Next(found.AsSpan(0, half)));
                Assert.True(cursor.Next(found.AsSpan(half)));
                Assert.Equal(values, found);
                Assert.False(cursor.Next(new int[1]));
                for (int length = 0; length < page.Length; length++)
                {
                    Assert.False(IndexCursor.TryBegin(page.Written.Span[..length], width, count, out _));
                }
            },
            iter: 50);

    [Fact]
    public void Text_comes_back_with_its_gaps() =>
        Gen.Select(Gen.Int[0, 12].Array[1, 5000], Gen.Bool).Sample(
            (rows, gaps) =>
            {
                using Testing.ScratchFolder folder = new();
                int[] present = [.. rows.Select(row => gaps && row % 3 == 0 ? 0 : 1)];
                TextDictionary dictionary = new();
                int[] indices = [.. rows.Where((_, i) => present[i] == 1).Select(row => dictionary.Number($"text {row}"))];
                Column[] columns =
                [
                    new("Text", "text", ColumnType.Text, true, ColumnMerge.Same, ""),
                    new("Number", "number", ColumnType.Int64, false, ColumnMerge.Same, ""),
                ];
                ParquetFile file = new();
                file.Begin(columns, rows.Length);
                file.Text(dictionary.Plain, dictionary.Count, indices, present);
                file.Numbers([.. rows.Select(row => (long)row)]);
                string path = Path.Combine(folder.Path, "a.parquet");
                File.WriteAllBytes(path, file.End().ToArray());

                SegmentReader reader = new();
                Assert.True(reader.TryOpen(path, "number", "text"));
                Assert.Equal(rows.Length, reader.Rows);
                Assert.True(reader.Text("text", out TextCursor text));
                Assert.True(reader.Numbers("number", out DeltaCursor numbers));
                List<string> names = ["none"];
                for (ReadOnlySpan<byte> left = text.Dictionary; left.Length > 0;)
                {
                    Assert.True(TextCursor.Entry(ref left, out ReadOnlySpan<byte> entry));
                    names.Add(System.Text.Encoding.UTF8.GetString(entry));
                }

                int[] found = new int[rows.Length];
                int half = rows.Length / 2;
                int[] places = [.. Enumerable.Range(0, names.Count)];
                Assert.True(text.Next(places, found.AsSpan(0, half)));
                Assert.True(text.Next(places, found.AsSpan(half)));
                Assert.Equal(rows.Select((row, i) => present[i] == 0 ? "none" : $"text {row}"), found.Select(place => names[place]));
                long[] values = new long[rows.Length];
                Assert.True(numbers.Next(values));
                Assert.Equal(rows.Select(row => (long)row), values);
                Assert.True(numbers.Ended);
                Assert.False(reader.Text("number", out _));
                Assert.False(reader.Numbers("text", out _));
                Assert.False(reader.TryOpen(path, "another"));
            },
            iter: 30);

    private static long[] RoundTrip(long[] values)
    {
        ByteBuffer page = new();
        Encodings.Delta(page, values, narrow: false);
        return Read(page.Written.Span, values.Length) ?? throw new InvalidDataException("Refused.");
    }

    private static long[]? Read(ReadOnlySpan<byte> page, int count)
    {
        // A copy of its own: what is read past its end is not the right thing by chance.
        if (!DeltaCursor.TryBegin(page.ToArray(), count, out DeltaCursor cursor))
        {
            return null;
        }

        long[] found = new long[count];
        for (int at = 0; at < count;)
        {
            int next = Math.Min(count - at, at == 0 ? DeltaCursor.Block + 1 : DeltaCursor.Block * 2);
            if (!cursor.Next(found.AsSpan(at, next)))
            {
                return null;
            }

            at += next;
        }

        return cursor.Ended ? found : null;
    }
}
