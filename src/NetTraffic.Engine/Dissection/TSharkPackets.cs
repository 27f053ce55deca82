using System.Text.Json;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>TShark's dissection of a file, one packet after the other, as it comes.</summary>
public static class TSharkPackets
{
    /// <summary>
    /// The layers of each packet: with fields, by a field's name an array of its values, absent where the packet has none; without, by a
    /// protocol's name its fields. An element holds until the next one is asked for. Leaving the loop ends TShark.
    /// </summary>
    /// <exception cref="CaptureException">TShark is not installed.</exception>
    /// <exception cref="DissectorException">TShark cannot be run, or refuses the file, a field or the filter.</exception>
    /// <exception cref="CaptureFormatException">The file is damaged; what came before was given.</exception>
    public static IEnumerable<JsonElement> Read(string file, IReadOnlyList<string> fields, string? displayFilter,
        CancellationToken cancellationToken)
    {
        using TSharkRun run = TSharkRun.Start(file, fields, displayFilter, cancellationToken);
        JsonElements elements = new(run.Output);
        long packets = 0;
        JsonException? broken;
        while (Next(elements, out broken) is { } document)
        {
            using (document)
            {
                packets++;
                yield return Layers(document.RootElement);
            }

            cancellationToken.ThrowIfCancellationRequested();
        }

        cancellationToken.ThrowIfCancellationRequested();
        if ((broken is null ? run.Complaint() : run.LastWords() ?? broken.Message) is { } complaint)
        {
            throw Refused(file, complaint, packets);
        }
    }

    private static JsonElement Layers(JsonElement packet) =>
        packet.TryGetProperty("_source", out JsonElement source) && source.TryGetProperty("layers", out JsonElement found)
            ? found
            : default;

    /// <summary>Output that breaks off is TShark's end; its last words say why.</summary>
    private static JsonDocument? Next(JsonElements elements, out JsonException? broken)
    {
        broken = null;
        try
        {
            return elements.Next();
        }
        catch (JsonException error)
        {
            broken = error;
            return null;
        }
    }

    private static Exception Refused(string file, string complaint, long packets)
    {
        if (complaint.Contains("fields aren't valid", StringComparison.Ordinal))
        {
            return new DissectorException(TrafficErrors.BadField, $"TShark does not know a field: {complaint}");
        }

        if (IsAboutFile(complaint, out bool damaged))
        {
            return packets == 0 && !damaged
                ? new DissectorException(
                    TrafficErrors.NotACaptureFile, $"TShark cannot read '{file}': {complaint}",
                        "Give a capture file, as tcpdump, dumpcap and Wireshark write them.")
                : new CaptureFormatException(complaint, 1, truncated: true);
        }

        return packets == 0
            ? new DissectorException(TrafficErrors.BadDisplayFilter, $"TShark does not accept this: {complaint}")
            : new DissectorException(TrafficErrors.TSharkFailed,
                $"TShark ended early, after {Display.Count(packets)} packets: {complaint}");
    }

    private static bool IsAboutFile(string complaint, out bool damaged)
    {
        damaged = complaint.Contains("cut short", StringComparison.Ordinal)
            || complaint.Contains("appears to be damaged", StringComparison.Ordinal);
        return damaged || complaint.StartsWith("The file ", StringComparison.Ordinal)
            || complaint.Contains("isn't a capture file", StringComparison.Ordinal);
    }
}
