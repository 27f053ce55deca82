using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <summary>
/// Ports of first fragments, for the fragments that follow (RFC 791 section 3.2, RFC 8200 section 4.5). A fixed number of slots in
/// sets of four; within a set the oldest gives way, so that a flood of fragments costs bounded memory and time.
/// </summary>
internal sealed class FragmentTable
{
    private const int Ways = 4;
    private const long LifetimeNs = 30_000_000_000;
    private readonly Entry[] entries;
    private readonly int setMask;

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

    public void Remember(in DecodedPacket packet)
    {
        Span<Entry> set = Set(packet);
        int target = 0;
        for (int i = 0; i < set.Length; i++)
        {
            if (set[i].Matches(packet))
            {
                target = i;
                break;
            }

            if (set[i].TimestampNs < set[target].TimestampNs)
            {
                target = i;
            }
        }

        set[target] = new Entry
        {
            Source = packet.Source,
            Destination = packet.Destination,
            TimestampNs = packet.TimestampNs,
            FragmentId = packet.FragmentId,
            IpProtocol = packet.IpProtocol,
            IpVersion = packet.IpVersion,
            Used = true,
            SourcePort = packet.SourcePort,
            DestinationPort = packet.DestinationPort,
        };
    }

    public void Recall(ref DecodedPacket packet)
    {
        foreach (ref readonly Entry entry in Set(packet))
        {
            if (entry.Matches(packet))
            {
                packet.SourcePort = entry.SourcePort;
                packet.DestinationPort = entry.DestinationPort;
                return;
            }
        }
    }

    private Span<Entry> Set(in DecodedPacket packet)
    {
        ulong hash = (packet.Source.Low * 0x9E3779B97F4A7C15) ^ (packet.Destination.Low * 0xC2B2AE3D27D4EB4F)
            ^ (packet.Source.High + packet.Destination.High) ^ ((packet.FragmentId * 0x165667B19E3779F9UL) + packet.IpProtocol);
        hash ^= hash >> 32;
        return entries.AsSpan((int)(hash * 0x9E3779B97F4A7C15 >> 40 & (uint)setMask) * Ways, Ways);
    }

    private struct Entry
    {
        public IpAddress128 Source;
        public IpAddress128 Destination;
        public long TimestampNs;
        public uint FragmentId;
        public ushort SourcePort;
        public ushort DestinationPort;
        public byte IpProtocol;
        public byte IpVersion;
        public bool Used;

        public readonly bool Matches(in DecodedPacket packet) =>
            Used && FragmentId == packet.FragmentId && IpProtocol == packet.IpProtocol && IpVersion == packet.IpVersion
            && Source == packet.Source && Destination == packet.Destination && packet.TimestampNs - TimestampNs < LifetimeNs;
    }
}
