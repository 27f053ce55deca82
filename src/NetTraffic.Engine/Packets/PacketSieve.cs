using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>Hands on those packets of a lane that a query wants.</summary>
internal sealed class PacketSieve : IPacketVisitor, IDisposable
{
    private readonly IPacketSource source;
    private readonly PacketFilter filter;
    private readonly PacketVisitor visit;
    private readonly string captureId;
    private readonly Action<long, long>? progress;
    private readonly IReadOnlyList<TunnelPort> tunnelPorts;
    private readonly CancellationToken cancellationToken;
    private PacketInterface[] interfaces = [];
    private long read;

    public PacketSieve(
        IPacketSource source, PacketQuery query, string captureId, PacketVisitor visit, CancellationToken cancellationToken)
    {
        this.source = source;
        this.captureId = captureId;
        this.visit = visit;
        this.cancellationToken = cancellationToken;
        progress = query.Progress;
        tunnelPorts = query.TunnelPorts;
        filter = new PacketFilter(query, captureId);
    }

    /// <summary>Packets handed on.</summary>
    public long Passed { get; private set; }

    public bool OnPacket(in RawPacket packet, in DecodedPacket decoded)
    {
        if ((++read & 4095) == 0 && progress is not null)
        {
            PacketSourceCounters counters = source.Counters;
            progress(counters.Position, counters.Length);
        }

        PacketInterface origin = Interface(packet);
        if (!filter.Matches(packet, decoded, origin.Name))
        {
            return (read & 255) != 0 || !cancellationToken.IsCancellationRequested;
        }

        Passed++;
        PacketOrigin from = new(captureId, origin, captureId.Length == 0 ? read : Passed);
        return visit(packet, decoded, from) && !cancellationToken.IsCancellationRequested;
    }

    /// <summary>Runs a lane from the source to the visitor.</summary>
    public void Run() => new PacketLane(source, tunnelPorts) { Visitor = this }.Run(cancellationToken);

    public void Dispose() => filter.Dispose();

    // A source makes its list anew at each call, or adds to it while it reads.
    private PacketInterface Interface(in RawPacket packet)
    {
        if ((uint)packet.InterfaceIndex >= (uint)interfaces.Length)
        {
            interfaces = [.. source.Interfaces];
        }

        return (uint)packet.InterfaceIndex < (uint)interfaces.Length
            ? interfaces[packet.InterfaceIndex] : new PacketInterface("", packet.LinkType);
    }
}
