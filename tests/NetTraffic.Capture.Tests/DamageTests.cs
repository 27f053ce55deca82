using CsCheck;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>Files that end too early or whose bytes were changed.</summary>
public sealed class DamageTests
{
    private static readonly TestPacket[] Packets =
        [new(1_000_000, 60, 1, 0, [1, 2, 3]), new(2_000_000, 70, 1, 0, []), new(3_000_000, 80, 1, 0, [4, 5, 6, 7]),
            new(4_000_000, 90, 1, 0, new byte[40])];

    private static readonly byte[][] Magics =
        [[0xD4, 0xC3, 0xB2, 0xA1], [0xA1, 0xB2, 0x3C, 0x4D], [0x0A, 0x0D, 0x0D, 0x0A], [0x1F, 0x8B, 8, 0]];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_pcap_file_cut_anywhere_gives_the_packets_before_the_cut_and_names_where_the_cut_record_begins(bool compressed)
    {
        byte[] file = PcapBytes.Write(Packets, 1);
        List<int> edges = [PcapBytes.HeaderLength];
        edges.AddRange(Packets.Select((_, i) => PcapBytes.HeaderLength + Packets.Take(i + 1)
            .Sum(packet => PcapBytes.RecordHeaderLength + packet.Data.Length)));
        AssertCutAnywhere(file, edges, edges.Count - 1, compressed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_pcapng_file_cut_anywhere_gives_the_packets_before_the_cut_and_names_where_the_cut_block_begins(bool compressed)
    {
        PcapngBytes file = new PcapngBytes().Section();
        List<int> edges = [file.ToArray().Length];
        file.Custom(0xBAD, [1, 2, 3, 4, 5, 6]);
        edges.Add(file.ToArray().Length);
        file.Interface(1, "eth0");
        edges.Add(file.ToArray().Length);
        foreach (TestPacket packet in Packets)
        {
            file.Enhanced(0, (ulong)(packet.TimestampNs / 1000), packet.Data, packet.WireLength);
            edges.Add(file.ToArray().Length);
        }

        AssertCutAnywhere(file.ToArray(), edges, Packets.Length, compressed);
    }

    [Fact]
    public void Gzip_data_that_ends_too_early_gives_the_packets_before_the_cut()
    {
        List<TestPacket> packets = [.. Enumerable.Range(0, 3000).Select(i => new TestPacket(i * 1000L, 100, 1, 0, Bytes(i)))];
        byte[] packed = CaptureBytes.Gzip(PcapBytes.Write(packets, 1));
        Reading reading = Reading.OfBytes(packed[..(packed.Length / 2)]);
        Assert.NotNull(reading.Damage);
        Assert.InRange(reading.Packets.Count, 500, 2500);
        Assert.True(reading.Packets.Zip(packets).All(pair => pair.First.Same(pair.Second)));
    }

    [Fact]
    public void Gzip_data_whose_checksum_alone_is_wrong_gives_every_packet_and_says_so()
    {
        TestPacket[] packets = [.. Enumerable.Range(0, 20_000)
            .Select(i => new TestPacket(i * 1000L, 60, 1, 0, [.. BitConverter.GetBytes(i), .. new byte[56]]))];
        byte[] packed = CaptureBytes.Gzip(PcapBytes.Write(packets, 1));
        packed[^6] ^= 0xFF;
        Reading reading = Reading.OfBytes(packed);
        reading.AssertSame(packets);
        Assert.NotNull(reading.Damage);
    }

    [Fact]
    public void Gzip_data_with_a_changed_byte_gives_packets_up_to_the_damage_at_least_to_its_block()
    {
        List<TestPacket> packets = [.. Enumerable.Range(0, 3000).Select(i => new TestPacket(i * 1000L, 100, 1, 0, Bytes(i)))];
        byte[] packed = CaptureBytes.Gzip(PcapBytes.Write(packets, 1));
        packed[packed.Length / 2] ^= 0xFF;
        Reading reading = Reading.OfBytes(packed);
        Assert.True(reading.Damage is not null || reading.Packets.Count == packets.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Changed_bytes_of_a_pcap_file_are_never_more_than_a_format_error(bool compressed)
    {
        byte[] file = PcapBytes.Write(Packets, 1);
        AssertSurvivesChanges(file, compressed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Changed_bytes_of_a_pcapng_file_are_never_more_than_a_format_error(bool compressed)
    {
        PcapngBytes file = new PcapngBytes().Section().Interface(1, "eth0", 9, 5, 100).Enhanced(0, 1, [1, 2, 3], 60, comment: true)
            .Simple([1, 2], 2).Obsolete(0, 3, [1], 1)
            .Statistics(0, 4).Append(new PcapngBytes(big: true).Section().Interface(101).Enhanced(0, 1, [1, 2, 3], 60));
        AssertSurvivesChanges(file.ToArray(), compressed);
    }

    [Fact]
    public void Random_bytes_after_a_magic_number_are_never_more_than_a_format_error() =>
        Gen.Select(Gen.Int[0, Magics.Length - 1].Select(which => Magics[which]), Gen.Byte.Array[0, 200])
            .Sample((magic, rest) => { Reading.OfBytes([.. magic, .. rest]); }, iter: 1000);

    [Fact]
    public void A_record_that_claims_gigabytes_costs_no_memory()
    {
        CaptureBytes file = new(big: false);
        file.U32(0xA1B2C3D4).U16(2).U16(4).U32(0).U32(0).U32(262_144).U32(1).U32(0).U32(0).U32(0x7FFF_FFFF).U32(60);
        byte[] content = file.ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Reading reading = Reading.OfBytes(content);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Equal((24L, false), (reading.Damage!.Offset, reading.Damage.Truncated));
    }

    private static void AssertCutAnywhere(byte[] file, List<int> edges, int packets, bool compressed)
    {
        using ScratchFolder folder = new();
        for (int cut = 1; cut <= file.Length; cut++)
        {
            byte[] content = file[..cut];
            Reading reading = Reading.OfFile(folder.Write("cut", compressed ? CaptureBytes.Gzip(content) : content));
            int whole = edges.Count(edge => edge <= cut);
            reading.AssertSame(Packets.Take(Math.Max(0, whole - (edges.Count - packets))));
            if (edges.Contains(cut))
            {
                Assert.Null(reading.Damage);
            }
            else
            {
                Assert.Equal((cut, whole == 0 ? 0 : edges[whole - 1]), (cut, (int)reading.Damage!.Offset));
                Assert.True(reading.Damage.Truncated || cut < 4); // the first bytes alone do not tell a format
            }
        }
    }

    private static void AssertSurvivesChanges(byte[] file, bool compressed) =>
        Gen.Select(Gen.Int[0, file.Length - 1], Gen.Byte).List[1, 6].Sample(
            changes =>
            {
                byte[] changed = [.. file];
                changes.ForEach(change => changed[change.Item1] = change.Item2);
                long before = GC.GetAllocatedBytesForCurrentThread();
                Reading reading = Reading.OfBytes(compressed ? CaptureBytes.Gzip(changed) : changed);
                Assert.InRange(reading.Packets.Count, 0, file.Length / 8);
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 300L << 20);
            },
            iter: 700);

    private static byte[] Bytes(int seed)
    {
        byte[] data = new byte[100];
        new Random(seed).NextBytes(data);
        return data;
    }
}
