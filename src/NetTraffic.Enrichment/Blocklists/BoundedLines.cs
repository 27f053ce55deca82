using System.Globalization;

namespace NetTraffic.Enrichment.Blocklists;

/// <summary>
/// The lines of a text in a buffer of one size: of a line that is longer than any should be, the first part alone is there, and that it is
/// cut. Ends of lines are LF, CR and both.
/// </summary>
/// <param name="reader">The text.</param>
/// <param name="longest">Characters of a line at most.</param>
/// <param name="most">Characters of the text at most: a device may have no end, nor a line of it.</param>
/// <param name="cancellationToken">Ends it.</param>
internal sealed class BoundedLines(TextReader reader, int longest, long most, CancellationToken cancellationToken)
{
    private readonly char[] buffer = new char[2 * longest];
    private long taken;
    private int begin;
    private int end;

    /// <summary>The next line; false: there is none. The line is valid until the next call.</summary>
    /// <exception cref="FormatException">The text is longer than it may be.</exception>
    public bool Next(out ReadOnlyMemory<char> line, out bool isCut)
    {
        while (true)
        {
            int length = buffer.AsSpan(begin, end - begin).IndexOfAny('\r', '\n');
            if (length >= 0)
            {
                isCut = length > longest;
                line = buffer.AsMemory(begin, Math.Min(length, longest));
                begin += length + 1;
                return true;
            }

            buffer.AsSpan(begin, end - begin).CopyTo(buffer);
            end -= begin;
            begin = 0;
            if (end > longest)
            {
                line = buffer.AsMemory(0, longest);
                isCut = true;
                SkipLine();
                return true;
            }

            int read = Read(end);
            if (read == 0)
            {
                line = buffer.AsMemory(0, end);
                isCut = false;
                end = 0;
                return line.Length > 0;
            }

            end += read;
        }
    }

    /// <summary>Leaves out what is left of a line whose first part stays at the buffer's begin.</summary>
    private void SkipLine()
    {
        int read;
        int at;
        do
        {
            read = Read(longest);
            at = buffer.AsSpan(longest, read).IndexOfAny('\r', '\n');
        }
        while (read > 0 && at < 0);
        begin = longest + at + 1;
        end = longest + read;
    }

    private int Read(int at)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int read = reader.Read(buffer, at, buffer.Length - at);
        taken += read;
        return taken <= most ? read
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"it has more than {most >> 20} MB"));
    }
}
