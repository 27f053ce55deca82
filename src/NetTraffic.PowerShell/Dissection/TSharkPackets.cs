using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using NetTraffic.Packets;

namespace NetTraffic.PowerShell.Dissection;

/// <summary>TShark's dissection of a file as objects, one a packet, as it comes.</summary>
internal static class TSharkPackets
{
    /// <summary>Name in front of the objects' other type names.</summary>
    public const string TypeName = "NetTraffic.TSharkPacket";

    /// <summary>In front of that, where all protocols are in it: those have a view of their own.</summary>
    private const string LayersTypeName = TypeName + "#Layers";

    /// <summary>
    /// With fields one property each: a value, several as an array, null where the packet has none. Without, a property for each protocol, with its
    /// fields in it. Whole numbers are numbers; text is made safe for a terminal.
    /// </summary>
    /// <exception cref="DissectorException">TShark is missing, or refuses the file, a field or the filter.</exception>
    /// <exception cref="CaptureFormatException">The file is damaged; what came before was given.</exception>
    public static IEnumerable<PSObject> Read(string file, IReadOnlyList<string> fields, string? displayFilter, CancellationToken cancellationToken)
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
                yield return ToObject(document.RootElement, fields);
            }

            cancellationToken.ThrowIfCancellationRequested();
        }

        cancellationToken.ThrowIfCancellationRequested();
        if ((broken is null ? run.Complaint() : run.LastWords() ?? broken.Message) is { } complaint)
        {
            throw Refused(file, complaint, packets);
        }
    }

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

    private static Exception Refused(string file, string complaint, long packets) => complaint switch
    {
        _ when complaint.Contains("fields aren't valid", StringComparison.Ordinal) =>
            new DissectorException("BadField", ErrorCategory.InvalidArgument, $"TShark does not know a field: {complaint}", "'tshark -G fields' lists the fields; https://www.wireshark.org/docs/dfref/ describes them."),
        _ when packets == 0 && IsAboutFile(complaint, out bool damaged) && !damaged =>
            new DissectorException("NotACaptureFile", ErrorCategory.InvalidData, $"TShark cannot read '{file}': {complaint}", "Give a capture file, as tcpdump, dumpcap and Wireshark write them."),
        _ when IsAboutFile(complaint, out _) => new CaptureFormatException(complaint, 1, truncated: true),
        _ when packets == 0 =>
            new DissectorException("BadDisplayFilter", ErrorCategory.InvalidArgument, $"TShark does not accept this: {complaint}", "See 'man wireshark-filter' for display filters, for example: 'tls.handshake.type == 1 && ip.addr == 192.0.2.1'."),
        _ => new DissectorException("TSharkFailed", ErrorCategory.OperationStopped, $"TShark ended early, after {Display.Count(packets)} packets: {complaint}", "Try 'tshark -r' on the file by itself; what came before is whole."),
    };

    private static bool IsAboutFile(string complaint, out bool damaged)
    {
        damaged = complaint.Contains("cut short", StringComparison.Ordinal) || complaint.Contains("appears to be damaged", StringComparison.Ordinal);
        return damaged || complaint.StartsWith("The file ", StringComparison.Ordinal) || complaint.Contains("isn't a capture file", StringComparison.Ordinal);
    }

    private static PSObject ToObject(JsonElement element, IReadOnlyList<string> fields)
    {
        PSObject made = new();
        made.TypeNames.Insert(0, TypeName);
        JsonElement layers = element.TryGetProperty("_source", out JsonElement source) && source.TryGetProperty("layers", out JsonElement found) ? found : default;
        if (fields.Count == 0)
        {
            made.TypeNames.Insert(0, LayersTypeName);
            AddAll(made, layers);
            return made;
        }

        foreach (string field in fields)
        {
            object? value = layers.ValueKind == JsonValueKind.Object && layers.TryGetProperty(field, out JsonElement given) ? Value(given) : null;
            made.Properties.Add(new PSNoteProperty(Display.Text(field), value));
        }

        return made;
    }

    private static void AddAll(PSObject target, JsonElement layers)
    {
        foreach (JsonProperty property in layers.ValueKind == JsonValueKind.Object ? layers.EnumerateObject() : default)
        {
            // Names that differ by case only are one name to PowerShell: the first one stands.
            string name = Display.Text(property.Name);
            if (name.Length > 0 && target.Properties[name] is null)
            {
                target.Properties.Add(new PSNoteProperty(name, Value(property.Value)));
            }
        }
    }

    private static object? Value(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                PSObject nested = new();
                AddAll(nested, value);
                return nested;
            case JsonValueKind.Array:
                return value.GetArrayLength() switch { 0 => null, 1 => Value(value[0]), _ => value.EnumerateArray().Select(Value).ToArray() };
            case JsonValueKind.String:
                return Number(value.GetString()!);
            case JsonValueKind.Number:
                return value.TryGetInt64(out long whole) ? whole : value.GetDouble();
            case JsonValueKind.True or JsonValueKind.False:
                return value.GetBoolean();
            default:
                return null;
        }
    }

    /// <summary>TShark writes every value as text. A whole number becomes one where nothing is lost by it.</summary>
    private static object Number(string text)
    {
        const int longest = 19;
        return text.Length <= longest && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number.ToString(CultureInfo.InvariantCulture) == text
            ? number : Display.Text(text);
    }
}
