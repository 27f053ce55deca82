using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Get-NetFlow: flows of the store, newest first, or of a capture file. Streams.</summary>
[Cmdlet(VerbsCommon.Get, "NetFlow", DefaultParameterSetName = StoreSet)]
[OutputType(typeof(Flow))]
public sealed class GetNetFlowCommand : FlowQueryCmdlet
{
    private long left = long.MaxValue;

    /// <summary>Capture files to read instead of the store; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = PathSet, Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Flows at most.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public long First { get; set; }

    /// <summary>Adds the names of public addresses, by reverse DNS.</summary>
    [Parameter]
    public SwitchParameter ResolveName { get; set; }

    /// <summary>Rows as they are stored, one per flow and flush interval, instead of whole flows.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    public SwitchParameter PerInterval { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (IsBound(nameof(First)))
        {
            left = First;
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
            ForEachFile(Path, TakeFile);
        }
    }

    /// <inheritdoc/>
    protected override void TakeFlow(Flow flow) =>
        Refuse(TrafficErrors.FlowsPiped, "Get-NetFlow asks the store or a file; it does not filter flows that are piped in.");

    /// <inheritdoc/>
    protected override void TakeFile(string file) => Write(FlowsOf(file), null, "");

    /// <summary>The flows of a row at once: those whose key it counts, of the row's interval where it has one.</summary>
    protected override void TakeItem(TrafficSummaryItem item)
    {
        ITrafficStore store = OpenForReading(FullStorePath);
        TrafficFilter filter = MakeFilter([]);
        filter = item.Protocol is { } protocol ? TrafficFilters.Protocol.AddTo(filter, [protocol]) : filter;
        filter = item.Application is { } application ? TrafficFilters.Application.AddTo(filter, [application]) : filter;
        filter = item.CaptureId is { } capture ? filter with { CaptureId = [capture] } : filter;
        filter = item.DestinationPort is { } port ? filter with { Port = [port] } : filter;
        filter = (item.Address ?? item.SourceAddress ?? item.DestinationAddress) is { } address
            ? TrafficFilters.Address.AddTo(filter, [address]) : filter;
        filter = item.PeerAddress is { } peer ? TrafficFilters.PeerAddress.AddTo(filter, [peer]) : filter;
        filter = item.Country is { } country ? TrafficFilters.Country.AddTo(filter, [country]) : filter;
        filter = item.AsNumber is { } system ? TrafficFilters.AsNumber.AddTo(filter, [system]) : filter;
        filter = item.Time is { } time && item.Interval is { } interval
            ? filter with { Since = time.ToUniversalTime(), Until = time.ToUniversalTime() + interval } : filter;

        // What is left to compare is which side has it, and what no filter asks for.
        IAddressFacts? facts = AddressFacts.Of(item.By) is null ? null : TrafficEngine.OpenFacts(FullStorePath);
        Write(store.GetFlows(filter, null, PerInterval, StopToken).Where(flow => FlowSummary.Counts(item, flow, facts)),
            PerInterval ? "NetTraffic.Flow#Interval" : null, store.Path);
    }

    /// <inheritdoc/>
    protected override void End()
    {
        foreach ((ITrafficStore store, TrafficFilter filter) in Queries())
        {
            Write(store.GetFlows(filter, left == long.MaxValue ? null : left, PerInterval, StopToken),
                PerInterval ? "NetTraffic.Flow#Interval" : null, store.Path);
        }
    }

    /// <summary>
    /// Ends the query, or the reading of the file, as soon as enough is written or the pipeline wants no more: leaving the loop disposes
    /// it.
    /// </summary>
    private void Write(IEnumerable<Flow> flows, string? view, string store)
    {
        if (left == 0)
        {
            return;
        }

        foreach (object one in ResolveName ? WithNames(flows) : (IEnumerable<object>)flows)
        {
            PSObject? row = one as PSObject;
            ((Flow)(row?.BaseObject ?? one)).StorePath = store;
            if (view is not null)
            {
                row ??= new PSObject(one);
                row.TypeNames.Insert(0, view);
            }

            WriteObject(row ?? one);
            if (--left == 0)
            {
                return;
            }
        }
    }

    private IEnumerable<PSObject> WithNames(IEnumerable<Flow> flows) => Names.AddTo(
        left == long.MaxValue ? flows : flows.Take((int)Math.Min(left, int.MaxValue)),
        flow => [("SourceName", flow.SourceAddress), ("DestinationName", flow.DestinationAddress)],
        "NetTraffic.Flow#Named");
}
