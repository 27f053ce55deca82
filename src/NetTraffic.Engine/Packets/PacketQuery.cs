using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>Which packets are wanted: those that match everything that is set.</summary>
public sealed record PacketQuery
{
    /// <summary>
    /// Time, addresses, ports, protocols, applications, Community IDs and (of rings) flow ids and captures, with the meaning they have
    /// for flows. A packet has no originator: it belongs to the application of either port. Fragments without ports belong to where their
    /// first one does.
    /// </summary>
    public TrafficFilter Filter { get; init; } = new();

    /// <summary>A capture filter (pcap-filter(7)); null: none.</summary>
    public string? BpfFilter { get; init; }

    /// <summary>The flows whose packets are wanted; null: those of any flow.</summary>
    public FlowSelection? Flows { get; init; }

    /// <summary>
    /// UDP ports on which tunnels are looked for besides their own; of the rings of a store, those of its settings count instead.
    /// </summary>
    public IReadOnlyList<TunnelPort> TunnelPorts { get; init; } = [];

    /// <summary>
    /// Called now and then, on the thread that reads, with how many bytes were read and how many there are (0: unknown); null: nobody
    /// asks. Not for several rings at once.
    /// </summary>
    public Action<long, long>? Progress { get; init; }
}

/// <summary>Takes one packet that a query wants. The packet's bytes are valid during the call only; false: no more are wanted.</summary>
public delegate bool PacketVisitor(in RawPacket packet, in DecodedPacket decoded, in PacketOrigin origin);

/// <summary>Where a packet comes from.</summary>
/// <param name="CaptureId">The capture whose ring keeps it; empty for packets of a file or of an interface.</param>
/// <param name="Interface">The interface it was captured on.</param>
/// <param name="Number">
/// Of a file or an interface: the packet's number in it from 1, TShark's frame.number. Of rings: its number among those given.
/// </param>
public readonly record struct PacketOrigin(string CaptureId, PacketInterface Interface, long Number);

/// <summary>What reading packets came to.</summary>
public sealed record PacketReadResult
{
    /// <summary>Packets handed to the visitor.</summary>
    public long Packets { get; init; }

    /// <summary>Rings there are of the captures asked for, whether anything was found in them or not.</summary>
    public int Rings { get; init; }

    /// <summary>Flow ids were given, and the captures asked for have none of those flows.</summary>
    public bool NoSuchFlow { get; init; }

    /// <summary>
    /// Packets that the flows which were asked for have counted; 0 where no flows were named, or more was asked than that.
    /// </summary>
    public long FlowPackets { get; init; }

    /// <summary>What the captures whose rings were read received and dropped, by capture and interface; empty for files.</summary>
    public IReadOnlyList<(string CaptureId, InterfaceStatistics Statistics)> Statistics { get; init; } = [];

    /// <summary>What is odd about the file and lost nothing, as a sentence; null: nothing, as far as it was read.</summary>
    public string? Remark { get; init; }

    /// <summary>Rings of which a part could not be read, and why; the rest of them was.</summary>
    public IReadOnlyList<(string CaptureId, string Message)> Problems { get; init; } = [];
}

/// <summary>How packets are taken straight from an interface.</summary>
public sealed record LivePackets
{
    /// <summary>The interface.</summary>
    public string Interface { get; init; } = "";

    /// <summary>Whether to see frames for other stations. Default no.</summary>
    public bool Promiscuous { get; init; }

    /// <summary>Bytes captured of each packet at most. Default 262,144, the whole packet.</summary>
    public int SnapLength { get; init; } = 262_144;
}
