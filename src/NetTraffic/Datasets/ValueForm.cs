using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>How values of a property's type are written and read.</summary>
/// <param name="isOptional">Whether a value can be absent.</param>
/// <param name="write">Hands on a value.</param>
/// <param name="read">Takes a value.</param>
public sealed class ValueForm<T>(bool isOptional, Action<T, IValueWriter> write, Func<IValueReader, T> read)
{
    /// <summary>Whether a value can be absent.</summary>
    public bool IsOptional { get; } = isOptional;

    /// <summary>Hands on a value.</summary>
    public void Write(T value, IValueWriter to) => write(value, to);

    /// <summary>Takes a value.</summary>
    public T Read(IValueReader from) => read(from);
}

/// <summary>The forms that columns have.</summary>
public static class ValueForm
{
    /// <summary>Text.</summary>
    public static ValueForm<string> Text { get; } = new(false, (value, to) => to.Text(value), from => from.Text());

    /// <summary>Text that can be absent.</summary>
    public static ValueForm<string?> OptionalText { get; } = new(
        true,
        (value, to) =>
        {
            if (value is null)
            {
                to.Null();
            }
            else
            {
                to.Text(value);
            }
        },
        from => from.IsNull ? null : from.Text());

    /// <summary>A whole number of 32 bits.</summary>
    public static ValueForm<int> Int32 { get; } = new(false, (value, to) => to.Number(value), from => (int)from.Number());

    /// <summary>A whole number of 64 bits.</summary>
    public static ValueForm<long> Int64 { get; } = new(false, (value, to) => to.Number(value), from => from.Number());

    /// <summary>A whole number of 64 bits without sign.</summary>
    public static ValueForm<ulong> UInt64 { get; } = new(false, (value, to) => to.Unsigned(value), from => from.Unsigned());

    /// <summary>A whole number that can be absent.</summary>
    public static ValueForm<int?> OptionalInt32 { get; } = Optional<int>((value, to) => to.Number(value), from => (int)from.Number());

    /// <summary>A whole number of 64 bits that can be absent.</summary>
    public static ValueForm<long?> OptionalInt64 { get; } = Optional<long>((value, to) => to.Number(value), from => from.Number());

    /// <summary>Yes or no, or not known; stored as 1 and 0.</summary>
    public static ValueForm<bool?> OptionalBoolean { get; } = Optional<bool>((value, to) => to.Boolean(value), from => from.Number() != 0);

    /// <summary>An angle in degrees that can be absent; stored in millionths.</summary>
    public static ValueForm<double?> OptionalDegrees { get; } = Optional<double>(
        (value, to) => to.Degrees(value), from => from.Number() / 1e6);

    /// <summary>A time, UTC.</summary>
    public static ValueForm<DateTime> Time { get; } = new(false, (value, to) => to.Time(value), from => from.Time());

    /// <summary>A length of time; stored in microseconds.</summary>
    public static ValueForm<TimeSpan> Duration { get; } = new(
        false, (value, to) => to.Duration(value), from => TimeSpan.FromMicroseconds(from.Number()));

    /// <summary>A length of time that can be absent; stored in microseconds.</summary>
    public static ValueForm<TimeSpan?> OptionalDuration { get; } = Optional<TimeSpan>(
        (value, to) => to.Duration(value), from => TimeSpan.FromMicroseconds(from.Number()));

    /// <summary>TCP flags that can be absent.</summary>
    public static ValueForm<TcpFlags?> OptionalFlags { get; } = Optional<TcpFlags>(
        (value, to) => to.Flags(value), from => (TcpFlags)from.Number());

    private static ValueForm<T?> Optional<T>(Action<T, IValueWriter> write, Func<IValueReader, T> read)
        where T : struct => new(
            true,
            (value, to) =>
            {
                if (value is { } known)
                {
                    write(known, to);
                }
                else
                {
                    to.Null();
                }
            },
            from => from.IsNull ? null : read(from));
}
