using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace NetTraffic.Store.Parquet;

/// <summary>A column of text by dictionary: the dictionary's entries, then a number for each row.</summary>
internal ref struct TextCursor
{
    private ReadOnlySpan<byte> dictionary;
    private IndexCursor levels;
    private IndexCursor indices;
    private bool gaps;

    /// <summary>Entries of the dictionary.</summary>
    public int Count { get; private set; }

    /// <summary>Begins a column; false where it is not as <see cref="ParquetFile"/> writes it.</summary>
    /// <param name="dictionary">The dictionary page.</param>
    /// <param name="count">Its entries.</param>
    /// <param name="data">The data page.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="nullable">Whether it begins with levels that say which rows have a value.</param>
    /// <param name="cursor">The column.</param>
    public static bool TryBegin(ReadOnlySpan<byte> dictionary, int count, ReadOnlySpan<byte> data, int rows, bool nullable, out TextCursor cursor)
    {
        cursor = new TextCursor { dictionary = dictionary, Count = count };
        int present = rows;
        if (nullable)
        {
            if (data.Length < 4 || BinaryPrimitives.ReadInt32LittleEndian(data) is var length && (length < 0 || length > data.Length - 4)
                || !IndexCursor.TryBegin(data.Slice(4, length), 1, rows, out cursor.levels))
            {
                return false;
            }

            present = Present(cursor.levels, rows);
            cursor.gaps = present != rows;
            data = data[(4 + length)..];
        }

        return !data.IsEmpty && data[0] == Encodings.WidthFor(count) && IndexCursor.TryBegin(data[1..], data[0], present, out cursor.indices);
    }

    /// <summary>The dictionary's entries, each as its length in 4 bytes and its text.</summary>
    public readonly ReadOnlySpan<byte> Dictionary => dictionary;

    /// <summary>Takes the next entry off a dictionary; false where it is cut short.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Entry(ref ReadOnlySpan<byte> dictionary, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (dictionary.Length < 4 || BinaryPrimitives.ReadInt32LittleEndian(dictionary) is var length && (length < 0 || length > dictionary.Length - 4))
        {
            return false;
        }

        text = dictionary.Slice(4, length);
        dictionary = dictionary[(4 + length)..];
        return true;
    }

    /// <summary>The next rows' values, each by what <paramref name="names"/> has at 1 + its number, or at 0 where it has none.</summary>
    public bool Next(ReadOnlySpan<int> names, scoped Span<int> values)
    {
        if (names.Length != Count + 1)
        {
            return false;
        }

        if (!gaps)
        {
            return indices.Next(values) && Translate(names[1..], values);
        }

        if (!levels.Next(values))
        {
            return false;
        }

        int present = 0;
        foreach (int level in values)
        {
            present += level;
        }

        // Values are read to the end and moved from the front to where they belong.
        Span<int> found = values.Length <= 8192 ? stackalloc int[present] : new int[present];
        if (!indices.Next(found) || !Translate(names[1..], found))
        {
            return false;
        }

        int at = 0;
        foreach (ref int value in values)
        {
            value = value == 0 ? names[0] : found[at++];
        }

        return true;
    }

    private static bool Translate(ReadOnlySpan<int> names, Span<int> values)
    {
        foreach (ref int value in values)
        {
            if ((uint)value >= (uint)names.Length)
            {
                return false;
            }

            value = names[value];
        }

        return true;
    }

    private static int Present(IndexCursor levels, int rows)
    {
        Span<int> part = stackalloc int[1024];
        int present = 0;
        while (rows > 0)
        {
            Span<int> here = part[..Math.Min(rows, part.Length)];
            levels.Next(here);
            foreach (int level in here)
            {
                present += level;
            }

            rows -= here.Length;
        }

        return present;
    }
}
