using System.Text;
using NetTraffic.Shell.Hosting;

namespace NetTraffic.Shell.Interactive;

/// <summary>Draws a line being edited, over as many rows as it takes.</summary>
internal sealed class LineScreen(Action<string> write, Func<int> width)
{
    private const string Continuation = ">> ";
    private int cursorRow;

    /// <summary>Begins below what is on the screen.</summary>
    public void Begin() => cursorRow = 0;

    public void Draw(string prompt, string text, int cursor)
    {
        int columns = Math.Max(8, width());
        StringBuilder screen = new("\r");
        if (cursorRow > 0)
        {
            screen.Append($"\x1b[{cursorRow}A");
        }

        screen.Append("\x1b[J");
        int row = 0;
        int column = 0;
        Place(screen, prompt, columns, ref row, ref column);
        (int Row, int Column) mark = (row, column);
        int at = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (at == cursor)
            {
                mark = (row, column);
            }

            at += rune.Utf16SequenceLength;
            if (rune.Value == '\n')
            {
                screen.Append('\n');
                row++;
                column = 0;
                Place(screen, Continuation, columns, ref row, ref column);
            }
            else
            {
                Place(screen, TerminalText.Escape(rune.ToString()), columns, ref row, ref column);
            }
        }

        if (at == cursor)
        {
            mark = (row, column);
        }

        // A terminal keeps the cursor on a full row until something follows.
        if (column == 0 && row > 0 && !text.EndsWith('\n'))
        {
            screen.Append(" \r");
        }

        screen.Append('\r');
        if (row > mark.Row)
        {
            screen.Append($"\x1b[{row - mark.Row}A");
        }

        if (mark.Column > 0)
        {
            screen.Append($"\x1b[{mark.Column}C");
        }

        cursorRow = mark.Row;
        write(screen.ToString());
    }

    private static void Place(StringBuilder screen, string text, int columns, ref int row, ref int column)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            int cells = TextWidth.Of(rune);
            if (column + cells > columns)
            {
                row++;
                column = 0;
            }

            screen.Append(rune.ToString());
            column += cells;
            if (column == columns)
            {
                row++;
                column = 0;
            }
        }
    }
}
