using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <summary>
/// What first fragments say of their datagram, for the fragments that follow (RFC 791 section 3.2, RFC 8200 section 4.5): the ports, and
/// of a tunnel what it carries. A fixed number of slots in sets of four; within a set the oldest gives way, so that a flood of fragments
/// costs bounded memory and time.
/// </summary>
internal sealed class FragmentTable
{
    private const int Ways = 4;
    private const long LifetimeNs = 30_000_000_000;
    private readonly Entry[] entries;
    private readonly int setMask;
    private DecodedPacket[] carried = [];

    public FragmentTable(int slots)
    {
        int sets = 1;
        while (sets * Ways < slots)
        {
            sets *= 2;
        }

        setMask = sets - 1;
        entries = new Entry[sets * Ways];
    }

    /// <summary>Counts a first fragment in: what was known of an earlier datagram of that identification is forgotten.</summary>
    /// <param name="packet">The fragment, with its ports where it has any.</param>
    /// <param name="kind">What is cut into fragments.</param>
    /// <param name="inner">What it carries, where it carries another packet.</param>
    /// <param name="carries">Whether it does.</param>
    /// <param name="length">Bytes of the datagram in it.</param>
    /// <returns>Whether the others came before it, and the datagram is complete.</returns>
    public bool First(in DecodedPacket packet, FragmentKind kind, in DecodedPacket inner, bool carries, int length)
    {
        int slot = Slot(packet, kind);
        ref Entry entry = ref entries[slot];
        if (entry.HasFirst)
        {
            entry.Received = entry.Total = 0;
        }

        entry.HasFirst = true;
        entry.SourcePort = packet.SourcePort;
        entry.DestinationPort = packet.DestinationPort;
        entry.Received += length;
        entry.Carries = carries;
        if (carries)
        {
            // Few captures have such fragments.
            carried = carried.Length > 0 ? carried : new DecodedPacket[entries.Length];
            carried[slot] = inner;
        }

        return IsComplete(entry);
    }

    /// <summary>Counts a later fragment in, and gives it the ports of the first.</summary>
    /// <param name="packet">The fragment.</param>
    /// <param name="kind">What is cut into fragments.</param>
    /// <param name="offset">Where in the datagram it belongs, in bytes.</param>
    /// <param name="length">Bytes of the datagram in it.</param>
    /// <param name="last">Whether none is behind it.</param>
    /// <param name="inner">What the datagram carries.</param>
    /// <returns>Whether it completes the datagram of a tunnel.</returns>
    public bool Later(ref DecodedPacket packet, FragmentKind kind, int offset, int length, bool last, out DecodedPacket inner)
    {
        int slot = Slot(packet, kind);
        ref Entry entry = ref entries[slot];
        entry.Received += length;
        entry.Total = last ? offset + length : entry.Total;
        if (entry.HasFirst && kind == FragmentKind.Ip)
        {
            packet.SourcePort = entry.SourcePort;
            packet.DestinationPort = entry.DestinationPort;
        }

        bool complete = entry.Carries && IsComplete(entry);
        inner = complete ? carried[slot] : default;
        return complete;
    }

    private static bool IsComplete(in Entry entry) => entry.HasFirst && entry.Total > 0 && entry.Received >= entry.Total;

    /// <summary>The slot of a datagram; taken from the oldest of its set where it has none.</summary>
    private int Slot(in DecodedPacket packet, FragmentKind kind)
    {
        ulong hash = (packet.Source.Low * 0x9E3779B97F4A7C15) ^ (packet.Destination.Low * 0xC2B2AE3D27D4EB4F)
            ^ (packet.Source.High + packet.Destination.High) ^ ((packet.FragmentId * 0x165667B19E3779F9UL) + packet.IpProtocol);
        hash ^= hash >> 32;
        int begin = (int)(hash * 0x9E3779B97F4A7C15 >> 40 & (uint)setMask) * Ways;
        int oldest = begin;
        for (int slot = begin; slot < begin + Ways; slot++)
        {
            if (entries[slot].Matches(packet, kind))
            {
                return slot;
            }

            oldest = entries[slot].TimestampNs < entries[oldest].TimestampNs ? slot : oldest;
        }

        entries[oldest] = new Entry
        {
            Source = packet.Source,
            Destination = packet.Destination,
            TimestampNs = packet.TimestampNs,
            FragmentId = packet.FragmentId,
            IpProtocol = packet.IpProtocol,
            IpVersion = packet.IpVersion,
            Kind = kind,
        };
        return oldest;
    }

    private struct Entry
    {
        public IpAddress128 Source;
        public IpAddress128 Destination;
        public long TimestampNs;
        public uint FragmentId;
        public int Received;
        public int Total;
        public ushort SourcePort;
        public ushort DestinationPort;
        public byte IpProtocol;
        public byte IpVersion;
        public FragmentKind Kind;
        public bool HasFirst;
        public bool Carries;

        public readonly bool Matches(in DecodedPacket packet, FragmentKind kind) =>
            Kind == kind && FragmentId == packet.FragmentId && IpProtocol == packet.IpProtocol && IpVersion == packet.IpVersion
            && Source == packet.Source && Destination == packet.Destination && packet.TimestampNs - TimestampNs < LifetimeNs;
    }
}

/// <summary>What is cut into fragments.</summary>
internal enum FragmentKind : byte
{
    /// <summary>Nothing: a slot that was never used.</summary>
    None,

    /// <summary>An IP datagram.</summary>
    Ip,

    /// <summary>What CAPWAP carries.</summary>
    Capwap,
}
