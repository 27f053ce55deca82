using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// One thread's way into a packet ring: finished pcapng blocks are gathered in a chunk that goes to the ring's writing thread when it is
/// full or old. All of it but the numbers is for one thread at a time. Allocates nothing per packet.
/// </summary>
public sealed class PacketRingAppender
{
    private const long OldMilliseconds = 50;
    private readonly PacketRing ring;
    private readonly PacketRingChunks chunks;
    private readonly IReadOnlyList<PacketInterface> interfaces;
    private readonly PacketRingAddresses addresses = new();
    private readonly int snapLength;
    private readonly bool wait;
    private readonly long largest;
    private int[] numbers = [];
    private PacketRingChunk? chunk;
    private byte[] buffer = [];
    private int room;
    private int length;
    private int packets;
    private int lastInterface;
    private long firstNs;
    private long lastNs;
    private long born;
    private IpAddress128 source;
    private IpAddress128 destination;
    private long lost;

    internal PacketRingAppender(PacketRing ring, PacketRingChunks chunks, IReadOnlyList<PacketInterface> interfaces,
        PacketRingOptions options)
    {
        this.ring = ring;
        this.chunks = chunks;
        this.interfaces = interfaces;
        snapLength = options.SnapLength;
        wait = options.Wait;
        largest = options.MaxBytes / 2;
    }

    /// <summary>Packets left out since the start, because the disk was too slow, or their link type is none.</summary>
    internal long Lost => Volatile.Read(ref lost);

    /// <summary>Puts a packet into the ring.</summary>
    /// <param name="packet">The packet; <see cref="RawPacket.InterfaceIndex"/> is its interface within those of this appender.</param>
    /// <param name="decoded">The same packet decoded: its addresses are what the index knows it by.</param>
    public void Add(in RawPacket packet, in DecodedPacket decoded)
    {
        int captured = Math.Min(packet.Data.Length, snapLength);
        int block = PcapngBlocks.PacketLength(captured);
        int index = packet.InterfaceIndex;
        int number = index < numbers.Length && numbers[index] >= 0 ? numbers[index] : Number(index);
        if (number < 0 || (block > room - length && !Begin(block)))
        {
            Volatile.Write(ref lost, lost + 1);
            return;
        }

        PcapngBlocks.Packet(buffer.AsSpan(length, block), number, packet.TimestampNs, packet.WireLength, packet.Data[..captured]);
        length += block;
        packets++;
        lastInterface = Math.Max(lastInterface, number);
        firstNs = Math.Min(firstNs, packet.TimestampNs);
        lastNs = Math.Max(lastNs, packet.TimestampNs);

        // Most packets are of the same conversation as the one before.
        if (decoded.IpVersion != 0 && (decoded.Source != source || decoded.Destination != destination))
        {
            source = decoded.Source;
            destination = decoded.Destination;
            addresses.Add(source);
            addresses.Add(destination);
        }
    }

    /// <summary>Hands over what has waited for a while; to be called about ten times a second.</summary>
    public void Tick()
    {
        if (packets > 0 && Environment.TickCount64 - born >= OldMilliseconds)
        {
            HandOver();
        }
    }

    /// <summary>What was received and lost on an interface since the start; goes into the ring's files.</summary>
    public void SetStatistics(in InterfaceStatistics counted)
    {
        if (ring.NumberOf(counted.Interface) is >= 0 and int number)
        {
            ring.SetStatistics(number, counted);
        }
    }

    /// <summary>Hands over everything; what comes next goes into a new chunk.</summary>
    internal void HandOver()
    {
        if (chunk is not { } full || packets == 0)
        {
            return;
        }

        full.Length = length;
        full.Packets = packets;
        full.FirstNs = firstNs;
        full.LastNs = lastNs;
        full.LastInterface = lastInterface;
        full.AddressCount = addresses.Any ? -1 : addresses.Count;
        chunk = null;
        buffer = [];
        room = length = packets = 0;
        chunks.Hand(full);
    }

    /// <summary>Makes room for a block in a new chunk.</summary>
    private bool Begin(int block)
    {
        // A transfer of megabytes must not push everything else out of a small ring.
        if (block > largest)
        {
            return false;
        }

        HandOver();
        chunk ??= chunks.Take(wait);
        if (chunk is null)
        {
            return false;
        }

        bool fits = block <= chunk.Buffer.Length || chunks.TryGrow(chunk, block, wait);
        buffer = chunk.Buffer;
        room = fits ? Math.Max(chunks.ChunkBytes, block) : chunk.Buffer.Length;
        Start(chunk);
        return fits;
    }

    private void Start(PacketRingChunk begun)
    {
        length = packets = 0;
        lastInterface = 0;
        firstNs = long.MaxValue;
        lastNs = long.MinValue;
        born = Environment.TickCount64;
        addresses.Begin(begun.Addresses);

        // No packet comes from "::" to "::ffff": the first is never taken for one of the same conversation.
        source = default;
        destination = new IpAddress128(0, 0xFFFF);
    }

    /// <summary>The number of an interface in the ring's files; -1: its link type is none that pcapng can say.</summary>
    private int Number(int index)
    {
        if (index >= numbers.Length)
        {
            int known = numbers.Length;
            Array.Resize(ref numbers, Math.Max(index + 1, interfaces.Count));
            numbers.AsSpan(known).Fill(-1);
        }

        return numbers[index] < 0 ? numbers[index] = ring.NumberOf(interfaces[index]) : numbers[index];
    }
}
