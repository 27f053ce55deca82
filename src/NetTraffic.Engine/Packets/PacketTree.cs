using PacketDotNet;

namespace NetTraffic.Engine;

/// <summary>PacketDotNet's tree of a packet's headers.</summary>
internal static class PacketTree
{
    private static readonly Dictionary<int, LinkLayers> Known = new()
    {
        [0] = LinkLayers.Null,
        [1] = LinkLayers.Ethernet,
        [9] = LinkLayers.Ppp,
        [101] = LinkLayers.Raw,
        [105] = LinkLayers.Ieee80211,
        [113] = LinkLayers.LinuxSll,
        [127] = LinkLayers.Ieee80211RadioTap,
        [228] = LinkLayers.IPv4,
        [229] = LinkLayers.IPv6,
        [276] = LinkLayers.LinuxSll2,
    };

    /// <summary>The tree; null where PacketDotNet does not know the link type or cannot read the frame.</summary>
    public static object? Of(NetPacket packet)
    {
        if (!Known.TryGetValue(packet.LinkType, out LinkLayers layer))
        {
            return null;
        }

        try
        {
            return Packet.ParsePacket(layer, packet.Data);
        }
#pragma warning disable CA1031 // On bytes that are no such packet it throws whatever it comes to; the packet itself is there all the same.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }
}
