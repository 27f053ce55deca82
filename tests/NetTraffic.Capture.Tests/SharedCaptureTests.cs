using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>The reader over real files of other programs.</summary>
public sealed class SharedCaptureTests
{
    [Theory]
    [MemberData(nameof(Repository.SharedCaptureData), MemberType = typeof(Repository))]
    public void Compressing_a_shared_capture_changes_nothing(string name)
    {
        string path = Repository.SharedCapture(name);
        Reading plain = Reading.OfFile(path);
        Reading packed = Reading.OfBytes(CaptureBytes.Gzip(File.ReadAllBytes(path)));
        Assert.Equal(plain.Packets.Count, packed.Packets.Count);
        Assert.True(plain.Packets.Zip(packed.Packets).All(pair => pair.First.Same(pair.Second)));
        Assert.Equal(plain.Damage?.Offset, packed.Damage?.Offset);
    }

    [Fact]
    public void The_sample_has_two_interfaces_and_the_packets_that_its_truth_counts()
    {
        Reading reading = Reading.OfFile(Repository.SampleCapture);
        using System.Text.Json.JsonDocument truth =
            System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(Repository.SampleCapture, ".json")));
        Assert.Equal(["lan0", "trunk0"], reading.Interfaces.Select(found => found.Name));
        Assert.Equal(truth.RootElement.GetProperty("packets").GetInt64(), reading.Counters.Packets);
        Assert.Equal(truth.RootElement.GetProperty("bytes").GetInt64(), reading.Counters.Bytes);
    }
}
