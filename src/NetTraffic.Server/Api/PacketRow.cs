using NetTraffic.Packets;


namespace NetTraffic.Server.Api;

/// <summary>A packet as Get-NetPacket gives it, without its bytes, which an export has.</summary>
internal sealed record PacketRow
{
    /// <summary>Its number among those of the answer.</summary>
    public long Number { get; init; }

    /// <summary>When it was captured.</summary>
    public DateTime Time { get; init; }

    /// <summary>The same in nanoseconds since 1970.</summary>
    public long TimestampNs { get; init; }

    /// <summary>Bytes on the wire.</summary>
    public int Length { get; init; }

    /// <summary>Bytes that were kept.</summary>
    public int CapturedLength { get; init; }

    /// <summary>Sender; null for frames without IP.</summary>
    public string? SourceAddress { get; init; }

    /// <summary>Sender's port.</summary>
    public int? SourcePort { get; init; }

    /// <summary>Receiver.</summary>
    public string? DestinationAddress { get; init; }

    /// <summary>Receiver's port.</summary>
    public int? DestinationPort { get; init; }

    /// <summary>IP protocol number.</summary>
    public int? IpProtocol { get; init; }

    /// <summary>Protocol name.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>TCP flags.</summary>
    public TcpFlags? TcpFlags { get; init; }

    /// <summary>Outermost VLAN identifier.</summary>
    public int? VlanId { get; init; }

    /// <summary>Outermost tunnel.</summary>
    public string? Tunnel { get; init; }

    /// <summary>Sender's link-layer address.</summary>
    public string? SourceMac { get; init; }

    /// <summary>Receiver's link-layer address.</summary>
    public string? DestinationMac { get; init; }

    /// <summary>Link type.</summary>
    public int LinkType { get; init; }

    /// <summary>Interface it was captured on.</summary>
    public string Interface { get; init; } = "";

    /// <summary>The capture whose ring keeps it.</summary>
    public string CaptureId { get; init; } = "";

    /// <summary>What it says, in a line.</summary>
    public string Info { get; init; } = "";

    /// <summary>The row of a packet.</summary>
    public static PacketRow Of(NetPacket packet) => new()
    {
        Number = packet.Number,
        Time = packet.Time,
        TimestampNs = packet.TimestampNs,
        Length = packet.Length,
        CapturedLength = packet.CapturedLength,
        SourceAddress = packet.SourceAddress,
        SourcePort = packet.SourcePort,
        DestinationAddress = packet.DestinationAddress,
        DestinationPort = packet.DestinationPort,
        IpProtocol = packet.IpProtocol,
        Protocol = packet.Protocol,
        TcpFlags = packet.TcpFlags,
        VlanId = packet.VlanId,
        Tunnel = packet.Tunnel,
        SourceMac = packet.SourceMac,
        DestinationMac = packet.DestinationMac,
        LinkType = packet.LinkType,
        Interface = packet.Interface,
        CaptureId = packet.CaptureId,
        Info = packet.Info,
    };
}
