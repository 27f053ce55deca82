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
    [PortNumbers]
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

    /// <summary>Flows of these ids, which the store alone knows.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    public ulong[]? FlowId { get; set; }

    /// <summary>Flows of these Community IDs.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    public virtual string[]? CommunityId { get; set; }

    /// <summary>What the parameters ask for. Times without a zone are local, as everywhere in PowerShell.</summary>
    protected TrafficFilter MakeFilter(IReadOnlyList<string> captureIds)
    {
        bool last = IsBound(nameof(Last)), since = IsBound(nameof(Since)), until = IsBound(nameof(Until));
        if (last && (since || until))
        {
            Refuse("ConflictingTimes", "-Last cannot be combined with -Since or -Until.", "Give either -Last, or -Since and -Until.");
        }

        if (last && Last < TimeSpan.Zero)
        {
            Refuse("BadArgument", "-Last is a length of time back from now, and cannot be negative.", $"Give for example {NetTraffic.Duration.Examples}.", target: Last);
        }

        // More than there is of time is no limit.
        last &= Last < DateTime.UtcNow - DateTime.MinValue;
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
            Protocol = [.. (Protocol ?? []).Select(KnownProtocol)],
            Application = Application ?? [],
            Since = from,
            Until = to,
            CaptureId = captureIds,
            FlowId = FlowId ?? [],
            CommunityId = [.. (CommunityId ?? []).Select(KnownCommunityId)],
        };
    }

    /// <summary>"1:" and the base64 of 20 bytes; anything else would find nothing without a word.</summary>
    private string KnownCommunityId(string text)
    {
        string trimmed = text.Trim();
        if (trimmed.Length != NetTraffic.CommunityId.TextLength || !trimmed.StartsWith("1:", StringComparison.Ordinal) || !System.Buffers.Text.Base64.IsValid(trimmed.AsSpan(2)))
        {
            Refuse("BadValue", $"'{text}' is not a Community ID.", "Give it as Zeek, Suricata and Get-NetFlow write it, in quotes: '1:LQU9qZlK+B5F3KDmev6m5PMibrg='.", target: text);
        }

        return trimmed;
    }

    private string KnownProtocol(string text)
    {
        string? known = ProtocolText.Find(text);
        if (known is null)
        {
            IReadOnlyList<string> near = ProtocolText.Near(text);
            string meant = near.Count > 0 ? $" Did you mean {string.Join(", ", near)}?" : "";
            Refuse("BadValue", WildcardPattern.ContainsWildcardCharacters(text) ? $"-Protocol takes no wildcards, and got '{text}'.{meant}" : $"'{text}' is not a known protocol.{meant}",
                "Give a name such as TCP, UDP, ICMPv6 or ARP, an IP protocol number from 0 to 255, or an EtherType such as 0x88b5. Tab offers the names.", target: text);
        }

        return known!;
    }
}
