using System.Collections.Concurrent;
using NetTraffic.Packets;

namespace NetTraffic.Testing;

/// <summary>
/// A live source whose test says what happens on the interface: packets come, the interface falls and returns, packets are dropped, it
/// disappears. It needs no right to capture. What is asked for happens in order, on the thread that runs the source.
/// </summary>
internal sealed class ScriptedSource : ILiveSource
{
    private const int Ethernet = 1;
    private readonly BlockingCollection<Action<IPacketSink>> script = [];
    private readonly LiveSourceOptions options;
    private PacketSourceCounters counters;
    private bool enough;

    public ScriptedSource(LiveSourceOptions options) => this.options = options;

    /// <summary>What a session asked for.</summary>
    public LiveSourceOptions Options => options;

    /// <summary>What <see cref="Open"/> refuses with, or null.</summary>
    public CaptureException? Refusal { get; init; }

    public bool IsOpen { get; private set; }

    public bool IsDisposed { get; private set; }

    public IReadOnlyList<PacketInterface> Interfaces => [new PacketInterface(options.Interface, Ethernet)];

    public PacketSourceCounters Counters
    {
        get
        {
            lock (script)
            {
                return counters;
            }
        }
    }

    public string? Problem { get; private set; }

    public InterfaceState State { get; private set; }

    public void Open()
    {
        if (Refusal is not null)
        {
            throw Refusal;
        }

        IsOpen = true;
    }

    /// <summary>The frame arrives now.</summary>
    public void Send(byte[] frame) => script.Add(sink =>
    {
        if (enough)
        {
            return;
        }

        RawPacket packet = new(Now(), frame.Length, Ethernet, 0, frame);
        Count(counted => counted with { Packets = counted.Packets + 1, Bytes = counted.Bytes + frame.Length });
        enough = !sink.OnPacket(packet);
    });

    /// <summary>The kernel and the interface drop so many packets more.</summary>
    public void Drop(int byKernel, int byInterface) => script.Add(_ => Count(counted => counted with
    {
        KernelDrops = counted.KernelDrops + byKernel,
        InterfaceDrops = counted.InterfaceDrops + byInterface,
    }));

    /// <summary>The interface goes down, or whatever else keeps packets from coming.</summary>
    public void Fall(string problem, InterfaceState state = InterfaceState.Down) => script.Add(_ => (Problem, State) = (problem, state));

    /// <summary>The interface is up again.</summary>
    public void Return() => script.Add(_ => (Problem, State) = (null, InterfaceState.Up));

    /// <summary>The source cannot go on.</summary>
    public void Fail(Exception error) => script.Add(_ => throw error);

    public void Run(IPacketSink sink, CancellationToken cancellationToken)
    {
        TimeSpan tickEvery = TimeSpan.FromMilliseconds(20);
        while (!enough && !cancellationToken.IsCancellationRequested)
        {
            if (script.TryTake(out Action<IPacketSink>? happens, tickEvery))
            {
                happens(sink);
            }

            enough |= !sink.OnTick(Now());
        }

        // What arrived before the stop is handed over, as from a kernel's buffer.
        while (!enough && script.TryTake(out Action<IPacketSink>? left))
        {
            left(sink);
        }
    }

    public void Dispose() => IsDisposed = true;

    private static long Now() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    private void Count(Func<PacketSourceCounters, PacketSourceCounters> change)
    {
        lock (script)
        {
            counters = change(counters);
        }
    }
}
