using System.Management.Automation;
using NetTraffic.Net;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell;

/// <summary>A cmdlet that asks about traffic; the filters are the same everywhere.</summary>
public abstract class TrafficQueryCmdlet : StoreCmdlet
{
    /// <summary>Name of the parameter set that asks the store.</summary>
    protected const string StoreSet = "Store";

    /// <summary>Either side's address is one of these, or lies in one of these networks.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TrafficNameCompleter))]
    public virtual string[]? Address { get; set; }

    /// <summary>Either side's port is one of these.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateRange(0, 65535)]
    public virtual int[]? Port { get; set; }

    /// <summary>The protocol is one of these: a name such as TCP or ARP, or an IP protocol number.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TrafficNameCompleter))]
    public virtual string[]? Protocol { get; set; }

    /// <summary>The application is one of these.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TrafficNameCompleter))]
    public virtual string[]? Application { get; set; }

    /// <summary>Traffic of the last so much time.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public virtual TimeSpan Last { get; set; }

    /// <summary>Traffic at or after this time.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    public virtual DateTime Since { get; set; }

    /// <summary>Traffic before this time.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    public virtual DateTime Until { get; set; }

    /// <summary>What the parameters ask for. Times without a zone are local, as everywhere in PowerShell.</summary>
    protected TrafficFilter MakeFilter(IReadOnlyList<string> captureIds)
    {
        bool last = IsBound(nameof(Last)), since = IsBound(nameof(Since)), until = IsBound(nameof(Until));
        if (last && (since || until))
        {
            Refuse("ConflictingTimes", "-Last cannot be combined with -Since or -Until.", "Give either -Last, or -Since and -Until.");
        }

        DateTime? from = last ? DateTime.UtcNow - Last : since ? Since.ToUniversalTime() : null;
        DateTime? to = until ? Until.ToUniversalTime() : null;
        if (from >= to)
        {
            Refuse("EmptyTimeRange", "-Since is not before -Until, so nothing can match.", "Swap the two times.");
        }

        return new TrafficFilter
        {
            Address = [.. (Address ?? []).Select(AddressRange.Parse)],
            Port = Port ?? [],
            Protocol = Protocol ?? [],
            Application = Application ?? [],
            Since = from,
            Until = to,
            CaptureId = captureIds,
        };
    }
}
