namespace NetTraffic;

/// <summary>How the flow table behaves.</summary>
public sealed record FlowOptions
{
    /// <summary>Flows held at most; past it the idlest are written out early and counted. Default 1 million.</summary>
    public int MaxFlows { get; init; } = 1_000_000;

    /// <summary>A row per flow is written this often, in capture time. Default 5 s. Zero: only when a flow ends.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A flow ends after this long without a packet (other than TCP). Default 60 s, Zeek's udp_inactivity_timeout.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A TCP flow ends after this long without a packet. Default 5 min, Zeek's tcp_inactivity_timeout.</summary>
    public TimeSpan TcpIdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A closed TCP flow waits this long for late segments. Default 5 s, Zeek's tcp_close_delay.</summary>
    public TimeSpan TcpCloseDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A flow that lasts longer is cut: the rest is a new flow. Default 1 h. Zero: never.</summary>
    public TimeSpan ActiveTimeout { get; init; } = TimeSpan.FromHours(1);
}
