using System.Diagnostics;
using CsCheck;
using NetTraffic.Capture;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Decode.Tests;

/// <summary>No bytes make the decoder throw, and it counts every frame once.</summary>
public sealed class RobustnessTests
{
    private static readonly int[] AllLinkTypes =
        [.. typeof(LinkTypes).GetFields().Select(field => (int)field.GetRawConstantValue()!), 9999];

    // A header that was not on the wire counts in no length.
    private static readonly int[] HeaderOfTheCapture = [LinkTypes.Erf, LinkTypes.PppWithDirection, LinkTypes.SunAtm, LinkTypes.Ppi,
        LinkTypes.PktAp, LinkTypes.User2];

    [Fact]
    public void Random_bytes_of_every_link_type_decode_to_something()
    {
        PacketDecoder decoder = new();
        long frames = 0;
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[0, AllLinkTypes.Length - 1], Gen.Int[0, int.MaxValue]).Sample(
            (data, link, wire) =>
                { AssertDecodes(decoder, new TestPacket(frames++, wire, AllLinkTypes[link], 0, data)); }, iter: 100_000, threads: 1);
        Assert.Equal(frames, decoder.Counters.Packets);
    }

    [Fact]
    public void Real_frames_with_changed_bytes_and_cut_anywhere_decode_to_something()
    {
        List<TestPacket> real = RealFrames();
        Random random = new(20260101);
        PacketDecoder decoder = new();
        Stopwatch watch = Stopwatch.StartNew();
        int frames = 0;
        while (watch.Elapsed < TimeSpan.FromSeconds(3))
        {
            for (int i = 0; i < 1000; i++, frames++)
            {
                TestPacket packet = real[random.Next(real.Count)];
                byte[] data = packet.Data[..random.Next(packet.Data.Length + 1)];
                for (int changes = random.Next(6); changes > 0 && data.Length > 0; changes--)
                {
                    data[random.Next(Math.Min(data.Length, 120))] = (byte)random.Next(256);
                }

                int linkType = random.Next(4) == 0 ? AllLinkTypes[random.Next(AllLinkTypes.Length)] : packet.LinkType;
                AssertDecodes(decoder, packet with { Data = data, LinkType = linkType });
            }
        }

        Assert.Equal(frames, decoder.Counters.Packets);
    }

    [Fact]
    public void Every_prefix_of_a_real_frame_decodes_to_something()
    {
        PacketDecoder decoder = new();
        foreach (TestPacket packet in RealFrames().DistinctBy(packet => (packet.LinkType, packet.Data.Length)).Take(1500))
        {
            for (int length = 0; length <= Math.Min(packet.Data.Length, 150); length++)
            {
                AssertDecodes(decoder, packet with { Data = packet.Data[..length] });
            }
        }
    }

    private static void AssertDecodes(PacketDecoder decoder, TestPacket packet)
    {
        try
        {
            decoder.Decode(packet.Raw, out DecodedPacket decoded);
            bool whole = decoded.WireLength == packet.WireLength || HeaderOfTheCapture.Contains(packet.LinkType);
            bool consistent = whole && decoded.WireLength >= 0 && decoded.IpVersion is 0 or 4 or 6 && decoded.PayloadLength >= 0;
            Assert.True(consistent, packet.ToString());
        }
        catch (Exception error) when (error is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{error.GetType().Name} from {packet}");
        }
    }

    private static List<TestPacket> RealFrames()
    {
        PacketKeeper keeper = new();
        foreach (string path in Repository.SharedCaptureNames().Select(Repository.SharedCapture).Append(Repository.SampleCapture))
        {
            PacketKeeper one = new() { Limit = 300 };
            using CaptureFileSource source = CaptureFileSource.Open(path);
            try
            {
                source.Run(one, TestContext.Current.CancellationToken);
            }
            catch (CaptureFormatException)
            {
                // Damaged on purpose; its packets are welcome all the more.
            }

            keeper.Packets.AddRange(one.Packets);
        }

        return keeper.Packets;
    }
}
