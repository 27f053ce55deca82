using System.Buffers.Text;

namespace NetTraffic.Influx;

/// <summary>Cuts text into whole lines.</summary>
internal static class LineBatches
{
    /// <summary>Lines in the text; the last may lack its '\n'.</summary>
    public static int Count(ReadOnlySpan<byte> lines) =>
        lines.IsEmpty ? 0 : lines.Count((byte)'\n') + (lines[^1] == '\n' ? 0 : 1);

    /// <summary>Length of the first so many lines, or of fewer where they have more bytes than allowed; at least one line.</summary>
    public static int Take(ReadOnlySpan<byte> lines, int maxLines, int maxBytes, out int taken)
    {
        int length = 0;
        taken = 0;
        while (taken < maxLines && length < lines.Length)
        {
            int next = lines[length..].IndexOf((byte)'\n');
            next = next < 0 ? lines.Length : length + next + 1;
            if (next > maxBytes && taken > 0)
            {
                break;
            }

            length = next;
            taken++;
        }

        return length;
    }

    /// <summary>Timestamp of a line; the latest time there is where it has none, so that it counts as new.</summary>
    public static long Timestamp(ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd((byte)'\n');
        ReadOnlySpan<byte> text = line[(line.LastIndexOf((byte)' ') + 1)..];
        return Utf8Parser.TryParse(text, out long value, out int consumed) && consumed == text.Length ? value : long.MaxValue;
    }
}
