using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>What reading a file gave: its packets, and the damage that ended it, if any.</summary>
internal sealed record Reading(IReadOnlyList<TestPacket> Packets, CaptureFormatException? Damage, IReadOnlyList<PacketInterface> Interfaces,
    PacketSourceCounters Counters)
{
    public static Reading OfBytes(byte[] content)
    {
        // Thousands of these are made: a file of its own is cheaper than a folder.
        string path = Path.Combine(Path.GetTempPath(), $"nettraffic-test-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllBytes(path, content);
            return OfFile(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public static Reading OfFile(string path)
    {
        PacketKeeper keeper = new();
        CaptureFileSource source;
        try
        {
            source = CaptureFileSource.Open(path);
        }
        catch (CaptureFormatException damage)
        {
            return new Reading([], damage, [], default);
        }

        using (source)
        {
            CaptureFormatException? damage = null;
            try
            {
                source.Run(keeper, CancellationToken.None);
            }
            catch (CaptureFormatException thrown)
            {
                damage = thrown;
            }

            return new Reading(keeper.Packets, damage, [.. source.Interfaces], source.Counters);
        }
    }

    public void AssertSame(IEnumerable<TestPacket> expected) =>
        Assert.Equal(expected.Select(packet => packet.ToString()), Packets.Select(packet => packet.ToString()));
}
