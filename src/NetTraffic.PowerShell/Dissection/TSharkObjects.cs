using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell.Dissection;

/// <summary>Packets as TShark takes them apart, as objects.</summary>
internal static class TSharkObjects
{
    /// <summary>Name in front of the objects' other type names.</summary>
    public const string TypeName = "NetTraffic.TSharkPacket";

    /// <summary>In front of that, where all protocols are in it: those have a view of their own.</summary>
    private const string LayersTypeName = TypeName + "#Layers";

    /// <summary>
    /// With fields one property each: a value, several as an array, null where the packet has none. Without, a property for each protocol,
    /// with its fields in it. Whole numbers are numbers; text is made safe for a terminal.
    /// </summary>
    /// <param name="layers">The packet's layers, as <see cref="TSharkPackets"/> gives them.</param>
    /// <param name="fields">The fields that were asked for; none: all protocols.</param>
    public static PSObject Make(JsonElement layers, IReadOnlyList<string> fields)
    {
        PSObject made = new();
        made.TypeNames.Insert(0, TypeName);
        if (fields.Count == 0)
        {
            made.TypeNames.Insert(0, LayersTypeName);
            AddAll(made, layers);
            return made;
        }

        foreach (string field in fields)
        {
            object? value = layers.ValueKind == JsonValueKind.Object && layers.TryGetProperty(field, out JsonElement given)
                ? Value(given)
                : null;
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
                return value.GetArrayLength() switch
                {
                    0 => null,
                    1 => Value(value[0]),
                    _ => value.EnumerateArray().Select(Value).ToArray()
                };
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
        return text.Length <= longest && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            && number.ToString(CultureInfo.InvariantCulture) == text
            ? number : Display.Text(text);
    }
}
