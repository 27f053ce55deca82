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
    private IReadOnlyList<string>? needed;
    private bool takesFlows;

    /// <summary>What to group by; without it, one object with the totals.</summary>
    [Parameter(Position = 0)]
    [EnumName(typeof(SummaryKey), "key")]
    public SummaryKey By { get; set; }

    /// <summary>The largest so many, by bytes.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public int Top { get; set; } = 10;

    /// <summary>Adds the names of public addresses, by reverse DNS.</summary>
    [Parameter]
    public SwitchParameter ResolveName { get; set; }

    /// <summary>A time series with points this far apart.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Interval { get; set; }

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
    protected override void AskNamed()
    {
        if (ParameterSetName == StoreSet)
        {
            AddCaptures();
        }
        else
        {
            BeginFlows();
            ForEachFile(Path, TakeFile);
        }
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> NeededOfFlows => needed ??= By switch
    {
        SummaryKey.None => [.. PipedObject.NeededForSums, nameof(Flow.SourceRetransmissions), nameof(Flow.DestinationRetransmissions),
            nameof(Flow.CaptureId)],
        SummaryKey.Protocol => [.. PipedObject.NeededForSums, nameof(Flow.Protocol)],
        SummaryKey.Application => [.. PipedObject.NeededForSums, nameof(Flow.Application)],
        SummaryKey.DestinationPort => [.. PipedObject.NeededForSums, nameof(Flow.DestinationPort), nameof(Flow.Protocol)],
        SummaryKey.Interface => [.. PipedObject.NeededForSums, nameof(Flow.Interface)],
        SummaryKey.Sensor => [.. PipedObject.NeededForSums, nameof(Flow.Sensor)],
        SummaryKey.Capture => [.. PipedObject.NeededForSums, nameof(Flow.CaptureId)],
        _ => PipedObject.NeededForSums,
    };

    /// <inheritdoc/>
    protected override void TakeFlow(Flow flow)
    {
        if (!takesFlows)
        {
            RefuseFilters();
            takesFlows = true;
        }

        BeginFlows().Add(flow);
    }

    /// <inheritdoc/>
    protected override void TakeFile(string file)
    {
        FlowSummary sums = BeginFlows();
        foreach (Flow flow in FlowsOf(file))
        {
            sums.Add(flow);
        }
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
                WriteItems(Largest(most => flows.Largest(most)), null);
            }
        }

        foreach ((ITrafficStore store, TrafficFilter filter) in Queries())
        {
            Write(store, filter);
        }
    }

    /// <summary>
    /// Without -Top, what goes on to another command (a file, a table that is sorted) is not cut; at the end of a pipeline the largest ten
    /// are what people read, and it is said that there are more.
    /// </summary>
    private bool CutsByItself => !IsBound(nameof(Top)) && MyInvocation.PipelinePosition == MyInvocation.PipelineLength;

    private int Most => IsBound(nameof(Top)) || CutsByItself ? Top : int.MaxValue;

    private IEnumerable<TrafficSummaryItem> Largest(Func<int, IReadOnlyList<TrafficSummaryItem>> ask)
    {
        IReadOnlyList<TrafficSummaryItem> found = ask(CutsByItself ? Top + 1 : Most);
        if (CutsByItself && found.Count > Top)
        {
            TellOfCut();
        }

        return found.Take(Most);
    }

    private int TopOfSeries(ITrafficStore store, TrafficFilter filter)
    {
        if (By != SummaryKey.None && CutsByItself && store.GetSummary(By, Top + 1, null, filter, StopToken).Count > Top)
        {
            TellOfCut();
        }

        return Most;
    }

    private void TellOfCut() =>
        WriteWarning($"These are the {Top} largest; there are more. -Top gives as many as it says, and into another "
        + "command (Export-Csv, Export-NetTraffic, Sort-Object) all of them go.");

    private void TellOfGaps() =>
        WriteWarning($"There would be more than {Display.Count(SummarySeries.MostPoints)} points; intervals without traffic are left out. "
        + "Narrow it with -Since and -Until, or give a longer -Interval.");

    private FlowSummary BeginFlows()
    {
        if (IsBound(nameof(Interval)))
        {
            Refuse(TrafficErrors.IntervalNeedsStore, "-Interval needs the store's rows: a whole flow does not say when its bytes passed.");
        }

        return flows ??= new FlowSummary(By, AddressFacts.Of(By) is null ? null : TrafficEngine.OpenFacts(FullStorePath));
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

        // -Last ends now.
        DateTime? until = filter.Until ?? (filter.Since is not null && IsBound(nameof(Last)) ? DateTime.UtcNow : null);
        IEnumerable<TrafficSummaryItem> items = interval is null
            ? Largest(most => store.GetSummary(By, most, null, filter, StopToken))
            : SummarySeries.Filled(store.GetSummary(By, TopOfSeries(store, filter), interval, filter, StopToken), interval.Value, By,
                filter.Since, until, TellOfGaps);
        WriteItems(
            items.Select(item =>
            {
                item.StorePath = store.Path;
                return item;
            }),
            interval is null ? null : "NetTraffic.TrafficSummaryItem#Interval");
    }

    private void WriteItems(IEnumerable<TrafficSummaryItem> items, string? view)
    {
        foreach (object one in ResolveName ? Names.AddTo(items, AddressesOf, "NetTraffic.TrafficSummaryItem#Named")
            : (IEnumerable<object>)items)
        {
            PSObject? row = one as PSObject;
            if (view is not null)
            {
                row ??= new PSObject(one);
                row.TypeNames.Insert(0, view);
            }

            WriteObject(row ?? one);
        }
    }

    private static (string, string?)[] AddressesOf(TrafficSummaryItem item) => item.PeerAddress is { } peer
        ? [("HostName", item.Address), ("PeerHostName", peer)]
        : [("HostName", item.Address ?? item.SourceAddress ?? item.DestinationAddress)];
}
