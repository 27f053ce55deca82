using NetTraffic.Packets;
using NetTraffic.Store;
using NetTraffic.Testing;

namespace NetTraffic.Influx.Tests;

/// <summary>A real store with random rows, and what they add up to.</summary>
internal sealed class StoreOfRows : IDisposable
{
    public static readonly DateTime Begin = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    private readonly ScratchFolder folder = new();
    private readonly Random random = new(3);

    public StoreOfRows() => Store = new TrafficStore(folder.Path);

    public TrafficStore Store { get; }

    public string Path => folder.Path;

    /// <summary>Packets, bytes and flows of everything stored so far.</summary>
    public (long Packets, long Bytes, long Flows) Totals { get; private set; }

    /// <summary>Stores rows as a capture of its own.</summary>
    public void Add(int rows, int segmentRows = 50, int addresses = 300, string[]? interfaces = null, string sensor = "probe",
        TimeSpan? within = null)
    {
        interfaces ??= ["eth0", "evil, =\" \u001b[31m"];
        long begin = (Begin - DateTime.UnixEpoch).Ticks / 10;
        long width = (long)(within ?? TimeSpan.FromMinutes(50)).TotalMicroseconds;
        FlowRow[] made = new FlowRow[rows];
        for (int i = 0; i < rows; i++)
        {
            long time = begin + random.NextInt64(width);
            bool ip = random.Next(20) > 0;
            made[i] = new FlowRow
            {
                FlowId = (ulong)random.NextInt64(),
                TimeUs = time,
                StartTimeUs = random.Next(4) == 0 ? time - 1_000_000 : time,
                EndTimeUs = time + random.Next(4_000_000),
                IpVersion = (byte)(ip ? 4 : 0),
                IpProtocol = (byte)(ip ? 6 : 0),
                EtherType = (ushort)(ip ? 0x0800 : 0x0806),
                Source = ip ? IpAddress128.FromIPv4(0x0A000000u + (uint)random.Next(addresses)) : default,
                Destination = ip ? IpAddress128.FromIPv4(0x0A000000u + (uint)random.Next(addresses)) : default,
                SourcePort = 40000,
                DestinationPort = (ushort)(random.Next(2) == 0 ? 443 : 53),
                SourcePackets = random.Next(100),
                DestinationPackets = random.Next(100),
                SourceBytes = random.Next(100_000),
                DestinationBytes = random.Next(100_000),
                InterfaceIndex = (ushort)random.Next(interfaces.Length),
                VlanId = DecodedPacket.NoVlan,
            };
            Totals = (Totals.Packets + made[i].SourcePackets + made[i].DestinationPackets,
                Totals.Bytes + made[i].SourceBytes + made[i].DestinationBytes,
                Totals.Flows + (made[i].TimeUs == made[i].StartTimeUs ? 1 : 0));
        }

        using ICaptureWriter writer = Store.CreateCapture(new CaptureStatus { Name = "test", Sensor = sensor },
            new CaptureWriterOptions { MaxSegmentRows = segmentRows });
        writer.Write(made, interfaces);
        foreach (string name in interfaces)
        {
            writer.Write(new CaptureInterval
            {
                CaptureId = writer.Status.CaptureId,
                Sensor = sensor,
                Interface = name,
                Time = Begin,
                EndTime = Begin.AddSeconds(5),
                Packets = 7,
                KernelDrops = 1
            });
        }

        writer.Complete(CaptureState.Completed, null);
        Assert.Null(writer.WriteProblem);
    }

    /// <summary>Stores a capture with numbers of these intervals, and no flows.</summary>
    public void AddIntervals(long packets, params DateTime[] times)
    {
        using ICaptureWriter writer =
            Store.CreateCapture(new CaptureStatus { Name = "test", Sensor = "probe" }, new CaptureWriterOptions());
        foreach (DateTime time in times)
        {
            writer.Write(new CaptureInterval
            {
                CaptureId = writer.Status.CaptureId,
                Sensor = "probe",
                Interface = "eth0",
                Time = time,
                EndTime = time.AddSeconds(5),
                Packets = packets
            });
        }

        writer.Complete(CaptureState.Completed, null);
        Assert.Null(writer.WriteProblem);
    }

    /// <summary>Makes all segments older, so that hours count as closed.</summary>
    public void Age(TimeSpan by)
    {
        foreach (string file in Directory.GetFiles(Path, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file) - by);
        }
    }

    public InfluxForwarder Forwarder(InfluxTarget target, ForwarderOptions? options = null) =>
        InfluxForwarder.TryOpen(Store.Segments, target, options ?? new ForwarderOptions(),
            new InfluxWriterOptions { RetryBase = TimeSpan.FromMilliseconds(20), RetryCap = TimeSpan.FromMilliseconds(200) })
        ?? throw new InvalidOperationException("Somebody else has the lease.");

    public void Dispose()
    {
        Store.Dispose();
        folder.Dispose();
    }
}
