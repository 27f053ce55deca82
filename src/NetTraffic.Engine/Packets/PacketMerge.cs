using NetTraffic.Capture;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>
/// Packets of several rings in the order of their time stamps. One ring is read straight; several are read ahead by a thread each, begun
/// when the others have come to its first packet, so that memory grows with the captures of one moment and not with those of the store.
/// </summary>
internal sealed class PacketMerge
{
    private readonly List<RingPart> parts;
    private readonly PacketQuery query;
    private readonly PacketVisitor visit;
    private readonly CancellationToken cancellationToken;
    private readonly List<(string, InterfaceStatistics)> statistics = [];
    private readonly List<(string, string)> problems = [];
    private long given;

    public PacketMerge(List<RingPart> parts, PacketQuery query, PacketVisitor visit, CancellationToken cancellationToken)
    {
        this.parts = parts;
        this.query = parts.Count > 1 ? query with { Progress = null } : query;
        this.visit = visit;
        this.cancellationToken = cancellationToken;
    }

    public PacketReadResult Run()
    {
        if (parts.Count == 1)
        {
            ReadOne(parts[0]);
        }
        else
        {
            ReadSeveral();
        }

        cancellationToken.ThrowIfCancellationRequested();
        return new PacketReadResult { Packets = given, Statistics = statistics, Problems = problems };
    }

    private void ReadOne(RingPart part)
    {
        using PacketRingSource source = new(part.Folder, part.Selection);
        using PacketSieve sieve = new(source, query, part.CaptureId, visit, cancellationToken);
        try
        {
            sieve.Run();
        }
        catch (CaptureFormatException damage)
        {
            problems.Add((part.CaptureId, damage.Message));
        }

        given = sieve.Passed;
        statistics.AddRange(source.Statistics.Select(one => (part.CaptureId, one)));
    }

    private void ReadSeveral()
    {
        Queue<(long FirstNs, RingPart Part)> waiting =
            new(FirstPackets().OrderBy(first => first.FirstNs).ThenBy(first => first.Part.CaptureId, StringComparer.Ordinal));
        PriorityQueue<RingReader, (long, int)> heads = new();
        List<RingReader> readers = [];
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                while (waiting.TryPeek(out (long FirstNs, RingPart Part) next)
                    && (heads.Count == 0 || !heads.TryPeek(out _, out (long FirstNs, int) head) || next.FirstNs <= head.FirstNs))
                {
                    waiting.Dequeue();
                    RingReader begun = new(next.Part, query, readers.Count, stop.Token);
                    readers.Add(begun);
                    Queue(heads, begun);
                }

                if (!heads.TryDequeue(out RingReader? reader, out _))
                {
                    return;
                }

                given++;
                if (!reader.Give(visit, given))
                {
                    return;
                }

                Queue(heads, reader);
            }
        }
        finally
        {
            stop.Cancel();
            readers.ForEach(reader => reader.Dispose());
        }
    }

    private void Queue(PriorityQueue<RingReader, (long, int)> heads, RingReader reader)
    {
        if (reader.MoveNext())
        {
            heads.Enqueue(reader, (reader.TimestampNs, reader.Number));
            return;
        }

        // The source is at its end, and so is the thread that read it.
        statistics.AddRange(reader.Statistics.Select(one => (reader.CaptureId, one)));
        if (reader.Damage is { } damage)
        {
            problems.Add((reader.CaptureId, damage.Message));
        }
    }

    /// <summary>The rings that have any packet of the part asked for, with the time of the first.</summary>
    private IEnumerable<(long FirstNs, RingPart Part)> FirstPackets()
    {
        foreach (RingPart part in parts)
        {
            using PacketRingSource source = new(part.Folder, part.Selection);
            FirstStamp first = new();
            try
            {
                source.Run(first, cancellationToken);
            }
            catch (CaptureFormatException)
            {
                // Whoever reads it will meet the damage again, and report it.
                first.Ns ??= long.MinValue;
            }

            if (first.Ns is { } ns)
            {
                yield return (ns, part);
            }
        }
    }

    private sealed class FirstStamp : IPacketSink
    {
        public long? Ns { get; set; }

        public bool OnPacket(in RawPacket packet)
        {
            Ns = packet.TimestampNs;
            return false;
        }

        public bool OnTick(long nowNs) => true;
    }
}
