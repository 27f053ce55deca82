using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>Either side's address lies in one of some ranges.</summary>
internal sealed class AddressMatch(IReadOnlyList<AddressRange> ranges) : IRowMatch, IPacketMatch
{
    private readonly AddressRange[] ranges = [.. ranges];

    public bool Matches(in FlowRow row, in FlowOrigin origin) => Matches(row.IpVersion, row.Source, row.Destination);

    public bool Matches(in DecodedPacket packet) => Matches(packet.IpVersion, packet.Source, packet.Destination);

    private bool Matches(byte ipVersion, in IpAddress128 source, in IpAddress128 destination)
    {
        if (ipVersion == 0)
        {
            return false;
        }

        foreach (AddressRange range in ranges)
        {
            if (range.Contains(source, ipVersion) || range.Contains(destination, ipVersion))
            {
                return true;
            }
        }

        return false;
    }
}
