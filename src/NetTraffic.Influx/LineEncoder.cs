using System.Buffers.Text;
using System.Globalization;

namespace NetTraffic.Influx;

/// <summary>
/// Writes points as line protocol into a buffer that is used again and again: <see cref="Begin"/>, tags, fields, <see cref="End(long)"/>.
/// Once the buffer has grown a point allocates nothing. Not for several threads at once.
/// <code>measurement,tag=value,... field=1i,... 1700000000000000000\n</code>
/// </summary>
public sealed class LineEncoder
{
    /// <summary>What a tag without a value says: an empty one is refused by servers.</summary>
    public const string NoValue = "none";

    private const int NumberBytes = 32;

    private byte[] buffer;
    private int[] tags = new int[16];
    private int tagCount;
    private int length;
    private int complete;
    private Part part;

    /// <summary>Makes an encoder.</summary>
    /// <param name="capacity">Bytes the buffer has at first.</param>
    public LineEncoder(int capacity = 1 << 16)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        buffer = new byte[capacity];
    }

    private enum Part
    {
        None,
        Tags,
        Fields,
    }

    /// <summary>The complete lines, each with its '\n'. Valid until the next <see cref="Begin"/> or <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Written => buffer.AsMemory(0, complete);

    /// <summary>Bytes of the complete lines.</summary>
    public int Length => complete;

    /// <summary>Complete lines.</summary>
    public int Lines { get; private set; }

    /// <summary>Nanoseconds since 1970 of a UTC time.</summary>
    public static long ToNanoseconds(DateTime utc) => checked((utc.Ticks - DateTime.UnixEpoch.Ticks) * 100);

    /// <summary>Forgets all lines, and a point that was begun; keeps the buffer.</summary>
    public void Clear()
    {
        (length, complete, Lines, tagCount, part) = (0, 0, 0, 0, Part.None);
    }

    /// <summary>Begins a point. A point that was begun and not ended is given up.</summary>
    /// <param name="measurement">Name of the measurement; not empty, and not a comment ('#').</param>
    public void Begin(ReadOnlySpan<char> measurement)
    {
        if (measurement.IsEmpty || measurement[0] == '#')
        {
            throw new ArgumentException("A measurement's name is not empty and does not begin with '#'.", nameof(measurement));
        }

        length = complete;
        tagCount = 0;
        part = Part.Tags;
        Reserve(LineText.MaxEscapedBytes);
        length += LineText.Write(measurement, buffer.AsSpan(length), measurement: true);
    }

    /// <summary>
    /// Adds a tag. Tags are stored in the order of their names, in which they are best given as well. Empty: <see cref="NoValue"/>.
    /// </summary>
    /// <param name="name">Name; each once a point.</param>
    /// <param name="value">Value, whatever it holds: it is escaped, cleaned, and cut after 256 bytes.</param>
    public void Tag(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        if (part != Part.Tags)
        {
            throw new InvalidOperationException("A tag comes after Begin and before the fields.");
        }

        ArgumentOutOfRangeException.ThrowIfZero(name.Length, nameof(name));
        Reserve((2 * LineText.MaxEscapedBytes) + 2);
        int start = length;
        buffer[length++] = (byte)',';
        length += LineText.Write(name, buffer.AsSpan(length), measurement: false);
        int nameEnd = length;
        buffer[length++] = (byte)'=';
        length += LineText.Write(value.IsEmpty ? NoValue : value, buffer.AsSpan(length), measurement: false);
        Place(start, nameEnd);
    }

    /// <summary>Adds an integer field.</summary>
    public void Field(ReadOnlySpan<char> name, long value)
    {
        BeginField(name);
        Utf8Formatter.TryFormat(value, buffer.AsSpan(length), out int written);
        length += written;
        buffer[length++] = (byte)'i';
    }

    /// <summary>Adds a float field. One that is no number, or infinite, is left out: servers refuse it.</summary>
    public void Field(ReadOnlySpan<char> name, double value)
    {
        if (!double.IsFinite(value))
        {
            return;
        }

        BeginField(name);
        value.TryFormat(buffer.AsSpan(length), out int written, default, CultureInfo.InvariantCulture);
        length += written;
    }

    /// <summary>Ends the point. False where it has no fields: it is given up.</summary>
    /// <param name="timestampNs">Nanoseconds since 1970.</param>
    public bool End(long timestampNs)
    {
        if (part == Part.None)
        {
            throw new InvalidOperationException("There is no point to end; Begin comes first.");
        }

        bool stored = part == Part.Fields;
        if (stored)
        {
            Reserve(NumberBytes);
            buffer[length++] = (byte)' ';
            Utf8Formatter.TryFormat(timestampNs, buffer.AsSpan(length), out int written);
            length += written;
            buffer[length++] = (byte)'\n';
            complete = length;
            Lines++;
        }

        length = complete;
        part = Part.None;
        return stored;
    }

    /// <summary>Ends the point with a UTC time.</summary>
    public bool End(DateTime utc) => End(ToNanoseconds(utc));

    private void BeginField(ReadOnlySpan<char> name)
    {
        if (part == Part.None)
        {
            throw new InvalidOperationException("A field comes after Begin.");
        }

        ArgumentOutOfRangeException.ThrowIfZero(name.Length, nameof(name));
        Reserve(LineText.MaxEscapedBytes + NumberBytes + 2);
        buffer[length++] = part == Part.Tags ? (byte)' ' : (byte)',';
        part = Part.Fields;
        length += LineText.Write(name, buffer.AsSpan(length), measurement: false);
        buffer[length++] = (byte)'=';
    }

    /// <summary>Puts the tag at the end of the buffer where its name belongs; nothing to do where tags come in order.</summary>
    private void Place(int start, int nameEnd)
    {
        if (tagCount == tags.Length)
        {
            Array.Resize(ref tags, tags.Length * 2);
        }

        ReadOnlySpan<byte> name = buffer.AsSpan(start + 1, nameEnd - start - 1);
        int place = tagCount;
        while (place > 0)
        {
            int order = NameAt(tags[place - 1]).SequenceCompareTo(name);
            if (order == 0)
            {
                length = start;
                throw new InvalidOperationException("A point has each tag once.");
            }

            if (order < 0)
            {
                break;
            }

            place--;
        }

        if (place < tagCount)
        {
            int target = tags[place];
            int size = length - start;
            Span<byte> moved = stackalloc byte[(2 * LineText.MaxEscapedBytes) + 2];
            buffer.AsSpan(start, size).CopyTo(moved);
            buffer.AsSpan(target, start - target).CopyTo(buffer.AsSpan(target + size));
            moved[..size].CopyTo(buffer.AsSpan(target));
            for (int i = tagCount; i > place; i--)
            {
                tags[i] = tags[i - 1] + size;
            }

            start = target;
        }

        tags[place] = start;
        tagCount++;
    }

    private ReadOnlySpan<byte> NameAt(int start)
    {
        ReadOnlySpan<byte> rest = buffer.AsSpan(start + 1, length - start - 1);
        int end = rest.IndexOf((byte)'=');
        while (rest[end - 1] == '\\')
        {
            end += 1 + rest[(end + 1)..].IndexOf((byte)'='); // an escaped one is part of the name
        }

        return rest[..end];
    }

    private void Reserve(int size)
    {
        if (buffer.Length - length < size)
        {
            Grow(size);
        }
    }

    private void Grow(int size)
    {
        long wanted = Math.Max(2L * buffer.Length, (long)length + size);
        Array.Resize(ref buffer, (int)Math.Min(Math.Max(wanted, 4096), Array.MaxLength));
    }
}
