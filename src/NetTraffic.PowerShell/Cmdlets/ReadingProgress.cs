using System.Diagnostics;
using System.Management.Automation;

namespace NetTraffic.PowerShell;

/// <summary>A progress bar for reading that takes longer than a second; on the pipeline's thread.</summary>
internal sealed class ReadingProgress(Cmdlet cmdlet, string activity) : IDisposable
{
    private const int FirstMilliseconds = 1000, EveryMilliseconds = 300;
    private readonly Stopwatch since = Stopwatch.StartNew();
    private bool shown;

    /// <summary>Shows how far it is, where there is something new to show.</summary>
    public void Show(long position, long length)
    {
        if (since.ElapsedMilliseconds < (shown ? EveryMilliseconds : FirstMilliseconds))
        {
            return;
        }

        since.Restart();
        shown = true;
        cmdlet.WriteProgress(new ProgressRecord(1, activity,
            length > 0 ? $"{Display.Bytes(position)} of {Display.Bytes(length)}" : Display.Bytes(position))
        {
            PercentComplete = length > 0 ? (int)Math.Clamp(100 * position / length, 0, 100) : -1,
        });
    }

    /// <summary>Takes the bar away. A stopped pipeline has taken it away itself.</summary>
    public void Dispose()
    {
        if (!shown)
        {
            return;
        }

        try
        {
            cmdlet.WriteProgress(new ProgressRecord(1, activity, "ended") { RecordType = ProgressRecordType.Completed });
        }
        catch (PipelineStoppedException)
        {
            // Nobody looks any more.
        }
    }
}
