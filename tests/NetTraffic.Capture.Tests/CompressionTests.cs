using K4os.Compression.LZ4.Streams;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>Compressed captures, told by their content, as files and through pipes.</summary>
public sealed class CompressionTests
{
    private static readonly TestPacket[] Packets =
        [.. Enumerable.Range(0, 3000).Select(i => new TestPacket(i * 1_000_000L, 100, 1, 0, [(byte)i, 2, (byte)(i >> 8), 4, 5]))];

    public static TheoryData<string> Forms => ["gzip", "zstd", "lz4"];

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_compressed_capture_is_read_whatever_its_name(string form)
    {
        Reading reading = Reading.OfBytes(Pack(form, PcapBytes.Write(Packets, 1)));
        reading.AssertSame(Packets);
        Assert.Null(reading.Damage);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Parts_that_were_compressed_one_by_one_are_one_capture(string form)
    {
        byte[] whole = PcapBytes.Write(Packets, 1);
        Reading.OfBytes([.. Pack(form, whole[..5000]), .. Pack(form, whole[5000..])]).AssertSame(Packets);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_compressed_capture_that_is_cut_off_gives_what_came_before(string form)
    {
        byte[] packed = Pack(form, PcapBytes.Write(Packets, 1));
        Reading reading = Reading.OfBytes(packed[..(packed.Length / 2)]);
        Assert.NotNull(reading.Damage);
        Assert.True(reading.Damage.Offset > 0 || reading.Packets.Count == 0);
        reading.AssertSame(Packets.Take(reading.Packets.Count));
    }

    /// <summary>Cut where unpacking ends between two packets: nothing but the compression tells that more was there.</summary>
    [Theory]
    [MemberData(nameof(Forms))]
    public void A_compressed_capture_that_is_cut_off_anywhere_says_so(string form)
    {
        byte[] packed = Pack(form, PcapBytes.Write(Packets.Take(40), 1));
        byte[] two = [.. packed, .. Pack(form, PcapBytes.Write(Packets.Take(40), 1)[24..])];
        Assert.Null(Reading.OfBytes(two).Damage);
        Assert.All(Enumerable.Range(10, packed.Length - 10), length => Assert.NotNull(Reading.OfBytes(packed[..length]).Damage));
        Assert.All(Enumerable.Range(packed.Length + 1, two.Length - packed.Length - 1),
            length => Assert.True(Reading.OfBytes(two[..length]) is { Damage: not null, Packets.Count: >= 40 }, $"{length}"));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void What_is_not_compressed_behind_a_compressed_capture_is_told_of(string form)
    {
        byte[] plain = PcapBytes.Write(Packets, 1);
        Reading reading = Reading.OfBytes([.. Pack(form, plain), .. plain]);
        reading.AssertSame(Packets);
        Assert.NotNull(reading.Damage);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Damage_in_a_compressed_capture_is_no_other_error(string form)
    {
        byte[] packed = Pack(form, PcapBytes.Write(Packets, 1));
        Random random = new(7);
        for (int i = 0; i < 300; i++)
        {
            byte[] changed = [.. packed];
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            Reading reading = Reading.OfBytes(changed);
            Assert.True(reading.Packets.Count <= Packets.Length || reading.Damage is not null);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_compressed_capture_is_read_through_a_pipe(string form)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(),
            "Named pipes in the file system are made with mkfifo, which this system does not have.");
        using ScratchFolder folder = new();
        string pipe = Path.Combine(folder.Path, "pipe");
        using (System.Diagnostics.Process made = System.Diagnostics.Process.Start("mkfifo", pipe))
        {
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        byte[] packed = Pack(form, PcapBytes.Write(Packets, 1));
        Task writing = Task.Run(() => File.WriteAllBytes(pipe, packed), TestContext.Current.CancellationToken);
        Reading.OfFile(pipe).AssertSame(Packets);
        await writing;
    }

    [Theory]
    [InlineData("xz", "FD377A585A000004E6D6B446")]
    [InlineData("bzip2", "425A6839314159265359")]
    [InlineData("zip", "504B03041400000008000000")]
    [InlineData("7z", "377ABCAF271C0004")]
    [InlineData("compress", "1F9D900000000000")]
    [InlineData("lz4's legacy form", "02214C1800000000")]
    public void Other_forms_are_named_with_the_command_that_unpacks_them(string name, string start)
    {
        Reading reading = Reading.OfBytes([.. Convert.FromHexString(start), .. new byte[100]]);
        Assert.Equal((0L, false), (reading.Damage!.Offset, reading.Damage.Truncated));
        Assert.Contains($"is compressed with {name}", reading.Damage.Message, StringComparison.Ordinal);
        Assert.Contains("FILE", reading.Damage.Message, StringComparison.Ordinal);
    }

    private static byte[] Pack(string form, byte[] content)
    {
        if (form == "gzip")
        {
            return CaptureBytes.Gzip(content);
        }

        using MemoryStream packed = new();
        using (Stream packing = form == "zstd" ? new ZstdSharp.CompressionStream(packed, leaveOpen: true)
            : LZ4Stream.Encode(packed, leaveOpen: true))
        {
            packing.Write(content);
        }

        return packed.ToArray();
    }
}
