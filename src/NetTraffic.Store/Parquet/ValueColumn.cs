using NetTraffic.Packets;

namespace NetTraffic.Store.Parquet;

/// <summary>Values of a column of any type on their way into a segment, as the dataset's table hands them on.</summary>
internal sealed class ValueColumn(Column column) : IValueWriter, IColumnBuilder
{
    private readonly NumberColumn? numbers = column.Type == ColumnType.Text ? null : new NumberColumn(column.Nullable);
    private readonly CodeColumn? texts = column.Type == ColumnType.Text ? new CodeColumn(column.Nullable, 0, _ => "") : null;

    public void Clear()
    {
        numbers?.Clear();
        texts?.Clear();
    }

    public void WriteTo(ParquetFile file)
    {
        numbers?.WriteTo(file);
        texts?.WriteTo(file);
    }

    public void Null()
    {
        numbers?.AddNull();
        texts?.AddNull();
    }

    public void Text(string value) => Texts.Add(value);

    public void Number(long value) => Numbers.Add(value);

    public void Unsigned(ulong value) => Numbers.Add((long)value);

    public void Time(DateTime value) => Numbers.Add(UnixTime.ToMicroseconds(value));

    public void Duration(TimeSpan value) => Numbers.Add(value.Ticks / TimeSpan.TicksPerMicrosecond);

    public void Boolean(bool value) => Numbers.Add(value ? 1 : 0);

    public void Degrees(double value) => Numbers.Add((long)Math.Round(value * 1e6));

    public void Flags(TcpFlags value) => Numbers.Add((long)value);

    private NumberColumn Numbers => numbers ?? throw new InvalidOperationException($"{column.Property} is a column of text.");

    private CodeColumn Texts => texts ?? throw new InvalidOperationException($"{column.Property} is a column of numbers.");
}
