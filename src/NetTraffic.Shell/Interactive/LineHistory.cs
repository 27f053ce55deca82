namespace NetTraffic.Shell.Interactive;

/// <summary>What was typed in this session. Not kept on disk: commands can hold secrets.</summary>
internal sealed class LineHistory
{
    private readonly List<string> lines = [];
    private int at;
    private string draft = "";

    public void Add(string line)
    {
        if (line.Trim().Length > 0 && (lines.Count == 0 || lines[^1] != line))
        {
            lines.Add(line);
        }

        at = lines.Count;
    }

    /// <summary>The line before, or null at the oldest. The line being typed is kept for the way back.</summary>
    public string? Older(string current)
    {
        if (at == 0)
        {
            return null;
        }

        if (at == lines.Count)
        {
            draft = current;
        }

        return lines[--at];
    }

    /// <summary>The line after, at the end the one that was being typed; null past it.</summary>
    public string? Newer()
    {
        if (at >= lines.Count)
        {
            return null;
        }

        return ++at == lines.Count ? draft : lines[at];
    }

    /// <summary>The newest line that holds a text, before a given one; -1: none.</summary>
    public int Find(string text, int before)
    {
        for (int i = Math.Min(before, lines.Count) - 1; i >= 0 && text.Length > 0; i--)
        {
            if (lines[i].Contains(text, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    public int Count => lines.Count;

    public string this[int index] => lines[index];
}
