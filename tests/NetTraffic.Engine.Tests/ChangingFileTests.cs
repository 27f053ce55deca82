using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>
/// Files that grow or become shorter while they are imported. What happens when is chance; what is true of the counts afterwards is not.
/// </summary>
public sealed class ChangingFileTests : IDisposable
{
    private const int PacketCount = 400_000;
    private static readonly byte[] Content = PcapBytes.Write(
        Enumerable.Range(0, PacketCount).Select(i => new TestPacket(i * 1_000_000L, 60, 1, 0, Frame(i))), 1);

    private readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task SkipKnown_takes_the_rest_of_a_file_that_grew_while_it_was_imported()
    {
        string path = folder.Write("growing.pcap", Content.AsSpan(0, Content.Length / 2));
        Task growing = Task.Run(() =>
        {
            // Torn anywhere, as a program writes that fills its buffer.
            for (int at = Content.Length / 2, step = 100_001; at < Content.Length; at += step)
            {
                using FileStream file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
                file.Write(Content.AsSpan(at, Math.Min(step, Content.Length - at)));
            }
        });
        ImportResult during = Import(path);
        await growing;
        Assert.InRange(during.Packets, (PacketCount / 2) - 1, PacketCount);
        Assert.Equal(during.Packets, Stored());
        ImportResult rest = Import(path);
        Assert.Equal((PacketCount - during.Packets, PacketCount), (rest.Packets, Stored()));
    }

    [Fact]
    public async Task A_file_that_became_shorter_counts_as_it_was_read()
    {
        string path = folder.Write("shrinking.pcap", Content);
        Task cutting = Task.Run(() =>
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.SetLength(Content.Length / 3);
        });
        ImportResult result = Import(path);
        await cutting;
        Assert.Equal(result.Packets, Stored());
        Assert.Equal((result.Complete, result.Complete), (result.Packets == PacketCount, result.Message is null));
    }

    private static byte[] Frame(int number) => Frames.Ethernet(0x0800,
        Frames.IPv4("192.0.2.1", "192.0.2.2", 17, Frames.Udp(1000 + (number % 50_000), 2000, new byte[18])));

    private ImportResult Import(string path) => TrafficEngine.Import(
        new ImportRequest { Path = path, StorePath = Path.Combine(folder.Path, "store"), SkipKnown = true }, null, CancellationToken.None);

    private long Stored()
    {
        using ITrafficStore store = TrafficEngine.OpenStore(Path.Combine(folder.Path, "store"));
        return store.GetSummary(new TrafficFilter(), CancellationToken.None).Packets;
    }
}
