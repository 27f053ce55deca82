using System.Collections;
using System.Management.Automation;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell;

/// <summary>A cmdlet that asks about traffic; the filters are the same everywhere.</summary>
public abstract class TrafficQueryCmdlet : StoreCmdlet
{
    /// <summary>Name of the parameter set that asks the store.</summary>
    protected const string StoreSet = "Store";

    /// <summary>Filters that are more than a parameter's values: times by three parameters, captures that the store knows.</summary>
    private static readonly FilterKind[] Derived = [TrafficFilters.Since, TrafficFilters.Until, TrafficFilters.CaptureId];

    /// <summary>Either side's address is one of these, or lies in one of these networks.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TrafficNameCompleter))]
    public virtual string[]? Address { get; set; }

    /// <summary>Either side's address is one of these as well: with -Address, traffic between the two.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TrafficNameCompleter))]
    public virtual string[]? PeerAddress { get; set; }

    /// <summary>Either side's port is one of these.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [PortNumbers]
    [ValidateRange(0, 65535)]
    [ArgumentCompleter(typeof(UsualCompleter))]
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
    [Time]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public virtual DateTime Since { get; set; }

    /// <summary>Traffic before this time.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [Time]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public virtual DateTime Until { get; set; }

    /// <summary>Flows of these ids, which the store alone knows.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public ulong[]? FlowId { get; set; }

    /// <summary>Flows of these Community IDs.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public virtual string[]? CommunityId { get; set; }

    /// <summary>Either side's address is in one of these countries: codes such as DE, or names in English.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TrafficNameCompleter))]
    public string[]? Country { get; set; }

    /// <summary>Either side's address is announced by one of these autonomous systems: AS15169 or 15169.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string[]? AsNumber { get; set; }

    /// <summary>Either side's address is suspicious.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    public SwitchParameter Suspicious { get; set; }

    /// <summary>What the parameters ask for. Times without a zone are local, as everywhere in PowerShell.</summary>
    protected TrafficFilter MakeFilter(IReadOnlyList<string> captureIds)
    {
        bool last = IsBound(nameof(Last)), since = IsBound(nameof(Since)), until = IsBound(nameof(Until));
        if (last && (since || until))
        {
            Refuse(TrafficErrors.ConflictingTimes, "-Last cannot be combined with -Since or -Until.");
        }

        if (last && Last < TimeSpan.Zero)
        {
            Refuse(TrafficErrors.BadArgument, "-Last is a length of time back from now, and cannot be negative.",
                $"Give for example {NetTraffic.Duration.Examples}.", target: Last);
        }

        // More than there is of time is no limit.
        last &= Last < DateTime.UtcNow - DateTime.MinValue;
        DateTime? from = last ? DateTime.UtcNow - Last : since ? Since.ToUniversalTime() : null;
        DateTime? to = until ? Until.ToUniversalTime() : null;
        if (from >= to)
        {
            Refuse(TrafficErrors.EmptyTimeRange, "-Since is not before -Until, so nothing can match.");
        }

        TrafficFilter filter = new() { Since = from, Until = to, CaptureId = captureIds };
        foreach (FilterKind kind in TrafficFilters.All.Where(kind => !Derived.Contains(kind) && IsBound(kind.Name)))
        {
            try
            {
                IEnumerable<object> values = MyInvocation.BoundParameters[kind.Name] switch
                {
                    SwitchParameter given => given ? [true] : [],
                    object several => ((IEnumerable)several).Cast<object>(),
                };
                filter = kind.AddTo(filter, kind == TrafficFilters.Application ? values.SelectMany(Applications) : values);
            }
            catch (FilterValueException error)
            {
                Refuse(error.Error, error.Message, error.NextMove, target: MyInvocation.BoundParameters[kind.Name]);
            }
        }

        return filter;
    }

    /// <summary>A name, or the names that a pattern fits.</summary>
    private static string[] Applications(object given)
    {
        string text = given.ToString() ?? "";
        if (!WildcardPattern.ContainsWildcardCharacters(text))
        {
            return [text];
        }

        WildcardPattern pattern = new(text, WildcardOptions.IgnoreCase);
        string[] fitting = [.. ApplicationText.Names.Where(name => name != ApplicationText.None && pattern.IsMatch(name))];
        return fitting.Length > 0 ? fitting : throw ApplicationText.Unknown(text);
    }

    /// <summary>The names of the parameters that narrow a question.</summary>
    protected static IEnumerable<string> FilterNames => TrafficFilters.All.Select(kind => kind.Name).Append(nameof(Last));
}
