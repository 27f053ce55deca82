using System.Text.Json;
using System.Text.Json.Serialization;

namespace NetTraffic.Settings;

/// <summary>The settings' JSON files; generated serialisers, since start-up counts.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.General,
    WriteIndented = true,
    PropertyNameCaseInsensitive = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ConfigContent))]
[JsonSerializable(typeof(SecretContent))]
internal sealed partial class SettingsJson : JsonSerializerContext;
