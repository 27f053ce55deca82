using NetTraffic.Shell.Hosting;

namespace NetTraffic.Shell.Interactive;

/// <summary>A line editor: the keys of readline, history, search, completion, and several lines where a statement needs them.</summary>
internal sealed class LineEditor(LineHistory history, Completion completion, Func<string, bool> isIncomplete)
{
    private const int ListedChoices = 60;
    private readonly LineBuffer buffer = new();
    private readonly LineScreen screen = new(Console.Write, () => Console.WindowWidth);
    private Choices choices;
    private int choice = -1;

    /// <summary>A statement, "" after Ctrl+C, null after Ctrl+D on an empty line.</summary>
    public string? Read(string prompt)
    {
        if (Environment.GetEnvironmentVariable("TERM") == "dumb")
        {
            return ReadPlain(prompt);
        }

        Console.TreatControlCAsInput = true;
        try
        {
            return Edit(prompt);
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    private string? ReadPlain(string prompt)
    {
        Console.Write(prompt);
        string? text = Console.ReadLine();
        while (text is not null && isIncomplete(text))
        {
            Console.Write(">> ");
            string? more = Console.ReadLine();
            if (string.IsNullOrEmpty(more))
            {
                break;
            }

            text += "\n" + more;
        }

        return text;
    }

    private string? Edit(string prompt)
    {
        buffer.Set("");
        screen.Begin();
        screen.Draw(prompt, "", 0);
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(true);
            bool control = (key.Modifiers & ConsoleModifiers.Control) != 0;
            if (key.Key != ConsoleKey.Tab)
            {
                choice = -1;
            }

            if (control && key.Key == ConsoleKey.C)
            {
                Leave(prompt, "^C");
                return "";
            }

            if (control && key.Key == ConsoleKey.D && buffer.Text.Length == 0)
            {
                Leave(prompt, "");
                return null;
            }

            if (key.Key == ConsoleKey.Enter || key.KeyChar is '\n' or '\r')
            {
                if (Finish(prompt))
                {
                    return buffer.Text;
                }
            }
            else if (control && key.Key == ConsoleKey.R)
            {
                Search();
            }
            else
            {
                Apply(key, control, prompt);
            }

            // A pasted text is drawn once.
            if (!Console.KeyAvailable)
            {
                screen.Draw(prompt, buffer.Text, buffer.Cursor);
            }
        }
    }

    private bool Finish(string prompt)
    {
        bool twoEmpty = buffer.Text.EndsWith('\n');
        if (buffer.Text.Length > 0 && !twoEmpty && isIncomplete(buffer.Text))
        {
            buffer.Set(buffer.Text + "\n");
            return false;
        }

        Leave(prompt, "");
        history.Add(buffer.Text.TrimEnd('\n'));
        return true;
    }

    private void Apply(ConsoleKeyInfo key, bool control, string prompt)
    {
        bool alt = (key.Modifiers & ConsoleModifiers.Alt) != 0;
        switch (key.Key)
        {
            case ConsoleKey.LeftArrow when control || alt:
            case ConsoleKey.B when alt:
                buffer.WordLeft();
                break;
            case ConsoleKey.RightArrow when control || alt:
            case ConsoleKey.F when alt:
                buffer.WordRight();
                break;
            case ConsoleKey.LeftArrow:
            case ConsoleKey.B when control:
                buffer.Left();
                break;
            case ConsoleKey.RightArrow:
            case ConsoleKey.F when control:
                buffer.Right();
                break;
            case ConsoleKey.Home:
            case ConsoleKey.A when control:
                buffer.Home();
                break;
            case ConsoleKey.End:
            case ConsoleKey.E when control:
                buffer.End();
                break;
            case ConsoleKey.UpArrow:
            case ConsoleKey.P when control:
                Recall(history.Older(buffer.Text));
                break;
            case ConsoleKey.DownArrow:
            case ConsoleKey.N when control:
                Recall(history.Newer());
                break;
            case ConsoleKey.Backspace when control || alt:
            case ConsoleKey.W when control:
                buffer.KillWordBefore();
                break;
            case ConsoleKey.Backspace:
            case ConsoleKey.H when control:
                buffer.Backspace();
                break;
            case ConsoleKey.Delete:
            case ConsoleKey.D when control:
                buffer.Delete();
                break;
            case ConsoleKey.K when control:
                buffer.KillToEnd();
                break;
            case ConsoleKey.U when control:
                buffer.KillToStart();
                break;
            case ConsoleKey.Y when control:
                buffer.Yank();
                break;
            case ConsoleKey.L when control:
                Console.Write("\x1b[H\x1b[2J");
                screen.Begin();
                break;
            case ConsoleKey.Escape:
                buffer.Set("");
                break;
            case ConsoleKey.Tab:
                CompleteNext((key.Modifiers & ConsoleModifiers.Shift) != 0 ? -1 : 1, prompt);
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                {
                    buffer.Insert(key.KeyChar.ToString());
                }

                break;
        }
    }

    private void Recall(string? line)
    {
        if (line is not null)
        {
            buffer.Set(line);
        }
    }

    private void CompleteNext(int step, string prompt)
    {
        if (choice >= 0)
        {
            int length = choices.Texts[choice].Length;
            choice = (choice + step + choices.Texts.Count) % choices.Texts.Count;
            buffer.Replace(choices.Start, length, choices.Texts[choice]);
            return;
        }

        choices = completion.Complete(buffer.Text, buffer.Cursor);
        if (choices.Texts.Count == 0)
        {
            return;
        }

        if (choices.Texts.Count == 1)
        {
            buffer.Replace(choices.Start, choices.Length, choices.Texts[0]);
            return;
        }

        string common = CommonStart(choices.Texts);
        if (common.Length > choices.Length)
        {
            buffer.Replace(choices.Start, choices.Length, common);
            return;
        }

        List(prompt);
        choice = step > 0 ? 0 : choices.Texts.Count - 1;
        buffer.Replace(choices.Start, choices.Length, choices.Texts[choice]);
    }

    private void List(string prompt)
    {
        screen.Draw(prompt, buffer.Text, buffer.Text.Length);
        int width = Math.Max(20, Console.WindowWidth);
        int cell = Math.Min(width, choices.Texts.Max(t => TextWidth.Of(t)) + 2);
        int perRow = Math.Max(1, width / cell);
        string[] shown = choices.Texts.Take(ListedChoices).Select(TerminalText.EscapeLine).ToArray();
        Console.WriteLine();
        foreach (string[] row in shown.Chunk(perRow))
        {
            Console.WriteLine(string.Concat(row.Select(t => t.PadRight(cell))).TrimEnd());
        }

        if (choices.Texts.Count > ListedChoices)
        {
            Console.WriteLine($"... and {choices.Texts.Count - ListedChoices} more");
        }

        screen.Begin();
    }

    private void Search()
    {
        string wanted = "";
        int found = history.Count;
        while (true)
        {
            string line = found >= 0 && found < history.Count ? history[found] : "";
            screen.Draw($"(search) '{TerminalText.EscapeLine(wanted)}': ", line, line.Length);
            ConsoleKeyInfo key = Console.ReadKey(true);
            bool control = (key.Modifiers & ConsoleModifiers.Control) != 0;
            if (control && key.Key == ConsoleKey.R)
            {
                int next = history.Find(wanted, found);
                found = next >= 0 ? next : found;
            }
            else if (key.Key == ConsoleKey.Backspace && wanted.Length > 0)
            {
                wanted = wanted[..^1];
                found = history.Find(wanted, history.Count);
            }
            else if (control || key.Key == ConsoleKey.Escape || char.IsControl(key.KeyChar))
            {
                if (!control && key.Key != ConsoleKey.Escape && line.Length > 0)
                {
                    buffer.Set(line);
                }

                return;
            }
            else
            {
                wanted += key.KeyChar;
                found = history.Find(wanted, history.Count);
            }
        }
    }

    private void Leave(string prompt, string mark)
    {
        screen.Draw(prompt, buffer.Text, buffer.Text.Length);
        Console.WriteLine(mark);
    }

    private static string CommonStart(IReadOnlyList<string> texts)
    {
        string common = texts[0];
        foreach (string text in texts)
        {
            int length = 0;
            while (length < common.Length && length < text.Length && char.ToUpperInvariant(common[length]) == char.ToUpperInvariant(text[length]))
            {
                length++;
            }

            common = common[..length];
        }

        return common;
    }
}
