using System.Runtime.InteropServices;
using Parquet;
using Parquet.Schema;
using ParquetSharp;
using Encoding = System.Text.Encoding;

namespace NetTraffic.Benchmarks;

/// <summary>A column's values in the forms that Parquet.Net and ParquetSharp write fastest.</summary>
internal abstract class ReadyColumn(Column column, DataField dataField, short[] levels)
{
    public Column Column => column;

    /// <summary>The column for Parquet.Net.</summary>
    public DataField Field => dataField;

    /// <summary>For each row 1 where there is a value; empty: everywhere.</summary>
    protected short[] Levels => levels;

    public abstract Task WriteAsync(ParquetRowGroupWriter group, DataField target);

    public abstract void WriteTo(ColumnWriter writer);

    public abstract bool Same(ReadyColumn other);

    /// <summary>Reads a column of a file.</summary>
    public static ReadyColumn Read(Column column, ColumnReader reader)
    {
        using (reader)
        {
            int count = SampleRows.Count;
            short[] levels = new short[column.Nullable ? count : 0];
            ReadyColumn made = reader switch
            {
                ColumnReader<int> whole => Numbers(column, levels, Values(whole, levels)),
                ColumnReader<long> large => Numbers(column, levels, Values(large, levels)),
                ColumnReader<ByteArray> text => new TextColumn(column, levels, TextColumn.Values(text, levels)),
                _ => throw new NotSupportedException(reader.GetType().Name),
            };
            return made;
        }
    }

    private static T[] Values<T>(ColumnReader<T> reader, short[] levels)
        where T : unmanaged
    {
        T[] values = new T[SampleRows.Count];
        int rows = 0, found = 0;
        while (reader.HasNext)
        {
            rows += (int)reader.ReadBatch(
                values.Length - rows, levels.AsSpan(Math.Min(rows, levels.Length)), [], values.AsSpan(found), out long read);
            found += (int)read;
        }

        return values[..found];
    }

    private static ReadyColumn Numbers<T>(Column column, short[] levels, T[] raw)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        return column.Type switch
        {
            NetTraffic.ColumnType.UInt8 => Typed(column, levels, raw, Array.ConvertAll(raw, byte.CreateTruncating)),
            NetTraffic.ColumnType.UInt16 => Typed(column, levels, raw, Array.ConvertAll(raw, ushort.CreateTruncating)),
            NetTraffic.ColumnType.Int32 => Typed(column, levels, raw, Array.ConvertAll(raw, int.CreateTruncating)),
            NetTraffic.ColumnType.Int64 => Typed(column, levels, raw, Array.ConvertAll(raw, long.CreateTruncating)),
            NetTraffic.ColumnType.UInt64 => Typed(column, levels, raw, Array.ConvertAll(raw, ulong.CreateTruncating)),
            _ => new NumberColumn<T, DateTime>(
                column,
                new DateTimeDataField(column.Name, DateTimeFormat.Timestamp, true, DateTimeTimeUnit.Micros, column.Nullable),
                levels,
                raw,
                Array.ConvertAll(raw, value => DateTime.UnixEpoch.AddMicroseconds(long.CreateTruncating(value)))),
        };
    }

    private static NumberColumn<TRaw, TValue> Typed<TRaw, TValue>(Column column, short[] levels, TRaw[] raw, TValue[] values)
        where TRaw : unmanaged
        where TValue : struct => new(column, new DataField<TValue>(column.Name, column.Nullable), levels, raw, values);

    private sealed class NumberColumn<TRaw, TValue>(Column column, DataField field, short[] levels, TRaw[] raw, TValue[] values)
        : ReadyColumn(column, field, levels)
        where TRaw : unmanaged
        where TValue : struct
    {
        private readonly int[]? wide = levels.Length == 0 ? null : Array.ConvertAll(levels, level => (int)level);

        public override Task WriteAsync(ParquetRowGroupWriter group, DataField target) =>
            group.WriteAllPartsAsync<TValue>(
                target, values.AsMemory(), wide is null ? (ReadOnlyMemory<int>?)null : wide.AsMemory(), null, CancellationToken.None);

        public override void WriteTo(ColumnWriter writer) => ((ColumnWriter<TRaw>)writer).WriteBatch(SampleRows.Count, Levels, [], raw);

        public override bool Same(ReadyColumn other) =>
            other is NumberColumn<TRaw, TValue> same && same.Raw.SequenceEqual(raw) && same.Levels.SequenceEqual(Levels);

        private TRaw[] Raw => raw;
    }

    /// <summary>Text: one pinned block of UTF-8 for ParquetSharp, strings (one object for each distinct text) for Parquet.Net.</summary>
    private sealed class TextColumn(Column column, short[] levels, string[] values)
        : ReadyColumn(column, new DataField<string>(column.Name, column.Nullable), levels)
    {
        private readonly byte[] block = GC.AllocateUninitializedArray<byte>(values.Sum(Encoding.UTF8.GetByteCount), pinned: true);
        private ByteArray[]? raw;
        private readonly string?[] rows = Spread(values, levels);

        public static string[] Values(ColumnReader<ByteArray> reader, short[] levels)
        {
            ByteArray[] batch = new ByteArray[4096];
            List<string> found = [];
            Dictionary<string, string> distinct = new(StringComparer.Ordinal);
            int filled = 0;
            while (reader.HasNext)
            {
                int most = Math.Min(batch.Length, SampleRows.Count - filled);
                filled += (int)reader.ReadBatch(most, levels.AsSpan(Math.Min(filled, levels.Length)), [], batch, out long read);
                foreach (ByteArray bytes in batch.AsSpan(0, (int)read))
                {
                    string text = Marshal.PtrToStringUTF8(bytes.Pointer, bytes.Length);
                    CollectionsMarshal.GetValueRefOrAddDefault(distinct, text, out _) ??= text;
                    found.Add(distinct[text]);
                }
            }

            return [.. found];
        }

        public override Task WriteAsync(ParquetRowGroupWriter group, DataField target) => group.WriteAsync(target, rows!, null);

        public override void WriteTo(ColumnWriter writer) => ((ColumnWriter<ByteArray>)writer).WriteBatch(
            SampleRows.Count, Levels, [], raw ??= Place());

        public override bool Same(ReadyColumn other) => other is TextColumn same && same.rows.SequenceEqual(rows);

        private ByteArray[] Place()
        {
            nint start = Marshal.UnsafeAddrOfPinnedArrayElement(block, 0);
            ByteArray[] pinned = new ByteArray[values.Length];
            int at = 0;
            for (int i = 0; i < values.Length; i++)
            {
                int length = Encoding.UTF8.GetBytes(values[i], block.AsSpan(at));
                pinned[i] = new ByteArray(start + at, length);
                at += length;
            }

            return pinned;
        }

        private static string?[] Spread(string[] values, short[] levels)
        {
            int next = 0;
            return levels.Length == 0 ? values : Array.ConvertAll(levels, level => level == 0 ? null : values[next++]);
        }
    }
}
