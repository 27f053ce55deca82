using NetTraffic.Flows;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>Puts a lane's packets into a flow table on the lane's own thread.</summary>
/// <param name="table">The table.</param>
/// <param name="followsClock">Whether the packets' time is this machine's: then time passes in the table where no packets come.</param>
internal sealed class FlowTableSink(FlowTable table, bool followsClock) : IPacketBatchSink
{
    private readonly DecodedPacket[] room = new DecodedPacket[256];

    public DecodedPacket[] Room() => room;

    public bool OnPackets(DecodedPacket[] packets, int count, long nowNs)
    {
        table.Add(packets.AsSpan(0, count));
        if (followsClock && nowNs != 0)
        {
            table.Tick(nowNs);
        }

        return true;
    }
}
