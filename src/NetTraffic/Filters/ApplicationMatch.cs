using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>The application is one of some.</summary>
internal sealed class ApplicationMatch(IReadOnlyList<string> wanted) : IRowMatch, IPacketMatch
{
    private readonly bool[] applications =
        [.. ApplicationTable.Names.Select(name => name.Length > 0 && wanted.Contains(name, StringComparer.OrdinalIgnoreCase))];

    public bool Matches(in FlowRow row, in FlowOrigin origin) => applications[row.Application];

    /// <summary>Which side began the flow is not known here, so both ways count.</summary>
    public bool Matches(in DecodedPacket packet) => packet.IpVersion != 0
        && (applications[ApplicationTable.Find(packet.IpProtocol, packet.SourcePort, packet.DestinationPort)]
            || applications[ApplicationTable.Find(packet.IpProtocol, packet.DestinationPort, packet.SourcePort)]);
}
