using NetTraffic.Capture;
using NetTraffic.Decode;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>
/// Packets into a pcapng file, with their interfaces' names, what the captures lost, and as comments what their flows are; or into a
/// classic pcap file, which has room for none of it.
/// </summary>
public sealed class PacketExport : IDisposable
{
    private const int Ethernet = 1;
    private readonly PcapngWriter? pcapng;
    private readonly PcapWriter? pcap;
    private readonly FlowComments comments = new();
    private readonly FrameAnonymizer? anonymizer;
    private readonly Dictionary<(string CaptureId, PacketInterface Interface), int> interfaces = [];
    private (string CaptureId, PacketInterface Interface) last = ("", new PacketInterface("", -1));
    private int lastNumber;
    private long newestNs;

    /// <summary>Begins a file.</summary>
    /// <param name="stream">Where it goes; stays open.</param>
    /// <param name="legacy">Whether it is a classic pcap file.</param>
    /// <param name="pseudonyms">
    /// What takes the place of addresses; then packets end behind their headers, and there are no comments. null: packets stay as they are.
    /// </param>
    /// <param name="tunnelPorts">UDP ports on which tunnels are looked for besides their own, for addresses in them.</param>
    public PacketExport(
        Stream stream, bool legacy, AddressPseudonyms? pseudonyms = null, IReadOnlyList<TunnelPort>? tunnelPorts = null)
    {
        anonymizer = pseudonyms is null ? null : new FrameAnonymizer(pseudonyms, tunnelPorts ?? []);
        pcapng = legacy ? null : new PcapngWriter(stream, leaveOpen: true);
        pcap = legacy ? new PcapWriter(stream, leaveOpen: true) : null;
    }

    /// <summary>Packets written.</summary>
    public long Packets { get; private set; }

    /// <summary>Writes a packet.</summary>
    /// <exception cref="ArgumentException">A classic pcap file has packets of one link type, and this one has another.</exception>
    public void Add(in RawPacket packet, in DecodedPacket decoded, in PacketOrigin origin)
    {
        if (anonymizer is null)
        {
            Write(packet, origin, pcapng is null ? null : comments.Of(packet, decoded));
        }
        else
        {
            Write(
                new RawPacket(
                    packet.TimestampNs, packet.WireLength, packet.LinkType, packet.InterfaceIndex, anonymizer.Rewrite(packet)),
                origin, null);
        }

        Packets++;
    }

    /// <summary>Writes a packet that users have seen.</summary>
    /// <exception cref="ArgumentException">A classic pcap file has packets of one link type, and this one has another.</exception>
    public void Add(NetPacket packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        RawPacket raw = new(packet.TimestampNs, packet.Length, packet.LinkType, 0, packet.Data);
        Add(raw, packet.GetDecoded(), new PacketOrigin(packet.CaptureId, new PacketInterface(packet.Interface, packet.LinkType),
            packet.Number));
    }

    /// <summary>Ends the file with what the captures received and lost.</summary>
    /// <param name="statistics">By capture and interface; interfaces without a packet in the file are left out.</param>
    public void Complete(IEnumerable<(string CaptureId, InterfaceStatistics Statistics)> statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        foreach ((string capture, InterfaceStatistics counted) in statistics)
        {
            if (pcapng is not null && interfaces.TryGetValue((capture, counted.Interface), out int number))
            {
                pcapng.WriteStatistics(number, counted, newestNs);
            }
        }

        if (interfaces.Count == 0)
        {
            // tcpdump takes no file without an interface.
            pcapng?.AddInterface(new PacketInterface("", Ethernet));
        }

        pcapng?.Flush();
        pcap?.Complete();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        pcapng?.Dispose();
        pcap?.Dispose();
    }

    private void Write(in RawPacket packet, in PacketOrigin origin, string? comment)
    {
        if (pcapng is not null)
        {
            pcapng.Write(packet, NumberOf(origin), comment);
            newestNs = Math.Max(newestNs, packet.TimestampNs);
        }
        else
        {
            pcap!.Write(packet);
        }
    }

    private int NumberOf(in PacketOrigin origin)
    {
        // Most packets are of the interface of the one before.
        if (ReferenceEquals(origin.Interface, last.Interface) && origin.CaptureId == last.CaptureId)
        {
            return lastNumber;
        }

        last = (origin.CaptureId, origin.Interface);
        if (!interfaces.TryGetValue(last, out lastNumber))
        {
            interfaces.Add(last, lastNumber = pcapng!.AddInterface(origin.Interface));
        }

        return lastNumber;
    }
}

/// <summary>
/// What a flow is, said once, at the first packet that tells it: the application at the flow's first packet, the server's name where a
/// TLS Client Hello or an HTTP request asks for it. Names come from the wire; the writer escapes them.
/// </summary>
internal sealed class FlowComments
{
    private const int MostFlows = 65_536, MostSegments = 16;
    private readonly Dictionary<FlowKey, int> flows = [];

    /// <summary>The comment of a packet, or null.</summary>
    public string? Of(in RawPacket packet, in DecodedPacket decoded)
    {
        if (decoded.IpVersion == 0)
        {
            return null;
        }

        // Of more flows than are remembered some are said twice.
        if (flows.Count == MostFlows)
        {
            flows.Clear();
        }

        ref int segments = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(flows, FlowKey.Of(decoded, out _),
            out bool known);
        string? application = known ? null : Application(decoded);
        string? server = null;
        if (segments < MostSegments)
        {
            // The name comes in the first segments with payload, or not at all.
            segments += decoded.PayloadLength > 0 ? 1 : 0;
            server = ServerName.Find(packet, decoded);
            segments = server is null ? segments : MostSegments;
        }

        return (application, server) switch
        {
            (null, null) => null,
            (_, null) => "application: " + application,
            (null, _) => "server name: " + server,
            _ => $"application: {application}, server name: {server}",
        };
    }

    private static string? Application(in DecodedPacket packet)
    {
        if (!ProtocolNames.HasPorts(packet.IpProtocol))
        {
            return null;
        }

        ushort id = ApplicationTable.Find(packet.IpProtocol, packet.SourcePort, packet.DestinationPort);
        id = id != 0 ? id : ApplicationTable.Find(packet.IpProtocol, packet.DestinationPort, packet.SourcePort);
        return id != 0 ? ApplicationTable.Name(id) : null;
    }
}
