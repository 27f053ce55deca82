using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Get-TrafficSummary: totals of the store, of files or of piped flows, the largest by some key, or a time series.</summary>
[Cmdlet(VerbsCommon.Get, "TrafficSummary", DefaultParameterSetName = StoreSet)]
[OutputType(typeof(TrafficSummary), typeof(TrafficSummaryItem))]
public sealed class GetTrafficSummaryCommand : FlowQueryCmdlet
{
    private FlowSummary? flows;

    /// <summary>What to group by; without it, one object with the totals.</summary>
    [Parameter(Position = 0)]
    [EnumName(typeof(SummaryKey), "key")]
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

    /// <summary>Flows to sum up.</summary>
    [Parameter(ParameterSetName = FlowSet, Mandatory = true, ValueFromPipeline = true)]
    [FlowObject]
    public Flow? InputObject { get; set; }

    /// <summary>Capture files to read instead of the store; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = PathSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (IsBound(nameof(Interval)) && Interval < TimeSpan.FromMilliseconds(1))
        {
            Refuse(TrafficErrors.BadInterval, "-Interval must be at least 1ms.", target: Interval);
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == StoreSet)
        {
            AddCaptures();
            return;
        }

        flows ??= BeginFlows();
        if (ParameterSetName == FlowSet)
        {
            flows.Add(InputObject!);
            return;
        }

        ReadFiles(Path, AddAll);
    }

    /// <inheritdoc/>
    protected override void End()
    {
        if (flows is not null)
        {
            if (By == SummaryKey.None)
            {
                WriteObject(flows.Total());
            }
            else
            {
                WriteObject(flows.Largest(Top), enumerateCollection: true);
            }
        }

        foreach ((ITrafficStore store, TrafficFilter filter) in Queries())
        {
            Write(store, filter);
        }
    }

    private FlowSummary BeginFlows()
    {
        if (IsBound(nameof(Interval)))
        {
            Refuse(TrafficErrors.IntervalNeedsStore, "-Interval needs the store's rows: a whole flow does not say when its bytes passed.");
        }

        if (ParameterSetName == FlowSet)
        {
            RefuseFilters();
        }

        return new FlowSummary(By);
    }

    private void AddAll(IEnumerable<Flow> all)
    {
        foreach (Flow flow in all)
        {
            flows!.Add(flow);
        }
    }

    private void RefuseFilters()
    {
        string[] given = Given(FilterNames);
        if (given.Length > 0)
        {
            Refuse(TrafficErrors.FiltersNeedStore, $"{string.Join(", ", given)}: piped flows are summed up as they come.");
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
