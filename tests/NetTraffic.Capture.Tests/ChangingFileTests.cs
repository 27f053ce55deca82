using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>Files that grow, or become shorter, while they are read.</summary>
public sealed class ChangingFileTests : IDisposable
{
    private const int Record = 16 + 60;
    private static readonly TestPacket[] Packets =
        [.. Enumerable.Range(0, 40_000).Select(i => new TestPacket(i * 1_000_000L, 60, 1, 0, new byte[60]))]; // several reads

    private readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void What_is_appended_meanwhile_is_read_too(int torn)
    {
        string path = folder.Write("growing.pcap", PcapBytes.Write(Packets, 1));
        byte[] more = PcapBytes.Write(Packets.Take(1000), 1)[24..];
        (long read, PacketSourceCounters counters, CaptureFormatException? damage) = Read(path, () =>
        {
            using FileStream file = new(path, FileMode.Append);
            file.Write(more.AsSpan(0, more.Length - torn));
        });
        Assert.Equal((Packets.Length + (torn == 0 ? 1000 : 999), torn == 0), (read, damage is null));
        Assert.Equal((new FileInfo(path).Length, new FileInfo(path).Length), (counters.Position, counters.Length));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_file_that_becomes_shorter_gives_what_was_read_and_says_so(int torn)
    {
        string path = folder.Write("shrinking.pcap", PcapBytes.Write(Packets, 1));
        long length = new FileInfo(path).Length;
        (long read, _, CaptureFormatException? damage) = Read(path, () =>
        {
            using FileStream file = new(path, FileMode.Open);
            file.SetLength(24 + (20_000 * Record) + torn);
        });
        Assert.Equal((20_000, true), (read, damage!.Truncated));
        Assert.Contains($"it had {length} bytes", damage.Message, StringComparison.Ordinal);
    }

    /// <summary>Reads a file that something happens to at its first packet.</summary>
    private static (long Packets, PacketSourceCounters Counters, CaptureFormatException? Damage) Read(string path, Action change)
    {
        Changer sink = new(change);
        using CaptureFileSource source = CaptureFileSource.Open(path);
        CaptureFormatException? damage = null;
        try
        {
            source.Run(sink, TestContext.Current.CancellationToken);
        }
        catch (CaptureFormatException thrown)
        {
            damage = thrown;
        }

        return (sink.Packets, source.Counters, damage);
    }

    private sealed class Changer(Action change) : IPacketSink
    {
        public long Packets { get; private set; }

        public bool OnPacket(in RawPacket packet)
        {
            if (Packets++ == 0)
            {
                change();
            }

            return true;
        }

        public bool OnTick(long nowNs) => true;
    }
}
