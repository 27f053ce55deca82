using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>A source without its first packets: what a file has grown by since it was imported.</summary>
/// <param name="source">All of it; whoever made it disposes of it.</param>
/// <param name="skip">Packets that are left out.</param>
internal sealed class LaterPackets(IPacketSource source, long skip) : IPacketSource, IPacketSink
{
    private IPacketSink? sink;
    private long skipped;
    private long skippedBytes;

    public IReadOnlyList<PacketInterface> Interfaces => source.Interfaces;

    /// <summary>Without what is left out.</summary>
    public PacketSourceCounters Counters
    {
        get
        {
            PacketSourceCounters all = source.Counters;
            return all with
            {
                Packets = Math.Max(0, all.Packets - Volatile.Read(ref skipped)),
                Bytes = Math.Max(0, all.Bytes - Volatile.Read(ref skippedBytes)),
            };
        }
    }

    public void Run(IPacketSink sink, CancellationToken cancellationToken)
    {
        this.sink = sink;
        source.Run(this, cancellationToken);
    }

    public bool OnPacket(in RawPacket packet)
    {
        if (skipped == skip)
        {
            return sink!.OnPacket(packet);
        }

        Volatile.Write(ref skippedBytes, skippedBytes + packet.WireLength);
        Volatile.Write(ref skipped, skipped + 1);
        return true;
    }

    public bool OnTick(long nowNs) => sink!.OnTick(nowNs);

    public void Dispose()
    {
    }
}
