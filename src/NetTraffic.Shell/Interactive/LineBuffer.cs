namespace NetTraffic.Shell.Interactive;

/// <summary>A text being edited, and the place in it. Knows nothing of the screen.</summary>
internal sealed class LineBuffer
{
    private string killed = "";

    public string Text { get; private set; } = "";

    public int Cursor { get; private set; }

    public void Set(string text, int? cursor = null)
    {
        Text = text;
        Cursor = Math.Clamp(cursor ?? text.Length, 0, text.Length);
    }

    public void Insert(string text)
    {
        Text = Text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    public void Replace(int start, int length, string text)
    {
        Text = Text.Remove(start, length).Insert(start, text);
        Cursor = start + text.Length;
    }

    public void Backspace()
    {
        int start = Before(Cursor);
        Text = Text.Remove(start, Cursor - start);
        Cursor = start;
    }

    public void Delete() => Text = Text.Remove(Cursor, After(Cursor) - Cursor);

    public void Left() => Cursor = Before(Cursor);

    public void Right() => Cursor = After(Cursor);

    public void Home() => Cursor = Cursor == 0 ? 0 : Text.LastIndexOf('\n', Cursor - 1) + 1;

    public void End()
    {
        int end = Text.IndexOf('\n', Cursor);
        Cursor = end < 0 ? Text.Length : end;
    }

    public void WordLeft()
    {
        while (Cursor > 0 && !IsWord(Text[Cursor - 1]))
        {
            Cursor--;
        }

        while (Cursor > 0 && IsWord(Text[Cursor - 1]))
        {
            Cursor--;
        }
    }

    public void WordRight()
    {
        while (Cursor < Text.Length && !IsWord(Text[Cursor]))
        {
            Cursor++;
        }

        while (Cursor < Text.Length && IsWord(Text[Cursor]))
        {
            Cursor++;
        }
    }

    public void KillToEnd() => Kill(Cursor, Text.Length - Cursor);

    public void KillToStart() => Kill(0, Cursor);

    public void KillWordBefore()
    {
        int end = Cursor;
        WordLeft();
        Kill(Cursor, end - Cursor);
    }

    public void Yank() => Insert(killed);

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '$';

    private void Kill(int start, int length)
    {
        killed = Text.Substring(start, length);
        Text = Text.Remove(start, length);
        Cursor = start;
    }

    private int Before(int at) => at >= 2 && char.IsLowSurrogate(Text[at - 1]) && char.IsHighSurrogate(Text[at - 2]) ? at - 2 : Math.Max(0, at - 1);

    private int After(int at) => at + 1 < Text.Length && char.IsHighSurrogate(Text[at]) && char.IsLowSurrogate(Text[at + 1]) ? at + 2 : Math.Min(Text.Length, at + 1);
}
