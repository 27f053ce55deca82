using System.Buffers.Binary;
using System.Security.Cryptography;
using CsCheck;
using NetTraffic.Enrichment.Ranges;
using NetTraffic.Testing;

namespace NetTraffic.Enrichment.Tests.Ranges;

public sealed class RangeTableFileTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    // Long enough for a truncation at every 97th byte to meet each part.
    private static readonly RangeTable Sample = Tables.Of(
    [
        .. Enumerable.Range(0, 60).Select(i => ($"198.51.{i}.0/24", $"{64500 + (i % 7)} Network № {i % 7}")),
        .. Enumerable.Range(0, 40).Select(i => ($"2001:db8:{i:x}::/48", $"{64600 + (i % 5)} Six {i % 5}")),
    ]);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_table_comes_back_as_it_was_written()
    {
        RangeTable read = Read(RangeTableFile.Write(Sample));
        Assert.Equal(Sample.Info, read.Info);
        Assert.Equal((Sample.Count, Sample.CountOfIPv4), (read.Count, read.CountOfIPv4));
        Assert.Equal(Sample.Numbers, read.Numbers);
        Assert.Equal(Sample.Texts, read.Texts);
        Assert.Equal("Network № 3", read.At("198.51.10.255"));
        Assert.Equal("Six 1", read.At("2001:db8:1:ffff::1"));
        Assert.Null(read.At("198.51.60.0"));
        Assert.Equal(RangeTableFile.Write(Sample), RangeTableFile.Write(read));
        Assert.Equal(Sample.Info, RangeTableFile.ReadInfo(folder.Write("info.ranges", RangeTableFile.Write(Sample))));
    }

    [Fact]
    public void An_empty_table_is_one() => Assert.Equal(0, Read(RangeTableFile.Write(Tables.Of())).Count);

    [Fact]
    public void A_file_that_is_cut_off_is_damaged()
    {
        byte[] whole = RangeTableFile.Write(Sample);
        for (int length = 0; length < whole.Length; length += 97)
        {
            AssertDamaged(whole[..length]);
        }

        AssertDamaged(whole[..^1]);
        AssertDamaged([.. whole, 0]);
    }

    [Fact]
    public void A_bit_that_flipped_is_damage()
    {
        byte[] whole = RangeTableFile.Write(Sample);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Int[0, 7]).Sample((at, bit) =>
        {
            byte[] flipped = [.. whole];
            flipped[at] ^= (byte)(1 << bit);
            AssertDamaged(flipped);
        }, iter: 300, threads: 1);
    }

    /// <summary>Whoever writes a length that no memory has room for can reckon a checksum that fits it too.</summary>
    [Fact]
    public void Lengths_that_make_no_sense_are_refused_before_anything_is_made_of_them()
    {
        byte[] whole = RangeTableFile.Write(Sample);
        int[] edges = [int.MinValue, -1, 0, 1, 0x7FFFFFFF, 0x10000000];
        Gen<int> length = Gen.OneOf(Gen.Int, Gen.Int[0, edges.Length - 1].Select(i => edges[i]));
        Gen.Select(Gen.Int[0, 4], length).Sample(
            (field, value) =>
            {
                byte[] forged = [.. whole];
                BinaryPrimitives.WriteInt32LittleEndian(forged.AsSpan(8 + (4 * field)), value);
                if (!forged.AsSpan().SequenceEqual(whole))
                {
                    long before = GC.GetAllocatedBytesForCurrentThread();
                    AssertDamaged(Signed(forged));
                    Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4L << 20);
                }
            },
            iter: 300, threads: 1);
    }

    [Fact]
    public void What_a_forger_writes_behind_right_lengths_is_a_table_or_damage()
    {
        byte[] whole = RangeTableFile.Write(Sample);
        Gen.Select(Gen.Int[28, whole.Length - 33], Gen.Byte).Array[1, 8].Sample(changes =>
        {
            byte[] forged = [.. whole];
            foreach ((int at, byte value) in changes)
            {
                forged[at] = value;
            }

            try
            {
                RangeTable read = Read(Signed(forged));
                foreach (string address in new[] { "198.51.10.1", "2001:db8:1::1", "0.0.0.0", "255.255.255.255", "::", "ffff::" })
                {
                    read.At(address);
                }
            }
            catch (InvalidDataException)
            {
                // That is the other thing it may be.
            }
        }, iter: 500, threads: 1);
    }

    [Fact]
    public void Something_else_is_no_table()
    {
        AssertDamaged([]);
        AssertDamaged("<html>not found</html>"u8.ToArray());
        AssertDamaged(new byte[4096]);
        Assert.Throws<FileNotFoundException>(() => RangeTableFile.Read(Path.Combine(folder.Path, "none.ranges")));
    }

    private static byte[] Signed(byte[] forged)
    {
        SHA256.HashData(forged.AsSpan(..^32)).CopyTo(forged.AsSpan(^32..));
        return forged;
    }

    private RangeTable Read(byte[] bytes) => RangeTableFile.Read(folder.Write("t.ranges", bytes));

    private void AssertDamaged(byte[] bytes)
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Read(bytes));
        Assert.Contains("t.ranges", error.Message, StringComparison.Ordinal);
    }
}
