using System.Buffers.Binary;
using System.Buffers.Text;

namespace NetTraffic.Server.Questions;

/// <summary>
/// Where the next page of an answer begins, as a text that a client hands back: the end of the time that is looked at, so that what comes
/// meanwhile changes no page, and the last row of the page before.
/// </summary>
/// <param name="Until">End of the time, UTC, not included.</param>
/// <param name="After">The last row given.</param>
internal readonly record struct PageCursor(DateTime Until, FlowPosition After)
{
    private const int Bytes = 1 + 4 * sizeof(long);
    private const byte Layout = 1;

    /// <summary>Reads a client's text.</summary>
    /// <exception cref="TrafficException">It is none that was given.</exception>
    public static PageCursor Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (text.Length == Base64Url.GetEncodedLength(Bytes)
            && Base64Url.TryDecodeFromChars(text, bytes, out int written) && written == Bytes && bytes[0] == Layout
            && Time(bytes[1..]) is { } until && Time(bytes[9..]) is { } end && Time(bytes[17..]) is { } time)
        {
            return new PageCursor(until, new FlowPosition(end, time, BinaryPrimitives.ReadUInt64LittleEndian(bytes[25..])));
        }

        throw new TrafficException(TrafficErrors.BadArgument, "The cursor is none that was given.",
            "Give the Next of the page before, with the same filters; or leave it out, for the first page.");
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        bytes[0] = Layout;
        BinaryPrimitives.WriteInt64LittleEndian(bytes[1..], Until.Ticks);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[9..], After.EndTime.Ticks);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[17..], After.Time.Ticks);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[25..], After.FlowId);
        return Base64Url.EncodeToString(bytes);
    }

    private static DateTime? Time(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64LittleEndian(bytes) is >= 0 and var ticks
        && ticks <= DateTime.MaxValue.Ticks ? new DateTime(ticks, DateTimeKind.Utc) : null;
}
