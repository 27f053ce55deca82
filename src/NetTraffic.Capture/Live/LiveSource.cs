using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using NetTraffic.Capture.Native;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// A live interface. SharpPcap opens it; the loop that receives is ours: it hands each packet on from the kernel's ring, and nothing is
/// copied or allocated for it. On Linux a packet over the loopback interface is seen once on "lo" (libpcap leaves out outgoing copies).
/// </summary>
public sealed unsafe class LiveSource : ILiveSource
{
    private const int DispatchPackets = 16_384;
    private const long TickNs = 100_000_000;
    private const long WatchNs = 1_000_000_000;
    private const int ProblemMilliseconds = 1000;
    private readonly LiveSourceOptions options;
    private LiveDevice? device;
    private long packets;
    private long bytes;
    private long kernelDrops;
    private long interfaceDrops;
    private uint lastDropped;
    private uint lastInterfaceDropped;
    private string? problem;
    private long problemSince;
    private long watchedNs;
    private bool readFailed;
    private uint number;

    /// <summary>Makes a source that is not open yet.</summary>
    public LiveSource(LiveSourceOptions options) => this.options = options;

    /// <inheritdoc/>
    public IReadOnlyList<PacketInterface> Interfaces => [new PacketInterface(options.Interface, device?.PacketLinkType ?? 0)];

    /// <inheritdoc/>
    public PacketSourceCounters Counters => new()
    {
        Packets = Volatile.Read(ref packets),
        Bytes = Volatile.Read(ref bytes),
        KernelDrops = Volatile.Read(ref kernelDrops),
        InterfaceDrops = Volatile.Read(ref interfaceDrops),
    };

    /// <inheritdoc/>
    public string? Problem => Volatile.Read(ref problem);

    /// <inheritdoc/>
    public InterfaceState State => Problem is null ? InterfaceState.Up : InterfaceState.Down;

    /// <inheritdoc/>
    public void Open()
    {
        number = InterfaceCatalog.NumberOf(options.Interface);
        device = LiveDevice.Open(InterfaceCatalog.Find(options.Interface), options);
    }

    /// <inheritdoc/>
    public void Run(IPacketSink sink, CancellationToken cancellationToken)
    {
        if (device is null)
        {
            Open();
        }

        Loop loop = new(this, sink);
        GCHandle self = GCHandle.Alloc(loop);
        try
        {
            long nextTick = 0;
            while (!cancellationToken.IsCancellationRequested && !loop.Stopped)
            {
                device!.WaitForPackets();
                readFailed = Receive(loop, self) < 0;
                if (readFailed)
                {
                    WaitForInterface(cancellationToken);
                }

                long now = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
                if (now - nextTick >= 0 || nextTick - now > 2 * TickNs)
                {
                    nextTick = now + TickNs;
                    ReadStatistics();
                    WatchInterface(now);
                    if (!sink.OnTick(now))
                    {
                        break;
                    }
                }
            }

            ReceiveRest(loop, self);
            ReadStatistics();
        }
        finally
        {
            self.Free();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => device?.Dispose();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnPacket(nint user, byte* header, byte* data) =>
        Unsafe.As<Loop>(GCHandle.FromIntPtr(user).Target!).Take(header, data);

    /// <summary>Hands on what the kernel has now; the number of packets, negative where libpcap fails.</summary>
    private int Receive(Loop loop, GCHandle self)
    {
        int count = PcapNative.Dispatch(device!.Handle, DispatchPackets, &OnPacket, GCHandle.ToIntPtr(self));
        loop.Publish();
        loop.ThrowFailure();
        return count;
    }

    // What arrived before the stop still lies in the kernel's buffer, the last of it in a block that is handed over when it is full or a
    // read time-out old. So many rounds empty any buffer, and end where packets come faster than they are taken.
    private void ReceiveRest(Loop loop, GCHandle self)
    {
        const int rounds = 64;
        if (!loop.Stopped)
        {
            device!.WaitForPackets();
        }

        for (int round = 0; round < rounds && !loop.Stopped && Receive(loop, self) > 0; round++)
        {
        }
    }

    // An interface that went down delivers again on the same socket as soon as it is up.
    private void WaitForInterface(CancellationToken cancellationToken)
    {
        string message = device!.LastError;
        ThrowIfRemoved();
        SetProblem(message);
        cancellationToken.WaitHandle.WaitOne(200);
    }

    // One that was removed does not come back on the same socket: what has its name now is another one, with another number.
    private void ThrowIfRemoved()
    {
        if (InterfaceCatalog.NumberOf(options.Interface) != number
            || (number == 0 && readFailed && !InterfaceCatalog.Exists(options.Interface)))
        {
            throw CaptureErrors.Removed(options.Interface);
        }
    }

    // libpcap from 1.10 on waits for an interface that is down without a word.
    private void WatchInterface(long now)
    {
        if (Math.Abs(now - watchedNs) < WatchNs)
        {
            return;
        }

        watchedNs = now;
        ThrowIfRemoved();
        if (InterfaceCatalog.IsDown(options.Interface))
        {
            SetProblem("the interface is down");
        }
        else if (!readFailed && Environment.TickCount64 - problemSince >= ProblemMilliseconds)
        {
            problem = null;
        }
    }

    private void SetProblem(string message)
    {
        if (problem is null)
        {
            problemSince = Environment.TickCount64;
            problem = $"No packets from '{options.Interface}': {message}. The capture goes on when it is up again.";
        }
    }

    private void ReadStatistics()
    {
        PcapNative.PcapStats stats;
        if (PcapNative.Stats(device!.Handle, &stats) != 0)
        {
            return;
        }

        // The counters have 32 bits: what counts is the difference.
        kernelDrops += stats.Dropped - lastDropped;
        interfaceDrops += stats.InterfaceDropped - lastInterfaceDropped;
        lastDropped = stats.Dropped;
        lastInterfaceDropped = stats.InterfaceDropped;
    }

    /// <summary>What the callback needs, in one object that native code can point to.</summary>
    private sealed class Loop(LiveSource source, IPacketSink sink)
    {
        private readonly long unit = source.device!.HasNanoseconds ? 1 : 1000;
        private readonly int linkType = source.device!.PacketLinkType;
        private long packets = source.packets;
        private long bytes = source.bytes;
        private Exception? failure;

        /// <summary>The sink wants no more. What libpcap hands over until its call returns is passed by.</summary>
        public bool Stopped { get; private set; }

        public void Take(byte* header, byte* data)
        {
            if (Stopped)
            {
                return;
            }

            long time = (PcapNative.PacketHeader.Seconds(header) * 1_000_000_000) + (PcapNative.PacketHeader.Fraction(header) * unit);
            int wire = PcapNative.PacketHeader.WireLength(header);
            RawPacket packet = new(time, wire, linkType, 0, new ReadOnlySpan<byte>(data, PcapNative.PacketHeader.CapturedLength(header)));
            packets++;
            bytes += wire;
            try
            {
                Stopped = !sink.OnPacket(packet);
            }
#pragma warning disable CA1031 // An exception must not cross libpcap's frames: it is carried around them and thrown again in Receive.
            catch (Exception error)
#pragma warning restore CA1031
            {
                failure = error;
                Stopped = true;
            }
        }

        public void ThrowFailure()
        {
            if (failure is not null)
            {
                ExceptionDispatchInfo.Throw(failure);
            }
        }

        public void Publish()
        {
            Volatile.Write(ref source.packets, packets);
            Volatile.Write(ref source.bytes, bytes);
        }
    }
}
