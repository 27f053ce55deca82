using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>The application is one of some.</summary>
internal sealed class ApplicationMatch(IReadOnlyList<string> wanted) : IRowMatch, IPacketMatch
{
    private readonly bool[] applications =
        [.. ApplicationTable.Names.Select(name =>
            wanted.Contains(name.Length > 0 ? name : ApplicationText.None, StringComparer.OrdinalIgnoreCase))];

    public bool Matches(in FlowRow row, in FlowOrigin origin) => applications[row.Application];

    /// <summary>Which side began the flow is not known here, so both ways count.</summary>
    public bool Matches(in DecodedPacket packet)
    {
        if (packet.IpVersion == 0)
        {
            return applications[0];
        }

        int one = ApplicationTable.Find(packet.IpProtocol, packet.SourcePort, packet.DestinationPort);
        int other = ApplicationTable.Find(packet.IpProtocol, packet.DestinationPort, packet.SourcePort);
        return one == 0 && other == 0 ? applications[0] : (one != 0 && applications[one]) || (other != 0 && applications[other]);
    }
}
