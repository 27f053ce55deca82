using System.Management.Automation;
using System.Text;

namespace NetTraffic.Shell.Hosting;

/// <summary>Progress as one line at the bottom of a terminal (standard error). Nothing is drawn where that is not a terminal.</summary>
internal sealed class ProgressLine(TerminalWriter terminal, Func<int> width)
{
    private const long RedrawMilliseconds = 100;
    private const int BarCells = 24;
    private readonly Dictionary<(long Source, int Activity), ProgressRecord> active = [];
    private readonly Lock gate = new();
    private long drawnAt = long.MinValue / 2;
    private bool visible;

    /// <summary>Takes a record; draws at most ten times a second.</summary>
    public void Update(long sourceId, ProgressRecord record)
    {
        if (!terminal.IsTerminal)
        {
            return;
        }

        lock (gate)
        {
            (long, int) key = (sourceId, record.ActivityId);
            if (record.RecordType == ProgressRecordType.Completed)
            {
                active.Remove(key);
                if (active.Count == 0)
                {
                    Erase();
                    return;
                }
            }
            else
            {
                active[key] = record;
            }

            long now = Environment.TickCount64;
            if (now - drawnAt < RedrawMilliseconds)
            {
                return;
            }

            drawnAt = now;
            visible = true;
            terminal.WriteTrusted("\r\x1b[K" + Render(active.Values.MaxBy(r => r.ParentActivityId)!, Math.Max(20, width() - 1)));
        }
    }

    /// <summary>Takes the line away so that something else can be written; the next record draws it again.</summary>
    public void Hide()
    {
        if (!terminal.IsTerminal)
        {
            return;
        }

        lock (gate)
        {
            Erase();
        }
    }

    /// <summary>Forgets everything; a pipeline has ended.</summary>
    public void Clear()
    {
        lock (gate)
        {
            active.Clear();
            Erase();
        }
    }

    internal static string Render(ProgressRecord record, int cells)
    {
        StringBuilder text = new();
        text.Append(TerminalText.EscapeLine(record.Activity));
        if (record.PercentComplete is >= 0 and <= 100)
        {
            int filled = record.PercentComplete * BarCells / 100;
            text.Append(" [").Append('#', filled).Append('.', BarCells - filled).Append("] ").Append(record.PercentComplete).Append('%');
        }

        Add(text, record.StatusDescription);
        Add(text, record.CurrentOperation);
        if (record.SecondsRemaining >= 0)
        {
            text.Append(", ").Append(TimeSpan.FromSeconds(record.SecondsRemaining)).Append(" left");
        }

        return text.Length > cells ? text.ToString(0, cells) : text.ToString();
    }

    private static void Add(StringBuilder text, string? part)
    {
        if (!string.IsNullOrWhiteSpace(part))
        {
            text.Append("  ").Append(TerminalText.EscapeLine(part));
        }
    }

    private void Erase()
    {
        if (visible)
        {
            visible = false;
            drawnAt = long.MinValue / 2;
            terminal.WriteTrusted("\r\x1b[K");
        }
    }
}
