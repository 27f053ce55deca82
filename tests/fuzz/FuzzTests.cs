using NetTraffic.Packets;

namespace NetTraffic.Fuzz.Tests;

/// <summary>The loops, run shortly; tests/fuzz/long.sh runs them at length.</summary>
public sealed class FuzzTests
{
    [Fact]
    public void Any_packet_is_decoded_described_and_counted() => new PacketLoop().Run(Budget.Seed, Budget.First, Budget.Packets);

    [Fact]
    public void Any_file_is_read_or_refused() => new FileLoop().Run(Budget.Seed, Budget.First, Budget.Files);

    [Fact]
    public void No_damaged_store_gives_another_total_without_a_word() => new StoreLoop().Run(Budget.Seed, Budget.First, Budget.Stores);
}

/// <summary>A loop that finds nothing in a reader that is wrong would be worth nothing.</summary>
public sealed class Loops_can_fail
{
    [Fact]
    public void Packets_that_throw_are_found() =>
        Assert.Throws<InvalidOperationException>(() => new PacketLoop
        {
            Also = bytes =>
            {
                if (bytes.Length > 12 && bytes[12] == 0xFF)
                {
                    throw new ArithmeticException();
                }
            },
        }.Run(1, 0, 50_000));

    [Fact]
    public void Packets_that_take_memory_are_found() =>
        Assert.Throws<InvalidOperationException>(() => new PacketLoop { Also = bytes => GC.KeepAlive(new byte[2 << 20]) }.Run(1, 0, 10));

    [Fact]
    public void Files_that_break_their_reader_are_found() =>
        Assert.Throws<InvalidOperationException>(() => new FileLoop
        {
            Read = path =>
            {
                try
                {
                    FileLoop.Packets(path, int.MaxValue);
                }
                catch (CaptureFormatException)
                {
                    throw new OverflowException();
                }
            },
        }.Run(1, 0, 100));

    [Fact]
    public void Totals_that_change_without_a_word_are_found() =>
        Assert.Throws<InvalidOperationException>(() => new StoreLoop
        {
            Ask = path => StoreLoop.AskStore(path) with { Said = false },
        }.Run(1, 0, 60));
}
