namespace NetTraffic.Store.Parquet;

/// <summary>
/// Builds one Parquet file of one row group in memory (parquet-format's README.md and parquet.thrift): "PAR1", for each column a
/// dictionary page where there is one and a data page, the footer, its length, "PAR1". Uncompressed: small numbers and repeated
/// text already shrink in their encodings, and the compactor compresses what is kept. Written by hand because it is on the import's
/// hot path; docs/internals.md has the comparison with DuckDB's writer.
/// </summary>
internal sealed class ParquetFile
{
    /// <summary>Physical types and page types of parquet.thrift.</summary>
    public const int TypeInt32 = 1, TypeInt64 = 2, TypeByteArray = 6, PageData = 0, PageDictionary = 2;

    private readonly ByteBuffer output = new();
    private readonly ByteBuffer page = new();
    private readonly List<ChunkInfo> chunks = [];
    private IReadOnlyList<Column> columns = [];
    private int rows;

    /// <summary>What the footer says of who wrote the file.</summary>
    public static ReadOnlySpan<byte> Creator => "NetTraffic"u8;

    /// <summary>Begins a file; its columns must follow in this order.</summary>
    public void Begin(IReadOnlyList<Column> fileColumns, int rowCount)
    {
        output.Clear();
        chunks.Clear();
        columns = fileColumns;
        rows = rowCount;
        output.Write("PAR1"u8);
    }

    /// <summary>A column of numbers or times.</summary>
    /// <param name="values">The values that are present, in row order.</param>
    /// <param name="present">For a nullable column: one entry a row, 1 where there is a value; empty: all are present.</param>
    public void Numbers(ReadOnlySpan<long> values, ReadOnlySpan<int> present = default)
    {
        Column column = columns[chunks.Count];
        bool narrow = PhysicalType(column.Type) == TypeInt32;
        page.Clear();
        Levels(column, present);
        Encodings.Delta(page, values, narrow);
        long start = output.Length;
        DataPage(Encodings.DeltaBinaryPacked);
        int[] encodings = [Encodings.DeltaBinaryPacked, Encodings.Rle];
        chunks.Add(new ChunkInfo(start, start, 0, encodings, output.Length - start, rows - values.Length, Range(values, narrow)));
    }

    /// <summary>A column of text by dictionary.</summary>
    /// <param name="dictionary">Each distinct text as its length in 4 bytes and its UTF-8 (the plain encoding).</param>
    /// <param name="distinct">How many there are.</param>
    /// <param name="indices">For each value that is present its place in the dictionary.</param>
    /// <param name="present">As with <see cref="Numbers"/>.</param>
    public void Text(ReadOnlySpan<byte> dictionary, int distinct, ReadOnlySpan<int> indices, ReadOnlySpan<int> present = default)
    {
        Column column = columns[chunks.Count];
        long start = output.Length;
        page.Clear();
        page.Write(dictionary);
        PageHeader(PageDictionary, distinct, Encodings.Plain);
        output.Write(page.Written.Span);
        long data = output.Length;
        page.Clear();
        Levels(column, present);
        int width = Encodings.WidthFor(distinct);
        page.WriteByte((byte)width);
        Encodings.Hybrid(page, indices, width);
        DataPage(Encodings.RleDictionary);
        int[] encodings = [Encodings.Plain, Encodings.Rle, Encodings.RleDictionary];
        chunks.Add(new ChunkInfo(start, data, start, encodings, output.Length - start, rows - indices.Length, null));
    }

    /// <summary>A column of text that seldom repeats: all lengths, then all bytes.</summary>
    public void Text(ReadOnlySpan<long> lengths, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> present = default)
    {
        Column column = columns[chunks.Count];
        page.Clear();
        Levels(column, present);
        Encodings.Delta(page, lengths, narrow: true);
        page.Write(bytes);
        long start = output.Length;
        DataPage(Encodings.DeltaLengthByteArray);
        int[] encodings = [Encodings.DeltaLengthByteArray, Encodings.Rle];
        chunks.Add(new ChunkInfo(start, start, 0, encodings, output.Length - start, rows - lengths.Length, null));
    }

    /// <summary>Ends the file and gives its bytes, valid until the next <see cref="Begin"/>.</summary>
    public ReadOnlyMemory<byte> End()
    {
        int start = output.Length;
        Footer(new ThriftWriter(output));
        output.WriteInt32(output.Length - start);
        output.Write("PAR1"u8);
        return output.Written;
    }

    private void Levels(Column column, ReadOnlySpan<int> present)
    {
        if (!column.Nullable)
        {
            return;
        }

        int before = page.Length;
        page.WriteInt32(0);
        if (present.IsEmpty)
        {
            page.VarInt((ulong)rows << 1);
            page.WriteByte(1);
        }
        else
        {
            Encodings.Hybrid(page, present, 1);
        }

        page.PatchInt32(before, page.Length - before - 4);
    }

    private void DataPage(int encoding)
    {
        PageHeader(PageData, rows, encoding);
        output.Write(page.Written.Span);
    }

    private void PageHeader(int type, int values, int encoding)
    {
        ThriftWriter thrift = new(output);
        thrift.BeginElement();
        thrift.Int32(1, type);
        thrift.Int32(2, page.Length);
        thrift.Int32(3, page.Length);
        thrift.BeginStruct(type == PageData ? 5 : 7);
        thrift.Int32(1, values);
        thrift.Int32(2, encoding);
        if (type == PageData)
        {
            thrift.Int32(3, Encodings.Rle);
            thrift.Int32(4, Encodings.Rle);
        }

        thrift.EndStruct();
        thrift.EndStruct();
    }

    private void Footer(ThriftWriter thrift)
    {
        thrift.BeginElement();
        thrift.Int32(1, 2);
        thrift.BeginStructList(2, columns.Count + 1);
        thrift.BeginElement();
        thrift.Text(4, "schema");
        thrift.Int32(5, columns.Count);
        thrift.EndStruct();
        foreach (Column column in columns)
        {
            SchemaElement(thrift, column);
        }

        thrift.Int64(3, rows);
        thrift.BeginStructList(4, 1);
        thrift.BeginElement();
        thrift.BeginStructList(1, columns.Count);
        long total = 0;
        for (int i = 0; i < columns.Count; i++)
        {
            Chunk(thrift, columns[i], chunks[i]);
            total += chunks[i].Size;
        }

        thrift.Int64(2, total);
        thrift.Int64(3, rows);
        thrift.EndStruct();
        thrift.Bytes(6, Creator);
        thrift.EndStruct();
    }

    private static void SchemaElement(ThriftWriter thrift, Column column)
    {
        const int required = 0, optional = 1;
        const int utf8 = 0, timestampMicros = 10, uint8 = 11, uint16 = 12, uint64 = 14;
        thrift.BeginElement();
        thrift.Int32(1, PhysicalType(column.Type));
        thrift.Int32(3, column.Nullable ? optional : required);
        thrift.Text(4, column.Name);
        int? converted = column.Type switch
        {
            ColumnType.Text => utf8,
            ColumnType.Timestamp => timestampMicros,
            ColumnType.UInt8 => uint8,
            ColumnType.UInt16 => uint16,
            ColumnType.UInt64 => uint64,
            _ => null,
        };
        if (converted is { } value)
        {
            thrift.Int32(6, value);
        }

        if (column.Type == ColumnType.Timestamp)
        {
            // LogicalType: TIMESTAMP of isAdjustedToUTC and unit MICROS.
            thrift.BeginStruct(10);
            thrift.BeginStruct(8);
            thrift.Boolean(1, true);
            thrift.BeginStruct(2);
            thrift.EmptyStruct(2);
            thrift.EndStruct();
            thrift.EndStruct();
            thrift.EndStruct();
        }
        else if (column.Type == ColumnType.Text)
        {
            thrift.BeginStruct(10);
            thrift.EmptyStruct(1);
            thrift.EndStruct();
        }

        thrift.EndStruct();
    }

    private void Chunk(ThriftWriter thrift, Column column, ChunkInfo chunk)
    {
        thrift.BeginElement();
        thrift.Int64(2, chunk.Start);
        thrift.BeginStruct(3);
        thrift.Int32(1, PhysicalType(column.Type));
        thrift.Int32List(2, chunk.Encodings);
        thrift.TextList(3, column.Name);
        thrift.Int32(4, 0);
        thrift.Int64(5, rows);
        thrift.Int64(6, chunk.Size);
        thrift.Int64(7, chunk.Size);
        thrift.Int64(9, chunk.Data);
        if (chunk.Dictionary > 0)
        {
            thrift.Int64(11, chunk.Dictionary);
        }

        thrift.BeginStruct(12);
        thrift.Int64(3, chunk.Nulls);
        if (chunk.Range is { } range)
        {
            thrift.Bytes(5, range.Highest);
            thrift.Bytes(6, range.Lowest);
        }

        thrift.EndStruct();
        thrift.EndStruct();
        thrift.EndStruct();
    }

    /// <summary>Lowest and highest value for the footer's statistics; unsigned 64-bit numbers order differently and have none.</summary>
    private (byte[] Lowest, byte[] Highest)? Range(ReadOnlySpan<long> values, bool narrow)
    {
        if (values.IsEmpty || columns[chunks.Count].Type == ColumnType.UInt64)
        {
            return null;
        }

        long lowest = values[0];
        long highest = values[0];
        foreach (long value in values)
        {
            lowest = Math.Min(lowest, value);
            highest = Math.Max(highest, value);
        }

        return narrow ? (BitConverter.GetBytes((int)lowest), BitConverter.GetBytes((int)highest))
            : (BitConverter.GetBytes(lowest), BitConverter.GetBytes(highest));
    }

    private static int PhysicalType(ColumnType type) => type switch
    {
        ColumnType.Text => TypeByteArray,
        ColumnType.UInt8 or ColumnType.UInt16 or ColumnType.Int32 => TypeInt32,
        _ => TypeInt64,
    };

    private sealed record ChunkInfo(
        long Start, long Data, long Dictionary, int[] Encodings, long Size, long Nulls, (byte[] Lowest, byte[] Highest)? Range);
}
