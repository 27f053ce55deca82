using System.Runtime.InteropServices;
using NetTraffic.Capture;
using NetTraffic.Decode;
using NetTraffic.Flows;
using NetTraffic.Packets;
using SharpPcap;
using SharpPcap.LibPcap;

namespace NetTraffic.Benchmarks;

/// <summary>
/// Processor time of a thread that receives packets of an interface, decodes them and puts them into a flow table: with our receive loop,
/// or with
/// SharpPcap's, which raises an event for each packet. tests/bench/receive-loop.sh sends the packets.
/// </summary>
internal static partial class ReceiveLoop
{
    private const int BufferBytes = 64 << 20, QuietMilliseconds = 3000;

    /// <summary>Receives so many packets, or until none came for 3 s, and prints what each has cost.</summary>
    /// <param name="loop">ours or event.</param>
    /// <param name="device">Name of the interface.</param>
    /// <param name="ready">A file that is made when it listens.</param>
    /// <param name="most">Packets to receive.</param>
    public static int Run(string loop, string device, string ready, long most)
    {
        // A thread of its own: its processor time and its allocations are those of the loop.
        Thread thread = new(() => Measure(loop, device, ready, most));
        thread.Start();
        thread.Join();
        return 0;
    }

    private static void Measure(string loop, string device, string ready, long most)
    {
        Sink sink = new(most);
        long allocated, used;
        if (loop == "ours")
        {
            using LiveSource source = new(new LiveSourceOptions { Interface = device, BufferSize = BufferBytes });
            source.Open();
            File.WriteAllText(ready, "");
            (allocated, used) = (GC.GetAllocatedBytesForCurrentThread(), ThreadNanoseconds());
            source.Run(sink, CancellationToken.None);
        }
        else
        {
            using StoppableDevice opened = new(PcapInterface.GetAllPcapInterfaces().First(one => one.Name == device));
            opened.Open(new DeviceConfiguration { Snaplen = 262144, ReadTimeout = 100, BufferSize = BufferBytes });
            opened.OnPacketArrival += (_, arrived) =>
            {
                long time = (long)(arrived.Header.Timeval.Value * 1_000_000_000m);
                sink.OnPacket(new RawPacket(time, (int)((PcapHeader)arrived.Header).PacketLength, 1, 0, arrived.Data));
            };
            using Timer watch = new(
                _ =>
                {
                    if (!sink.Wants)
                    {
                        opened.Stop();
                    }
                },
                null, 100, 100);
            File.WriteAllText(ready, "");
            (allocated, used) = (GC.GetAllocatedBytesForCurrentThread(), ThreadNanoseconds());
            opened.Capture();
        }

        sink.HandOn();
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        used = ThreadNanoseconds() - used;
        double each = Math.Max(1, sink.Packets);
        string costs = FormattableString.Invariant($"{used / each:0} ns and {allocated / each:0.0} bytes allocated a packet");
        Console.WriteLine($"{loop}: {sink.Packets} packets, {costs}");
    }

    private static unsafe long ThreadNanoseconds()
    {
        const int threadCpuTime = 3;
        long* time = stackalloc long[2];
        _ = GetTime(threadCpuTime, time);
        return (time[0] * 1_000_000_000) + time[1];
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static unsafe partial int GetTime(int clock, long* time);

    /// <summary>Capture, which runs on the caller's thread, is ended by this alone.</summary>
    private sealed class StoppableDevice(PcapInterface device) : LibPcapLiveDevice(device)
    {
        public void Stop() => threadCancellationTokenSource.Cancel();
    }

    private sealed class Sink : IPacketSink, IFlowRowSink
    {
        private readonly PacketDecoder decoder = new();
        private readonly DecodedPacket[] packets = new DecodedPacket[256];
        private readonly FlowTable table;
        private readonly long most;
        private long lastPackets;
        private long lastChange = Environment.TickCount64;
        private int count;

        public Sink(long most)
        {
            this.most = most;
            table = new FlowTable(new FlowOptions(), this);
        }

        public long Packets { get; private set; }

        /// <summary>Whether packets are missing, and may still come.</summary>
        public bool Wants
        {
            get
            {
                if (Packets != lastPackets || Packets == 0)
                {
                    (lastPackets, lastChange) = (Packets, Environment.TickCount64);
                }

                return Packets < most && Environment.TickCount64 - lastChange < QuietMilliseconds;
            }
        }

        public bool OnPacket(in RawPacket packet)
        {
            Packets++;
            decoder.Decode(packet, out packets[count++]);
            if (count == packets.Length)
            {
                HandOn();
            }

            return true;
        }

        public bool OnTick(long nowNs)
        {
            HandOn();
            return Wants;
        }

        public void HandOn()
        {
            table.Add(packets.AsSpan(0, count));
            count = 0;
        }

        public void OnRow(in FlowRow row)
        {
        }
    }
}
