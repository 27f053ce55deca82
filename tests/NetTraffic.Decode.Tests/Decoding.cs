using NetTraffic.Packets;

namespace NetTraffic.Decode.Tests;

/// <summary>Decodes frames for tests.</summary>
internal static class Decoding
{
    public static DecodedPacket Decode(byte[] frame, int linkType = LinkTypes.Ethernet, PacketDecoder? decoder = null, long timestampNs = 0)
    {
        (decoder ?? new PacketDecoder()).Decode(new RawPacket(timestampNs, frame.Length, linkType, 0, frame), out DecodedPacket packet);
        return packet;
    }

    /// <summary>What a frame says, in one line.</summary>
    public static string Describe(byte[] frame, int linkType, int wireLength)
    {
        new PacketDecoder().Decode(new RawPacket(0, wireLength, linkType, 0, frame), out DecodedPacket packet);
        return PacketText.Describe(frame, packet);
    }

    /// <summary>Source, destination, protocol and ports in one text.</summary>
    public static string Endpoints(in DecodedPacket packet) =>
        $"{packet.Source.ToString(packet.IpVersion)}:{packet.SourcePort} "
        + $"{packet.Destination.ToString(packet.IpVersion)}:{packet.DestinationPort} {packet.IpProtocol}";

    /// <summary>Source, destination and protocol, as TShark.HostPairs writes them.</summary>
    public static string Pair(in DecodedPacket packet) =>
        packet.IpVersion != 0 ? $"{packet.Source.ToString(packet.IpVersion)} {packet.Destination.ToString(packet.IpVersion)} {packet.IpProtocol}"
        : packet.EtherType != 0 ? $"- - 0x{packet.EtherType:x4}" : "- - -";
}
