using System.Text;

namespace NetTraffic.Shell.Hosting;

/// <summary>
/// One of the two output streams. A terminal sees every line at once; a pipe or file gets blocks, but never waits longer than a moment.
/// A reader that went away (<c>| head</c>) is no error: what comes after is dropped and <see cref="Broken"/> is raised once.
/// </summary>
internal sealed class TerminalWriter : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private readonly StreamWriter writer;
    private readonly Lock gate = new();
    private readonly Timer timer;
    private bool pending;
    private bool broken;

    public TerminalWriter(Stream stream, bool isTerminal)
    {
        IsTerminal = isTerminal;
        writer = new StreamWriter(stream, new UTF8Encoding(false), isTerminal ? 1024 : 32 * 1024, leaveOpen: true) { NewLine = "\n" };
        if (OperatingSystem.IsWindows())
        {
            writer.NewLine = "\r\n";
        }

        timer = new Timer(_ => Flush(), null, Timeout.Infinite, Timeout.Infinite);
    }

    public bool IsTerminal { get; }

    /// <summary>Raised when the other side has gone.</summary>
    public event Action? Broken;

    /// <summary>Writes text that is known to be harmless.</summary>
    public void WriteTrusted(string text)
    {
        bool justBroke = false;
        lock (gate)
        {
            if (broken)
            {
                return;
            }

            try
            {
                writer.Write(OperatingSystem.IsWindows() ? text.Replace("\n", "\r\n", StringComparison.Ordinal) : text);
                if (IsTerminal)
                {
                    writer.Flush();
                }
                else if (!pending)
                {
                    pending = true;
                    timer.Change(Patience, Timeout.InfiniteTimeSpan);
                }
            }
            catch (IOException)
            {
                broken = justBroke = true;
            }
        }

        if (justBroke)
        {
            Broken?.Invoke();
        }
    }

    public void Flush()
    {
        bool justBroke = false;
        lock (gate)
        {
            pending = false;
            if (broken)
            {
                return;
            }

            try
            {
                writer.Flush();
            }
            catch (IOException)
            {
                broken = justBroke = true;
            }
        }

        if (justBroke)
        {
            Broken?.Invoke();
        }
    }

    public void Dispose()
    {
        timer.Dispose();
        Flush();
        lock (gate)
        {
            if (!broken)
            {
                writer.Dispose();
            }

            broken = true;
        }
    }
}
