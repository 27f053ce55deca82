using System.Text.Json;
using NetTraffic.Capture;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Decode.Tests;

/// <summary>Decoded shared captures against TShark, frame by frame and so per host pair and protocol.</summary>
public sealed class GoldenTests
{
    private static readonly Lazy<Dictionary<string, List<(string Pair, int Bytes)>>> Truths =
        new(() => TShark.HostPairs([.. Repository.SharedCaptureNames().Select(Repository.SharedCapture)]));

    [Theory]
    [MemberData(nameof(Repository.SharedCaptureData), MemberType = typeof(Repository))]
    public void Every_frame_of_a_shared_capture_is_between_the_hosts_that_TShark_names(string name)
    {
        string path = Repository.SharedCapture(name);
        TShark.Require();
        AssertLikeTShark(path, Truths.Value[path]);
    }

    [Fact]
    public void The_sample_decodes_to_the_counts_that_are_kept_beside_it()
    {
        using JsonDocument truth = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(Repository.SampleCapture, ".json")));
        Dictionary<string, Tally> expected = truth.RootElement.GetProperty("hosts").EnumerateObject()
            .ToDictionary(pair => pair.Name, pair => new Tally(pair.Value[0].GetInt64(), pair.Value[1].GetInt64()));
        Dictionary<string, Tally> counted = [];
        foreach ((string pair, int bytes) in Decode(Repository.SampleCapture))
        {
            counted[pair] = counted.GetValueOrDefault(pair).Plus(bytes);
        }

        Assert.Equal(expected.OrderBy(pair => pair.Key, StringComparer.Ordinal), counted.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_frame_of_the_sample_is_between_the_hosts_that_TShark_names()
    {
        TShark.Require();
        AssertLikeTShark(Repository.SampleCapture, TShark.HostPairs([Repository.SampleCapture])[Repository.SampleCapture]);
    }

    private static void AssertLikeTShark(string path, List<(string Pair, int Bytes)> truth)
    {
        List<(string Pair, int Bytes)> ours = Decode(path);
        Assert.Equal(truth.Count, ours.Count);
        List<string> differences = [];
        for (int i = 0; i < truth.Count; i++)
        {
            // An IP header that cannot be read counts under the EtherType that announced it.
            bool same = truth[i] == ours[i]
                || (truth[i].Pair == "- - ?" && ours[i].Pair is "- - 0x0800" or "- - 0x86dd" && ours[i].Bytes == truth[i].Bytes);
            if (!same)
            {
                differences.Add($"frame {i + 1}: TShark {truth[i]}, decoder {ours[i]}");
            }
        }

        Assert.Empty(differences);
    }

    private static List<(string Pair, int Bytes)> Decode(string path)
    {
        PacketKeeper keeper = new();
        using CaptureFileSource source = CaptureFileSource.Open(path);
        try
        {
            source.Run(keeper, TestContext.Current.CancellationToken);
        }
        catch (CaptureFormatException)
        {
            // Damaged on purpose: TShark stops there too.
        }

        PacketDecoder decoder = new();
        return [.. keeper.Packets.Select(packet =>
        {
            decoder.Decode(packet.Raw, out DecodedPacket decoded);
            return (Decoding.Pair(decoded), decoded.WireLength);
        })];
    }
}
