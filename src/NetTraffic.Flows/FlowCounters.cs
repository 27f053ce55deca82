namespace NetTraffic.Flows;

/// <summary>What a flow table did. Written by the table's thread; 64-bit reads from others are whole.</summary>
public sealed class FlowCounters
{
    /// <summary>Packets counted.</summary>
    public long Packets { get; internal set; }

    /// <summary>Wire bytes of those packets.</summary>
    public long Bytes { get; internal set; }

    /// <summary>Flows that began.</summary>
    public long Flows { get; internal set; }

    /// <summary>Flows in the table now.</summary>
    public long ActiveFlows { get; internal set; }

    /// <summary>Flows written out early because the table was full.</summary>
    public long EvictedFlows { get; internal set; }

    /// <summary>Rows handed to the sink.</summary>
    public long Rows { get; internal set; }
}
