using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// An interface that may be removed while others of its capture go on: it is waited for, and opened again when it is back under its name.
/// Time passes for the sink meanwhile.
/// </summary>
/// <param name="name">The interface.</param>
/// <param name="make">Makes a source of it that is not open yet.</param>
/// <param name="isThere">Whether it is there now; what it is opened for is found out by opening.</param>
public sealed class ReturningSource(string name, Func<ILiveSource> make, Func<bool> isThere) : ILiveSource
{
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(100);
    private const int TicksBetweenTries = 5;
    private ILiveSource source = make();
    private PacketSourceCounters before;
    private IReadOnlyList<PacketInterface> interfaces = [];
    private string? problem;
    private InterfaceState missing;

    /// <inheritdoc/>
    public IReadOnlyList<PacketInterface> Interfaces => interfaces;

    /// <inheritdoc/>
    public PacketSourceCounters Counters
    {
        get
        {
            lock (make)
            {
                return missing == InterfaceState.Up ? Sum(before, source.Counters) : before;
            }
        }
    }

    /// <inheritdoc/>
    public string? Problem => Volatile.Read(ref problem) ?? source.Problem;

    /// <inheritdoc/>
    public InterfaceState State => missing == InterfaceState.Up ? source.State : missing;

    /// <inheritdoc/>
    public void Open()
    {
        source.Open();
        interfaces = source.Interfaces;
    }

    /// <inheritdoc/>
    public void Run(IPacketSink sink, CancellationToken cancellationToken)
    {
        IPacketSink to = sink;
        while (true)
        {
            try
            {
                source.Run(to, cancellationToken);
                return;
            }
            catch (CaptureException error) when (error.Problem == CaptureProblem.UnknownInterface)
            {
                Leave();
            }

            if (!WaitForReturn(sink, cancellationToken))
            {
                return;
            }

            to = new SameKind(name, sink, interfaces);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();

    private void Leave()
    {
        lock (make)
        {
            before = Sum(before, source.Counters);
            Volatile.Write(ref problem, $"The interface '{name}' was removed. The capture on it goes on when it is back.");
            missing = InterfaceState.Removed;
        }

        source.Dispose();
    }

    /// <summary>Whether it came back; false where nothing is wanted of it any more.</summary>
    /// <exception cref="CaptureException">It is back, and cannot be opened.</exception>
    private bool WaitForReturn(IPacketSink sink, CancellationToken cancellationToken)
    {
        for (int tick = 1; !cancellationToken.WaitHandle.WaitOne(TickEvery); tick++)
        {
            if (!sink.OnTick((DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100))
            {
                return false;
            }

            if (tick % TicksBetweenTries == 0 && isThere() && TryOpen())
            {
                return true;
            }
        }

        return false;
    }

    private bool TryOpen()
    {
        ILiveSource opened = make();
        try
        {
            opened.Open();
        }
        catch (CaptureException error)
        {
            opened.Dispose();
            if (error.Problem is not (CaptureProblem.UnknownInterface or CaptureProblem.InterfaceDown))
            {
                throw;
            }

            bool down = error.Problem == CaptureProblem.InterfaceDown;
            missing = down ? InterfaceState.Down : InterfaceState.Removed;
            Volatile.Write(ref problem, down
                ? $"The interface '{name}' is back, but down. The capture on it goes on when it is up."
                : $"The interface '{name}' was removed. The capture on it goes on when it is back.");
            return false;
        }

        lock (make)
        {
            source = opened;
            missing = InterfaceState.Up;
            Volatile.Write(ref problem, null);
        }

        return true;
    }

    private static PacketSourceCounters Sum(PacketSourceCounters left, PacketSourceCounters right) => new()
    {
        Packets = left.Packets + right.Packets,
        Bytes = left.Bytes + right.Bytes,
        KernelDrops = left.KernelDrops + right.KernelDrops,
        InterfaceDrops = left.InterfaceDrops + right.InterfaceDrops,
    };

    /// <summary>Packets of another link type would be taken for what the ring's files say that the interface has.</summary>
    private sealed class SameKind(string name, IPacketSink inner, IReadOnlyList<PacketInterface> known) : IPacketSink
    {
        public bool OnPacket(in RawPacket packet) => packet.LinkType == known[packet.InterfaceIndex].LinkType
            ? inner.OnPacket(packet)
            : throw new CaptureException(
                CaptureProblem.Other,
                $"The interface '{name}' came back as one of another kind (link type {packet.LinkType}).",
                "Start a new capture on it.");

        public bool OnTick(long nowNs) => inner.OnTick(nowNs);
    }
}
