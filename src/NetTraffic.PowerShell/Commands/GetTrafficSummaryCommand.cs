using System.Management.Automation;
using NetTraffic.PowerShell.Completers;
using NetTraffic.Store;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Get-TrafficSummary: totals of the store, the largest by some key, or a time series.</summary>
[Cmdlet(VerbsCommon.Get, "TrafficSummary", DefaultParameterSetName = StoreSet)]
[OutputType(typeof(TrafficSummary), typeof(TrafficSummaryItem))]
public sealed class GetTrafficSummaryCommand : TrafficQueryCmdlet
{
    private readonly PipedCaptures piped = new();

    /// <summary>What to group by; without it, one object with the totals.</summary>
    [Parameter(Position = 0)]
    public SummaryKey By { get; set; }

    /// <summary>The largest so many, by bytes.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Top { get; set; } = 10;

    /// <summary>A time series with points this far apart.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Interval { get; set; }

    /// <summary>Captures or imports; objects with a CaptureId can be piped in.</summary>
    [Parameter(ParameterSetName = StoreSet, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CaptureCompleter))]
    public string[]? CaptureId { get; set; }

    /// <inheritdoc/>
    protected override void Process() => piped.Add(FullStorePath, CaptureId);

    /// <inheritdoc/>
    protected override void End()
    {
        if (IsBound(nameof(Interval)) && Interval < TimeSpan.FromMilliseconds(1))
        {
            Refuse("BadInterval", "-Interval must be at least 1ms.", "Give for example 10s.", target: Interval);
        }

        foreach ((string? path, List<string> captures) in piped.Queries())
        {
            Write(OpenStore(path), MakeFilter(captures));
        }
    }

    private void Write(ITrafficStore store, TrafficFilter filter)
    {
        TimeSpan? interval = IsBound(nameof(Interval)) ? Interval : null;
        if (By == SummaryKey.None && interval is null)
        {
            WriteObject(store.GetSummary(filter, StopToken));
            return;
        }

        foreach (TrafficSummaryItem item in store.GetSummary(By, Top, interval, filter, StopToken))
        {
            if (interval is null)
            {
                WriteObject(item);
            }
            else
            {
                PSObject point = new(item);
                point.TypeNames.Insert(0, "NetTraffic.TrafficSummaryItem#Interval");
                WriteObject(point);
            }
        }
    }
}
