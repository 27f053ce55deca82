using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>Tells whether a packet is wanted. Not thread-safe; allocates nothing per packet.</summary>
public interface IPacketMatch
{
    /// <summary>Whether it is.</summary>
    bool Matches(in DecodedPacket packet);
}
