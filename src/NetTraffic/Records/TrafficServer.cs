namespace NetTraffic;

/// <summary>A running REST API server of a store.</summary>
public sealed class TrafficServer
{
    /// <summary>Where it answers.</summary>
    public string Url { get; set => field = Display.Text(value); } = "";

    /// <summary>Version of the product that it is.</summary>
    public string Version { get; set => field = Display.Text(value); } = "";

    /// <summary>Whether it asks for a key.</summary>
    public bool NeedsKey { get; set; }

    /// <summary>When it began, local time.</summary>
    public DateTime StartTime { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>Its process.</summary>
    public int ProcessId { get; set; }

    /// <summary>Tells that process from another one with the same number.</summary>
    public string ProcessIdentity { get; set => field = Display.Text(value); } = "";

    /// <summary>Machine that it runs on.</summary>
    public string HostName { get; set => field = PlainName.Clean(value); } = "";

    /// <summary>Folder of its store; filled in when read.</summary>
    public string StorePath { get; set; } = "";
}
