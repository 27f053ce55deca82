using System.Text.Json;
using System.Text.Json.Serialization;

namespace NetTraffic.Store;

/// <summary>store.json.</summary>
/// <param name="Version">Version of the layout; see <see cref="Datasets.StoreVersion"/>.</param>
internal sealed record StoreVersionFile(int Version);

/// <summary>The store's JSON files; generated serialisers, since a status file is written every second and start-up counts.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.General, WriteIndented = true, PropertyNameCaseInsensitive = true, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CaptureStatus))]
[JsonSerializable(typeof(StoreVersionFile))]
internal sealed partial class StoreJson : JsonSerializerContext;
