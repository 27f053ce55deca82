using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NetTraffic.Capture.Native;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// A live interface through libpcap. The callback hands each packet on from the kernel's ring; nothing is copied or allocated for it.
/// On Linux a packet over the loopback interface is seen once on "lo" (outgoing copies are left out by libpcap).
/// </summary>
public sealed unsafe class LiveSource : ILiveSource
{
    private const int DispatchPackets = 16_384;
    private const long TickNs = 100_000_000;
    private const long WatchNs = 1_000_000_000;
    private const int ProblemMilliseconds = 1000;
    private readonly LiveSourceOptions options;
    private readonly Lock closing = new();
    private nint handle;
    private int descriptor = -1;
    private int linkType;
    private bool nanoseconds;
    private long packets;
    private long bytes;
    private long kernelDrops;
    private long interfaceDrops;
    private uint lastDropped;
    private uint lastInterfaceDropped;
    private string? problem;
    private long watchedNs;
    private long problemSince;
    private bool readFailed;

    /// <summary>Makes a source that is not open yet.</summary>
    public LiveSource(LiveSourceOptions options) => this.options = options;

    /// <inheritdoc/>
    public IReadOnlyList<PacketInterface> Interfaces => [new PacketInterface(options.Interface, linkType)];

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
    public void Open()
    {
        InterfaceCatalog.RequireLibrary();
        byte* errorBuffer = stackalloc byte[LibPcap.ErrorBufferSize];
        *errorBuffer = 0;
        handle = LibPcap.Create(options.Interface, errorBuffer);
        if (handle == 0)
        {
            throw new CaptureException(CaptureProblem.Other, $"libpcap cannot open '{options.Interface}': {LibPcap.Text(errorBuffer)}");
        }

        try
        {
            _ = LibPcap.SetSnapLength(handle, options.SnapLength);
            _ = LibPcap.SetPromiscuous(handle, options.Promiscuous ? 1 : 0);
            _ = LibPcap.SetTimeout(handle, Math.Max(1, (int)options.ReadTimeout.TotalMilliseconds));
            _ = LibPcap.SetBufferSize(handle, options.BufferSize);
            _ = LibPcap.SetTimestampPrecision(handle, 1);
            int status = LibPcap.Activate(handle);
            if (status < 0)
            {
                throw CaptureErrors.FromActivate(status, options.Interface, LibPcap.Text(LibPcap.GetError(handle)));
            }

            const int linuxSll = 113, linuxSll2 = 276;
            if (LibPcap.DataLink(handle) == linuxSll)
            {
                // Version 2 says which interface; where libpcap is too old for it, version 1 stays.
                _ = LibPcap.SetDataLink(handle, linuxSll2);
            }

            linkType = LinkTypeNumbers.FromDlt(LibPcap.DataLink(handle));
            nanoseconds = LibPcap.GetTimestampPrecision(handle) == 1;
            SetFilter();
            WaitOurselves();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Run(IPacketSink sink, CancellationToken cancellationToken)
    {
        if (handle == 0)
        {
            Open();
        }

        Loop loop = new(this, sink);
        GCHandle self = GCHandle.Alloc(loop);
        using CancellationTokenRegistration registration = cancellationToken.Register(BreakLoop);
        try
        {
            long nextTick = 0;
            while (!cancellationToken.IsCancellationRequested && !loop.Stopped)
            {
                WaitForPackets();
                int count = LibPcap.Dispatch(handle, DispatchPackets, &OnPacket, GCHandle.ToIntPtr(self));
                loop.Publish();
                loop.ThrowFailure();
                readFailed = count < 0 && count != LibPcap.Break;
                if (readFailed)
                {
                    Wait(cancellationToken);
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

            if (!loop.Stopped)
            {
                // What arrived before the stop may still lie in a block that the kernel has not handed over. The first call only takes the break back.
                _ = LibPcap.Dispatch(handle, DispatchPackets, &OnPacket, GCHandle.ToIntPtr(self));
                WaitForPackets();
                _ = LibPcap.Dispatch(handle, DispatchPackets, &OnPacket, GCHandle.ToIntPtr(self));
                loop.Publish();
                loop.ThrowFailure();
            }

            ReadStatistics();
        }
        finally
        {
            self.Free();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (closing)
        {
            if (handle != 0)
            {
                LibPcap.Close(handle);
                handle = 0;
            }
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnPacket(nint user, byte* header, byte* data)
    {
        Loop loop = Unsafe.As<Loop>(GCHandle.FromIntPtr(user).Target!);
        if (loop.Stopped)
        {
            return;
        }

        // struct pcap_pkthdr: struct timeval (two longs; 32 bits each on Windows), captured length, wire length.
        long seconds = OperatingSystem.IsWindows() ? *(int*)header : *(long*)header;
        long fraction = OperatingSystem.IsWindows() ? *(int*)(header + 4) : OperatingSystem.IsMacOS() ? *(int*)(header + 8) : *(long*)(header + 8);
        uint* lengths = (uint*)(header + (OperatingSystem.IsWindows() ? 8 : 16));
        loop.Take(seconds, fraction, (int)lengths[0], (int)lengths[1], data);
    }

    // libpcap's own wait has no end on a quiet wire (TPACKET_V3 wakes it only for packets), and time must pass there too.
    private void WaitOurselves()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        byte* errorBuffer = stackalloc byte[LibPcap.ErrorBufferSize];
        if (LibPcap.SetNonBlocking(handle, 1, errorBuffer) != 0)
        {
            throw new CaptureException(CaptureProblem.Other, $"libpcap cannot watch '{options.Interface}': {LibPcap.Text(errorBuffer)}");
        }

        descriptor = LibPcap.GetSelectableFileDescriptor(handle);
    }

    private void WaitForPackets()
    {
        if (descriptor >= 0)
        {
            const short readable = 1;
            LibPcap.PollDescriptor waited = new() { FileDescriptor = descriptor, Events = readable };
            _ = LibPcap.Poll(&waited, 1, Math.Max(1, (int)options.ReadTimeout.TotalMilliseconds));
        }
    }

    private void SetFilter()
    {
        if (string.IsNullOrWhiteSpace(options.Filter))
        {
            return;
        }

        CaptureErrors.RefuseNul(options.Filter);
        LibPcap.BpfProgram program = default;
        const uint unknownNetmask = 0xFFFFFFFF;
        if (LibPcap.Compile(handle, &program, options.Filter, 1, unknownNetmask) != 0)
        {
            throw CaptureErrors.BadFilter(options.Filter, LibPcap.Text(LibPcap.GetError(handle)));
        }

        int status = LibPcap.SetFilter(handle, &program);
        LibPcap.FreeCode(&program);
        if (status != 0)
        {
            throw CaptureErrors.BadFilter(options.Filter, LibPcap.Text(LibPcap.GetError(handle)));
        }
    }

    // The interface went down: its socket delivers again as soon as it is up. It disappeared: that is the end.
    private void Wait(CancellationToken cancellationToken)
    {
        string message = LibPcap.Text(LibPcap.GetError(handle));
        if (!InterfaceCatalog.Exists(options.Interface))
        {
            throw new CaptureException(CaptureProblem.UnknownInterface, $"The interface '{options.Interface}' disappeared ({message}).", "Start a new capture when it is back.");
        }

        SetProblem(message);
        cancellationToken.WaitHandle.WaitOne(200);
    }

    // libpcap from 1.10 on waits for an interface that is down without a word.
    private void WatchInterface(long now)
    {
        if (Math.Abs(now - watchedNs) < WatchNs)
        {
            return;
        }

        watchedNs = now;
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

    private void BreakLoop()
    {
        lock (closing)
        {
            if (handle != 0)
            {
                LibPcap.BreakLoop(handle);
            }
        }
    }

    private void ReadStatistics()
    {
        LibPcap.PcapStats stats;
        if (LibPcap.Stats(handle, &stats) != 0)
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
        private readonly long unit = source.nanoseconds ? 1 : 1000;
        private readonly int linkType = source.linkType;
        private long packets = source.packets;
        private long bytes = source.bytes;

        public bool Stopped { get; private set; }

        private Exception? failure;

        public void Take(long seconds, long fraction, int captured, int wire, byte* data)
        {
            RawPacket packet = new((seconds * 1_000_000_000) + (fraction * unit), wire, linkType, 0, new ReadOnlySpan<byte>(data, captured));
            packets++;
            bytes += wire;
            try
            {
                if (sink.OnPacket(packet))
                {
                    return;
                }
            }
#pragma warning disable CA1031 // An exception must not cross libpcap's frames: it is carried around them and thrown again in Run.
            catch (Exception error)
#pragma warning restore CA1031
            {
                failure = error;
            }

            Stopped = true;
            LibPcap.BreakLoop(source.handle);
        }

        public void ThrowFailure()
        {
            if (failure is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
            }
        }

        public void Publish()
        {
            Volatile.Write(ref source.packets, packets);
            Volatile.Write(ref source.bytes, bytes);
        }
    }
}
