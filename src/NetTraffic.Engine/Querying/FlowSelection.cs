using System.Globalization;
using System.Runtime.InteropServices;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>
/// Flows whose packets are wanted: those of the same addresses, ports and protocol, on the same interface, between the flow's first
/// packet and its last. Keeps about 120 bytes a flow, so that a long pipeline of flows can be gathered.
/// </summary>
public sealed class FlowSelection
{
    private readonly Dictionary<FlowKey, int> newest = [];
    private readonly List<Span> spans = [];
    private readonly List<string> captures = [];
    private readonly Dictionary<string, int> captureNumbers = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> interfaces = new(StringComparer.Ordinal);
    private long packets;
    private bool overlap;

    /// <summary>Begins with none.</summary>
    public FlowSelection()
    {
    }

    /// <summary>Begins with some.</summary>
    public FlowSelection(IEnumerable<Flow> flows)
    {
        ArgumentNullException.ThrowIfNull(flows);
        foreach (Flow flow in flows)
        {
            Add(flow);
        }
    }

    /// <summary>Flows, or rows of flows, added.</summary>
    public int Count => spans.Count;

    /// <summary>The captures they come from; one is the empty text where flows come from a file.</summary>
    public IReadOnlyList<string> CaptureIds => captures;

    /// <summary>Packets that the flows have counted; null where some were added twice, or in parts that overlap.</summary>
    public long? Packets => overlap ? null : packets;

    /// <summary>Adds a flow; of one that a time range was asked of, its part in that range.</summary>
    public void Add(Flow flow)
    {
        ArgumentNullException.ThrowIfNull(flow);
        FlowKey key = KeyOf(flow);
        if (!captureNumbers.TryGetValue(flow.CaptureId, out int capture))
        {
            capture = captures.Count;
            captures.Add(flow.CaptureId);
            captureNumbers.Add(flow.CaptureId, capture);
        }

        if (!interfaces.TryGetValue(flow.Interface, out string? name))
        {
            interfaces.Add(flow.Interface, name = flow.Interface);
        }

        ref int head = ref CollectionsMarshal.GetValueRefOrAddDefault(newest, key, out bool known);
        DateTime first = flow.Time == default ? flow.StartTime : flow.Time;
        Span span = new(UnixTime.ToMicroseconds(first), UnixTime.ToMicroseconds(flow.EndTime), capture, known ? head : -1, name);
        overlap |= known && spans[head] is { } last && last.Capture == capture && last.Interface == name && last.FirstUs <= span.LastUs
            && span.FirstUs <= last.LastUs;
        packets += flow.Packets;
        spans.Add(span);
        head = spans.Count - 1;
    }

    /// <summary>
    /// Number of a capture among those of the flows, for <see cref="Contains"/>; <see cref="AnyCapture"/>: the packets are of a file that
    /// no flow names.
    /// </summary>
    internal int NumberOf(string captureId) => captureNumbers.TryGetValue(captureId, out int number) ? number : NoCapture;

    internal const int AnyCapture = -1, NoCapture = -2;

    /// <summary>Whether a packet belongs to one of the flows. An interface without a name is any.</summary>
    internal bool Contains(in FlowKey key, long timestampNs, int capture, string interfaceName)
    {
        if (!newest.TryGetValue(key, out int at))
        {
            return false;
        }

        long us = timestampNs / 1000;
        ReadOnlySpan<Span> all = CollectionsMarshal.AsSpan(spans);
        for (; at >= 0; at = all[at].Older)
        {
            ref readonly Span span = ref all[at];
            if (us >= span.FirstUs && us <= span.LastUs && (capture == AnyCapture || capture == span.Capture)
                && (interfaceName.Length == 0 || capture == AnyCapture || interfaceName == span.Interface))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Which part of a capture's ring the flows lie in; null: none of them is of that capture.</summary>
    internal PacketSelection? Range(string captureId)
    {
        const int most = 1024;
        int capture = NumberOf(captureId);
        long first = long.MaxValue;
        long last = long.MinValue;
        HashSet<AddressRange> addresses = [];
        bool any = false;
        ReadOnlySpan<Span> all = CollectionsMarshal.AsSpan(spans);
        foreach ((FlowKey key, int head) in newest)
        {
            bool here = false;
            for (int at = head; at >= 0; at = all[at].Older)
            {
                if (all[at].Capture == capture)
                {
                    here = true;
                    first = Math.Min(first, all[at].FirstUs);
                    last = Math.Max(last, all[at].LastUs);
                }
            }

            if (here && !any)
            {
                // One endpoint is enough: the other is in the same packets.
                IpAddress128 address = new(key.FirstHigh, key.FirstLow);
                addresses.Add(new AddressRange(address, address, key.IpVersion, address.ToString(key.IpVersion)));
                any = key.IpVersion == 0 || addresses.Count > most;
            }
        }

        return first > last ? null : new PacketSelection
        {
            FirstNs = Scaled(first, 0),
            LastNs = Scaled(last, 999),
            Address = any ? [] : [.. addresses],
        };
    }

    /// <summary>The key of a flow as <see cref="FlowKey.Of"/> gives it for its first packet, on interface 0.</summary>
    internal static FlowKey KeyOf(Flow flow)
    {
        DecodedPacket packet = default;
        packet.IpVersion = (byte)(flow.IpVersion ?? 0);
        packet.IpProtocol = (byte)(flow.IpProtocol ?? 0);
        packet.EtherType = (ushort)(flow.EtherType ?? 0);
        packet.LinkType = LinkTypeOf(flow.Protocol);
        packet.Source = Address(flow.SourceAddress);
        packet.Destination = Address(flow.DestinationAddress);
        packet.SourcePort = (ushort)(flow.SourcePort ?? flow.IcmpType ?? 0);
        packet.DestinationPort = (ushort)(flow.DestinationPort ?? flow.IcmpCode ?? 0);
        packet.SourceMac = Mac(flow.SourceMac);
        packet.DestinationMac = Mac(flow.DestinationMac);
        return FlowKey.Of(packet, out _);
    }

    private static long Scaled(long us, int more) =>
        us is > long.MaxValue / 1000 - 1 ? long.MaxValue : us < long.MinValue / 1000 + 1 ? long.MinValue : (us * 1000) + more;

    private static IpAddress128 Address(string? text) =>
        System.Net.IPAddress.TryParse(text, out System.Net.IPAddress? address) ? AddressText.FromIPAddress(address) : default;

    private static ulong Mac(string? text)
    {
        ulong mac = 0;
        foreach (string octet in text?.Split(':') ?? [])
        {
            mac = (mac << 8) | (byte.TryParse(octet, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out byte value) ? value : 0u);
        }

        return mac;
    }

    /// <summary>The link type behind a name that <see cref="ProtocolNames.LinkTypeName"/> made.</summary>
    private static ushort LinkTypeOf(string protocol)
    {
        const string numbered = "link-";
        return protocol == ProtocolNames.LinkTypeName(1) ? (ushort)1
            : protocol.StartsWith(numbered, StringComparison.Ordinal)
                && ushort.TryParse(protocol.AsSpan(numbered.Length), NumberStyles.None, CultureInfo.InvariantCulture,
                    out ushort type) ? type
            : (ushort)0;
    }

    private readonly record struct Span(long FirstUs, long LastUs, int Capture, int Older, string Interface);
}
