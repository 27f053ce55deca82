using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Store.Parquet;

/// <summary>A column of a segment that is being gathered.</summary>
internal interface IColumnBuilder
{
    /// <summary>Begins anew.</summary>
    void Clear();

    /// <summary>Writes it as the file's next column.</summary>
    void WriteTo(ParquetFile file);
}

/// <summary>
/// Which rows of a nullable column hold a value. Nothing is noted before the first gap: most columns have none, or nothing else.
/// </summary>
internal sealed class Presence(bool nullable)
{
    private int[] levels = [];
    private int rows;
    private bool gaps;

    /// <summary>One entry a row, 1 where there is a value; empty where every row has one.</summary>
    public ReadOnlySpan<int> Levels => gaps ? levels.AsSpan(0, rows) : default;

    public void Clear()
    {
        rows = 0;
        gaps = false;
    }

    /// <summary>Rows with a value.</summary>
    public void AddValues(int count)
    {
        if (gaps)
        {
            Room(count).Fill(1);
        }

        rows += count;
    }

    /// <summary>A row without one.</summary>
    public void AddGap()
    {
        if (!nullable)
        {
            return;
        }

        if (!gaps)
        {
            (int before, rows) = (rows, 0);
            Room(before).Fill(1);
            rows = before;
            gaps = true;
        }

        Room(1)[0] = 0;
        rows++;
    }

    private Span<int> Room(int count)
    {
        if (rows + count > levels.Length)
        {
            Array.Resize(ref levels, Math.Max(rows + count, Math.Max(1024, levels.Length * 2)));
        }

        return levels.AsSpan(rows, count);
    }
}

/// <summary>Values of a column of numbers, with or without gaps.</summary>
internal sealed class NumberColumn(bool nullable) : IColumnBuilder
{
    private long[] values = new long[1024];
    private readonly Presence present = new(nullable);
    private int count;

    public void Clear()
    {
        present.Clear();
        count = 0;
    }

    public void Add(long value)
    {
        if (count == values.Length)
        {
            Array.Resize(ref values, count * 2);
        }

        values[count++] = value;
        present.AddValues(1);
    }

    public void AddNull() => present.AddGap();

    /// <summary>Adds so many values, to be filled in by the caller.</summary>
    public Span<long> Append(int more)
    {
        if (count + more > values.Length)
        {
            Array.Resize(ref values, Math.Max(count + more, count * 2));
        }

        count += more;
        present.AddValues(more);
        return values.AsSpan(count - more, more);
    }

    /// <summary>Adds a value, or a gap.</summary>
    public void Add(long value, bool isPresent)
    {
        if (isPresent)
        {
            Add(value);
        }
        else
        {
            AddNull();
        }
    }

    public ReadOnlySpan<long> Values => values.AsSpan(0, count);

    /// <summary>As <see cref="Presence.Levels"/>.</summary>
    public ReadOnlySpan<int> Levels => present.Levels;

    public void WriteTo(ParquetFile file) =>
        file.Numbers(values.AsSpan(0, count), present.Levels);
}

/// <summary>A column of text whose values are named by small codes: protocol numbers, states, application identifiers.</summary>
internal sealed class CodeColumn(bool nullable, int codes, Func<int, string> name) : IColumnBuilder
{
    private readonly TextDictionary dictionary = new();
    private readonly int[] numbers = new int[codes];
    private int[] indices = new int[1024];
    private readonly Presence present = new(nullable);
    private int count;

    public void Clear()
    {
        dictionary.Clear();
        Array.Clear(numbers);
        present.Clear();
        count = 0;
    }

    public void Add(int code)
    {
        ref int number = ref numbers[code];
        if (number == 0)
        {
            number = dictionary.Number(name(code)) + 1;
        }

        AddIndex(number - 1);
    }

    /// <summary>The same value for so many rows.</summary>
    public void Add(int code, int rows)
    {
        for (int i = 0; i < rows; i++)
        {
            Add(code);
        }
    }

    /// <summary>A value outside the codes.</summary>
    public void Add(string text) => AddIndex(dictionary.Number(text));

    public void AddNull() => present.AddGap();

    public void WriteTo(ParquetFile file) =>
        file.Text(dictionary.Plain, dictionary.Count, indices.AsSpan(0, count), present.Levels);

    private void AddIndex(int index)
    {
        if (count == indices.Length)
        {
            Array.Resize(ref indices, count * 2);
        }

        indices[count++] = index;
        present.AddValues(1);
    }
}

/// <summary>A nullable column of addresses, kept as numbers until the segment is written.</summary>
internal sealed class AddressColumn(bool mac) : IColumnBuilder
{
    private readonly AddressDictionary dictionary = new();
    private readonly ByteBuffer text = new();
    private int[] indices = new int[1024];
    private readonly Presence present = new(nullable: true);
    private int count;

    public void Clear()
    {
        dictionary.Clear();
        present.Clear();
        count = 0;
    }

    public void Add(in IpAddress128 address, byte ipVersion)
    {
        if (count == indices.Length)
        {
            Array.Resize(ref indices, count * 2);
        }

        indices[count++] = dictionary.Number(address, ipVersion);
        present.AddValues(1);
    }

    public void AddNull() => present.AddGap();

    public void WriteTo(ParquetFile file)
    {
        // Each distinct address is put into words once, as a dictionary also where most are distinct: queries group by it.
        text.Clear();
        for (int i = 0; i < dictionary.Count; i++)
        {
            ref readonly IpAddress128 address = ref dictionary.Addresses[i];
            int at = text.Length;
            text.WriteInt32(0);
            Span<byte> room = text.Reserve(AddressText.MaxLength);
            int length = mac ? AddressText.FormatMac(address.Low, room) : AddressText.Format(address, dictionary.IpVersions[i], room);
            text.Advance(length);
            text.PatchInt32(at, length);
        }

        file.Text(text.Written.Span, dictionary.Count, indices.AsSpan(0, count), present.Levels);
    }
}

/// <summary>The Community IDs of flows with IP, worked out some at a time.</summary>
internal sealed class CommunityIdColumn : IColumnBuilder
{
    private readonly NumberColumn lengths = new(nullable: true);
    private readonly CommunityIdBatch batch = new();
    private readonly ByteBuffer text = new();

    public void Clear()
    {
        lengths.Clear();
        text.Clear();
        batch.Clear();
    }

    public void Add(in FlowRow row)
    {
        lengths.Add(CommunityId.TextLength);
        if (batch.Add(row))
        {
            Format();
        }
    }

    public void AddNull() => lengths.AddNull();

    public void WriteTo(ParquetFile file)
    {
        Format();
        file.Text(lengths.Values, text.Written.Span, lengths.Levels);
    }

    private void Format() => text.Advance(batch.Format(text.Reserve(CommunityIdBatch.Lanes * CommunityId.TextLength)));
}
