using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using NetTraffic.Capture;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>One ring of several that are read side by side: a thread reads, decodes and filters ahead, two blocks at most.</summary>
internal sealed class RingReader : IDisposable
{
    private readonly BlockingCollection<Block> filled = new(2);
    private readonly ConcurrentBag<Block> spare = [];
    private readonly PacketQuery query;
    private readonly RingPart part;
    private readonly CancellationToken stop;
    private readonly Thread thread;
    private ExceptionDispatchInfo? failure;
    private Block filling = new();
    private Block? current;
    private int at = -1;

    public RingReader(RingPart part, PacketQuery query, int number, CancellationToken stop)
    {
        this.part = part;
        this.query = query;
        this.stop = stop;
        Number = number;
        thread = new Thread(Read) { IsBackground = true, Name = "NetTraffic ring" };
        thread.Start();
    }

    public string CaptureId => part.CaptureId;

    /// <summary>Breaks ties between packets of one nanosecond.</summary>
    public int Number { get; }

    /// <summary>Time of the packet that <see cref="MoveNext"/> came to.</summary>
    public long TimestampNs => current!.Packets[at].TimestampNs;

    /// <summary>What the ring's files say of its interfaces; known at the end.</summary>
    public IReadOnlyList<InterfaceStatistics> Statistics { get; private set; } = [];

    /// <summary>Where the ring was damaged; known at the end.</summary>
    public CaptureFormatException? Damage { get; private set; }

    /// <summary>Goes to the next packet that is wanted; false at the end.</summary>
    public bool MoveNext()
    {
        if (current is not null && ++at < current.Count)
        {
            return true;
        }

        if (current is not null)
        {
            current.Clear();
            spare.Add(current);
            current = null;
        }

        if (filled.TryTake(out current, Timeout.Infinite, CancellationToken.None))
        {
            at = 0;
            return true;
        }

        failure?.Throw();
        return false;
    }

    /// <summary>Shows the current packet to a visitor.</summary>
    public bool Give(PacketVisitor visit, long number)
    {
        ref readonly Entry entry = ref current!.Entries[at];
        ref readonly DecodedPacket decoded = ref current.Packets[at];
        RawPacket raw = new(decoded.TimestampNs, decoded.WireLength, entry.Interface.LinkType, entry.InterfaceIndex,
            current.Data.AsSpan(entry.Offset, entry.Length));
        return visit(raw, decoded, new PacketOrigin(part.CaptureId, entry.Interface, number));
    }

    /// <summary>Ends the thread; its token must have been cancelled.</summary>
    public void Dispose()
    {
        thread.Join();
        filled.Dispose();
    }

    private void Read()
    {
        try
        {
            using PacketRingSource source = new(part.Folder, part.Selection);
            using PacketSieve sieve = new(source, query, part.CaptureId, Keep, stop);
            try
            {
                sieve.Run();
            }
            catch (CaptureFormatException damage)
            {
                Damage = damage;
            }

            Statistics = source.Statistics;
            if (filling.Count > 0)
            {
                filled.Add(filling, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Nobody takes what was read.
        }
#pragma warning disable CA1031 // It is thrown again on the thread that asked for the packets.
        catch (Exception error)
#pragma warning restore CA1031
        {
            failure = ExceptionDispatchInfo.Capture(error);
        }
        finally
        {
            filled.CompleteAdding();
        }
    }

    private bool Keep(in RawPacket packet, in DecodedPacket decoded, in PacketOrigin origin)
    {
        if (!filling.TryAdd(packet, decoded, origin.Interface))
        {
            filled.Add(filling, stop);
            filling = spare.TryTake(out Block? used) ? used : new Block();
            filling.TryAdd(packet, decoded, origin.Interface);
        }

        return true;
    }

    private readonly record struct Entry(int Offset, int Length, int InterfaceIndex, PacketInterface Interface);

    /// <summary>Copies of packets: 256 of them or 64 KiB, and always at least one.</summary>
    private sealed class Block
    {
        private const int MostPackets = 256, UsualBytes = 64 << 10, KeptBytes = 1 << 20;
        private int used;

        public byte[] Data { get; private set; } = new byte[UsualBytes];

        public DecodedPacket[] Packets { get; } = new DecodedPacket[MostPackets];

        public Entry[] Entries { get; } = new Entry[MostPackets];

        public int Count { get; private set; }

        public bool TryAdd(in RawPacket packet, in DecodedPacket decoded, PacketInterface origin)
        {
            if (Count == MostPackets || (Count > 0 && Data.Length - used < packet.Data.Length))
            {
                return false;
            }

            if (Data.Length < packet.Data.Length)
            {
                Data = new byte[packet.Data.Length];
            }

            packet.Data.CopyTo(Data.AsSpan(used));
            Packets[Count] = decoded;
            Entries[Count++] = new Entry(used, packet.Data.Length, packet.InterfaceIndex, origin);
            used += packet.Data.Length;
            return true;
        }

        public void Clear()
        {
            Count = used = 0;
            Data = Data.Length > KeptBytes ? new byte[UsualBytes] : Data;
        }
    }
}
