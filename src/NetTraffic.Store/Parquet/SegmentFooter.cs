using System.Text;

namespace NetTraffic.Store.Parquet;

/// <summary>Reads the footer that <see cref="ParquetFile"/> writes, as far as <see cref="SegmentReader"/> needs it.</summary>
internal static class SegmentFooter
{
    /// <summary>Lists the columns, in file order; false where the file is not one of ours.</summary>
    /// <param name="bytes">The footer.</param>
    /// <param name="start">Its place in the file; columns end before it.</param>
    /// <param name="chunks">Takes the columns.</param>
    /// <param name="rows">Rows of the file.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, long start, List<SegmentReader.Chunk> chunks, out long rows)
    {
        chunks.Clear();
        rows = -1;
        List<SchemaColumn> schema = [];
        bool ours = false;
        int groups = 0;
        ThriftReader reader = new(bytes);
        int field = 0;
        while (reader.Field(ref field, out byte type))
        {
            switch (field)
            {
                case 2:
                    int elements = reader.Count(type, ThriftReader.Struct);
                    for (int i = 0; i < elements && !reader.Failed; i++)
                    {
                        schema.Add(SchemaElement(ref reader));
                    }

                    break;
                case 3:
                    rows = reader.Number(type);
                    break;
                case 4:
                    groups = reader.Count(type, ThriftReader.Struct);
                    for (int i = 0; i < groups && !reader.Failed; i++)
                    {
                        RowGroup(ref reader, chunks);
                    }

                    break;
                case 6:
                    ours = reader.Bytes(type).SequenceEqual(ParquetFile.Creator);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        return !reader.Failed && ours && groups == 1 && rows is >= 0 and <= int.MaxValue && schema.Count == chunks.Count + 1 && Match(schema, chunks, start, rows);
    }

    /// <summary>Columns are in the schema's order, one behind the other, with a value for each row.</summary>
    private static bool Match(List<SchemaColumn> schema, List<SegmentReader.Chunk> chunks, long start, long rows)
    {
        long end = 4;
        for (int i = 0; i < chunks.Count; i++)
        {
            SegmentReader.Chunk chunk = chunks[i];
            SchemaColumn column = schema[i + 1];
            if (chunk.Name != column.Name || chunk.Type != column.Type || column.Repetition is < 0 or > 1 || column.Children != 0
                || chunk.Rows != rows || chunk.Start != end || chunk.Size <= 0 || chunk.Size > start - end || chunk.Data < chunk.Start || chunk.Data >= chunk.Start + chunk.Size)
            {
                return false;
            }

            end += chunk.Size;
            chunks[i] = chunk with { Nullable = column.Repetition == 1 };
        }

        return true;
    }

    private static SchemaColumn SchemaElement(ref ThriftReader reader)
    {
        SchemaColumn column = new();
        int field = 0;
        while (reader.Field(ref field, out byte type))
        {
            switch (field)
            {
                case 1:
                    column.Type = reader.Number(type);
                    break;
                case 3:
                    column.Repetition = reader.Number(type);
                    break;
                case 4:
                    column.Name = Encoding.UTF8.GetString(reader.Bytes(type));
                    break;
                case 5:
                    column.Children = reader.Number(type);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        return column;
    }

    private static void RowGroup(ref ThriftReader reader, List<SegmentReader.Chunk> chunks)
    {
        int field = 0;
        while (reader.Field(ref field, out byte type))
        {
            if (field != 1)
            {
                reader.Skip(type);
                continue;
            }

            int columns = reader.Count(type, ThriftReader.Struct);
            for (int i = 0; i < columns && !reader.Failed; i++)
            {
                int inner = 0;
                while (reader.Field(ref inner, out byte kind))
                {
                    if (inner == 3 && kind == ThriftReader.Struct)
                    {
                        chunks.Add(MetaData(ref reader));
                    }
                    else
                    {
                        reader.Skip(kind);
                    }
                }
            }
        }
    }

    private static SegmentReader.Chunk MetaData(ref ThriftReader reader)
    {
        string name = "";
        long codec = -1, values = -1, whole = -1, size = -2, data = -1, dictionary = 0, physical = -1;
        int field = 0;
        while (reader.Field(ref field, out byte type))
        {
            switch (field)
            {
                case 1:
                    physical = reader.Number(type);
                    break;
                case 3:
                    int parts = reader.Count(type, ThriftReader.Binary);
                    for (int i = 0; i < parts && !reader.Failed; i++)
                    {
                        name = Encoding.UTF8.GetString(reader.Bytes(ThriftReader.Binary));
                    }

                    break;
                case 4:
                    codec = reader.Number(type);
                    break;
                case 5:
                    values = reader.Number(type);
                    break;
                case 6:
                    whole = reader.Number(type);
                    break;
                case 7:
                    size = reader.Number(type);
                    break;
                case 9:
                    data = reader.Number(type);
                    break;
                case 11:
                    dictionary = reader.Number(type);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        bool plain = codec == 0 && whole == size;
        return new SegmentReader.Chunk(name, plain ? physical : -2, false, dictionary > 0 ? dictionary : data, size, data, dictionary, values);
    }

    private sealed record SchemaColumn
    {
        public string Name { get; set; } = "";

        public long Type { get; set; } = -1;

        public long Repetition { get; set; } = -1;

        public long Children { get; set; }
    }
}
