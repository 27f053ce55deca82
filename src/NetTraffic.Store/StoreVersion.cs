using System.Globalization;
using System.Text;
using System.Text.Json;

namespace NetTraffic.Store;

/// <summary>The version of a store's layout: <c>store.json</c>.</summary>
internal static class StoreVersion
{
    /// <summary>Notes the version of a new store.</summary>
    public static void Write(string store)
    {
        string path = StorePaths.Version(store);
        if (!File.Exists(path))
        {
            byte[] version = Encoding.UTF8.GetBytes($$"""{"Version": {{Datasets.StoreVersion}}}""");
            StoreFiles.Write(store, path, version, durable: true);
        }
    }

    /// <summary>Refuses a store of another version; one that has none yet is new.</summary>
    /// <exception cref="StoreException">It is of another version, damaged, or cannot be read.</exception>
    public static void Check(string store)
    {
        string path = StorePaths.Version(store);
        if (!File.Exists(path))
        {
            return;
        }

        int version;
        try
        {
            // Not through a serialiser: every command reads this file, and starting one takes longer than many a query.
            using JsonDocument document = JsonDocument.Parse(SharedFile.ReadBytes(path));
            version = Read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new StoreException($"'{path}' is damaged: {error.Message} {Restore}", error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new StoreException($"The store '{store}' cannot be read: {error.Message}", error);
        }

        if (version < 1)
        {
            throw new StoreException($"'{path}' does not say which version the store has. {Restore}");
        }

        if (version != Datasets.StoreVersion)
        {
            throw OfOtherVersion(store, version);
        }
    }

    private static string Restore =>
        string.Create(CultureInfo.InvariantCulture, $"Restore it as {{\"Version\": {Datasets.StoreVersion}}}, or use another store.");

    private static StoreException OfOtherVersion(string store, int version)
    {
        string nextMove = version > Datasets.StoreVersion ? "Update NetTraffic, or use another store with -StorePath."
            : "Delete the folder or use another store with -StorePath; the older NetTraffic that wrote it can export what it holds.";
        return new StoreException(string.Create(
            CultureInfo.InvariantCulture,
            $"The store '{store}' has layout version {version}, and this NetTraffic knows version {Datasets.StoreVersion}. {nextMove}"))
        {
            NextMove = nextMove,
        };
    }

    private static int Read(JsonElement root)
    {
        foreach (JsonProperty property in root.ValueKind == JsonValueKind.Object ? root.EnumerateObject() : default)
        {
            if (property.Name.Equals("Version", StringComparison.OrdinalIgnoreCase))
            {
                return property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out int version) ? version
                    : throw new JsonException("The version is not a whole number.");
            }
        }

        return 0;
    }
}
