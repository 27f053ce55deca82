using System.Diagnostics;
using System.Management.Automation;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell;

/// <summary>
/// An import's progress bar, by bytes read. The engine reports on the cmdlet's own thread, where progress may be written.
/// </summary>
internal sealed class ImportProgressBar(Cmdlet cmdlet, string activity, string which) : IProgress<ImportProgress>
{
    private readonly Stopwatch elapsed = Stopwatch.StartNew();

    public void Report(ImportProgress value)
    {
        double done = value.BytesTotal > 0 ? Math.Clamp((double)value.BytesRead / value.BytesTotal, 0, 1) : -1;
        double seconds = elapsed.Elapsed.TotalSeconds;
        ProgressRecord record = new(1, activity,
            $"{which}{Display.Bytes(value.BytesRead)} read, {Display.Count(value.Packets)} packets, {Display.Count(value.Flows)} flows")
        {
            PercentComplete = done < 0 ? -1 : (int)(100 * done),
            SecondsRemaining = done > 0.02 ? (int)(seconds * (1 - done) / done) : -1,
        };
        try
        {
            cmdlet.WriteProgress(record);
        }
        catch (PipelineStoppedException)
        {
            // Ctrl+C: the import's own token ends it, with what was read stored, where an error here would abandon it.
        }
    }
}
