using NetTraffic.Decode;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>Packets as the objects users see.</summary>
public static class PacketMapper
{
    private static readonly PacketDescriber Describe = PacketText.Describe;

    /// <summary>Copies a packet out of its source's buffer.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="decoded">What the decoder found in it.</param>
    /// <param name="origin">Where it comes from.</param>
    public static NetPacket ToPacket(in RawPacket packet, in DecodedPacket decoded, in PacketOrigin origin)
    {
        bool ip = decoded.IpVersion != 0;

        // Later fragments have the ports of their first one, where that was seen.
        bool ports = ip && ProtocolNames.HasPorts(decoded.IpProtocol)
            && ((decoded.Traits & PacketTraits.HasTransport) != 0 || decoded.SourcePort != 0 || decoded.DestinationPort != 0);
        return new NetPacket(packet.Data.ToArray(), decoded, Describe, PacketTree.Of)
        {
            Number = origin.Number,
            Time = UnixTime.FromNanoseconds(packet.TimestampNs),
            TimestampNs = packet.TimestampNs,
            Length = packet.WireLength,
            SourceAddress = ip ? decoded.Source.ToString(decoded.IpVersion) : null,
            SourcePort = ports ? decoded.SourcePort : null,
            DestinationAddress = ip ? decoded.Destination.ToString(decoded.IpVersion) : null,
            DestinationPort = ports ? decoded.DestinationPort : null,
            IpProtocol = ip ? decoded.IpProtocol : null,
            Protocol = ProtocolNames.Protocol(decoded.IpVersion, decoded.IpProtocol, decoded.EtherType, decoded.LinkType),
            TcpFlags = ip && decoded.IpProtocol == 6 && (decoded.Traits & PacketTraits.HasTransport) != 0 ? decoded.TcpFlags : null,
            VlanId = decoded.VlanId == DecodedPacket.NoVlan ? null : decoded.VlanId,
            Tunnel = ProtocolNames.Tunnel(decoded.Tunnel),
            SourceMac = AddressText.Mac(decoded.SourceMac),
            DestinationMac = AddressText.Mac(decoded.DestinationMac),
            LinkType = packet.LinkType,
            Interface = origin.Interface.Name,
            CaptureId = origin.CaptureId,
        };
    }
}
