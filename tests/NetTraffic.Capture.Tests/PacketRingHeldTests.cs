using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>A ring one of whose files another program has open, as Windows refuses to delete it then.</summary>
public sealed class PacketRingHeldTests : IDisposable
{
    private const int PacketBytes = 1400;
    private readonly ScratchFolder folder = new();

    private string Ring => Path.Combine(folder.Path, "ring");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_held_oldest_file_stays_and_counts_and_the_ring_goes_on_within_its_bound_without_a_loss()
    {
        const int packets = 6000;
        using PacketRing ring = new(Ring, new PacketRingOptions { MaxBytes = PacketRing.SmallestBytes, Wait = true });
        PacketRingAppender appender = ring.AddAppender(Rings.Lan);
        Rings.Add(appender, 300, PacketBytes);
        Assert.True(SpinWait.SpinUntil(() => ring.Counters.Packets > 0, TimeSpan.FromSeconds(10)));
        string oldest = Directory.GetFiles(Ring, "*.pcapng").Order(StringComparer.Ordinal).First();
        using (HeldFiles held = HeldFiles.Hold(oldest))
        {
            Rings.Add(appender, packets, PacketBytes);
            ring.Complete();
            Assert.True(held.Refused > 0);
        }

        Assert.Equal((packets + 300, 0), (ring.Counters.Packets, ring.Counters.LostPackets));
        Assert.Contains(oldest, ring.LastProblem, StringComparison.Ordinal);
        Assert.True(File.Exists(oldest));
        Assert.InRange(Rings.Measure(Ring), 1, PacketRing.SmallestBytes);

        // The held file's packets, then the newest; what was emptied between them is no damage.
        List<int> kept = [.. Rings.Read(Ring).Select(Rings.NumberOf)];
        Assert.Equal(packets - 1, kept[^1]);
        Assert.True(kept.Count > 200);
    }

    [Fact]
    public void When_the_holder_lets_go_the_held_file_goes_and_the_empty_ones_behind_it()
    {
        using PacketRing ring = new(Ring, new PacketRingOptions { MaxBytes = PacketRing.SmallestBytes, Wait = true });
        PacketRingAppender appender = ring.AddAppender(Rings.Lan);
        Rings.Add(appender, 300, PacketBytes);
        Assert.True(SpinWait.SpinUntil(() => ring.Counters.Packets > 0, TimeSpan.FromSeconds(10)));
        string oldest = Directory.GetFiles(Ring, "*.pcapng").Order(StringComparer.Ordinal).First();
        using (HeldFiles held = HeldFiles.Hold(oldest))
        {
            Rings.Add(appender, 3000, PacketBytes);
            Assert.True(SpinWait.SpinUntil(() => held.Refused > 0, TimeSpan.FromSeconds(10)));
        }

        Rings.Add(appender, 3000, PacketBytes);
        ring.Complete();
        Assert.Equal(0, ring.Counters.LostPackets);
        Assert.False(File.Exists(oldest));
        Assert.All(Directory.GetFiles(Ring, "*.pcapng"), path => Assert.NotEqual(0, new FileInfo(path).Length));
    }

    [Fact]
    public void Clearing_a_ring_leaves_and_names_what_is_held()
    {
        Rings.Write(Ring, new PacketRingOptions { MaxBytes = PacketRing.SmallestBytes }, [Rings.Lan],
            Enumerable.Range(0, 600).Select(i => Rings.Numbered(i, 1, 2, PacketBytes, i)));
        string[] files = [.. Directory.GetFiles(Ring, "*.pcapng").Order(StringComparer.Ordinal)];
        Assert.True(files.Length > 2);
        List<string> named = [];
        using (HeldFiles.Hold(files[1]))
        {
            PacketRingFolder.Clear(Ring, long.MaxValue, whatIf: false, keepNewest: false, named);
            Assert.Equal([files[1]], named);
        }

        Assert.Equal(files[1..], Directory.GetFiles(Ring, "*.pcapng").Order(StringComparer.Ordinal));
        named.Clear();
        PacketRingFolder.Clear(Ring, long.MaxValue, whatIf: false, keepNewest: false, named);
        Assert.Empty(named);
        Assert.False(Directory.Exists(Ring));
    }
}
