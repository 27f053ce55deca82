using System.Buffers;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>
/// Writes rows of a dataset as text, field by field, as its table of columns hands them on: straight into bytes, without an object or a
/// text a value. Gives what <see cref="RowWriter"/> gives for the same values.
/// </summary>
/// <param name="stream">Takes the bytes, and stays open.</param>
internal abstract class DatasetWriter(Stream stream) : IValueWriter, IDisposable
{
    private const int Chunk = 1 << 16;
    private static readonly string[] FlagNames = [.. Enumerable.Range(0, 256).Select(flags => ((TcpFlags)flags).ToString())];

    /// <summary>What is written and not handed to the stream yet.</summary>
    protected ArrayBufferWriter<byte> Output { get; } = new(2 * Chunk);

    /// <summary>Makes the writer of a format.</summary>
    public static DatasetWriter Create(ExportFormat format, Stream stream, bool asArray) => format switch
    {
        ExportFormat.Csv => new CsvDatasetWriter(stream),
        ExportFormat.Json => new JsonDatasetWriter(stream, asArray),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "rows go to CSV or JSON"),
    };

    /// <summary>Begins the file.</summary>
    public abstract void Begin(IReadOnlyList<Column> columns);

    /// <summary>Writes a row.</summary>
    public void Write<TRow>(TRow row, IReadOnlyList<Column<TRow>> columns)
    {
        BeginRow();
        for (int i = 0; i < columns.Count; i++)
        {
            BeginField(i);
            columns[i].Write(row, this);
        }

        EndRow();
        if (Output.WrittenCount >= Chunk)
        {
            Flush();
        }
    }

    /// <summary>Ends the file.</summary>
    public virtual void Complete() => Flush();

    public virtual void Dispose()
    {
    }

    public abstract void Null();

    public abstract void Text(string value);

    public abstract void Number(long value);

    public abstract void Unsigned(ulong value);

    public abstract void Time(DateTime value);

    public abstract void Duration(TimeSpan value);

    public abstract void Boolean(bool value);

    public abstract void Degrees(double value);

    public void Flags(TcpFlags value) => Name(FlagNames[(byte)value]);

    /// <summary>A name of ours, which needs no care.</summary>
    protected abstract void Name(string value);

    protected abstract void BeginRow();

    protected abstract void BeginField(int number);

    protected abstract void EndRow();

    private void Flush()
    {
        stream.Write(Output.WrittenSpan);
        Output.ResetWrittenCount();
    }
}
