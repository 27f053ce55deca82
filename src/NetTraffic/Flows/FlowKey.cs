using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>
/// What identifies a flow among those of one capture, in an order that both directions share: the smaller endpoint first.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
public struct FlowKey : IEquatable<FlowKey>
{
    /// <summary>Upper half of the smaller endpoint's address; 0 for frames without IP.</summary>
    public ulong FirstHigh;

    /// <summary>Lower half of it; for frames without IP the link-layer address.</summary>
    public ulong FirstLow;

    /// <summary>Upper half of the other endpoint's address.</summary>
    public ulong SecondHigh;

    /// <summary>Lower half of it.</summary>
    public ulong SecondLow;

    /// <summary>
    /// First port, second port, IP protocol (or the low byte of the EtherType), IP version, interface: 16 + 16 + 8 + 8 + 16 bits.
    /// </summary>
    public ulong Rest;

    /// <summary>IP protocol number.</summary>
    public readonly byte IpProtocol => (byte)(Rest >> 24);

    /// <summary>4, 6, or 0 for frames without IP.</summary>
    public readonly byte IpVersion => (byte)(Rest >> 16);

    /// <summary>Index of the interface within the source.</summary>
    public readonly ushort InterfaceIndex => (ushort)Rest;

    /// <summary>Makes the key of a packet's flow.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="swapped">True where the packet's sender is the key's second endpoint.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static FlowKey Of(in DecodedPacket packet, out bool swapped)
    {
        IpAddress128 source = packet.Source;
        IpAddress128 destination = packet.Destination;
        uint sourcePort = packet.SourcePort;
        uint destinationPort = packet.DestinationPort;
        byte protocol = packet.IpProtocol;
        bool ordered = true;
        if (packet.IpVersion == 0)
        {
            // Frames without IP: the stations, and what names the payload, identify the flow.
            source = new IpAddress128(0, packet.SourceMac);
            destination = new IpAddress128(0, packet.DestinationMac);
            sourcePort = destinationPort = packet.EtherType != 0 ? packet.EtherType : packet.LinkType;
            protocol = (byte)(packet.EtherType != 0 ? 1 : 0);
        }
        else if (protocol is 1 or 58)
        {
            // Query and answer belong together; other messages are one-way (as Community ID has it). The answer's type stands where the
            // other side's port would, so that queries of both sides are two flows.
            int paired = IcmpPairs.Counterpart(packet.IpVersion, packet.SourcePort);
            ordered = paired >= 0;
            destinationPort = ordered ? (uint)paired : destinationPort;
        }

        int order = source.CompareTo(destination);
        swapped = ordered && (order > 0 || (order == 0 && sourcePort > destinationPort));
        if (swapped)
        {
            (source, destination) = (destination, source);
            (sourcePort, destinationPort) = (destinationPort, sourcePort);
        }

        return new FlowKey
        {
            FirstHigh = source.High,
            FirstLow = source.Low,
            SecondHigh = destination.High,
            SecondLow = destination.Low,
            Rest = ((ulong)sourcePort << 48) | ((ulong)destinationPort << 32) | ((ulong)protocol << 24)
                | ((ulong)packet.IpVersion << 16) | packet.InterfaceIndex,
        };
    }

    /// <summary>The same on whatever interface.</summary>
    public readonly FlowKey WithoutInterface() => this with { Rest = Rest & ~(ulong)ushort.MaxValue };

    /// <inheritdoc/>
    public readonly bool Equals(FlowKey other) =>
        FirstLow == other.FirstLow && SecondLow == other.SecondLow && Rest == other.Rest
        && FirstHigh == other.FirstHigh && SecondHigh == other.SecondHigh;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is FlowKey other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(FirstHigh, FirstLow, SecondHigh, SecondLow, Rest);

    /// <summary>Whether both are the same flow.</summary>
    public static bool operator ==(FlowKey left, FlowKey right) => left.Equals(right);

    /// <summary>Whether they are two flows.</summary>
    public static bool operator !=(FlowKey left, FlowKey right) => !left.Equals(right);
}
