using System.Text.Json;

namespace NetTraffic.Settings;

/// <summary>A JSON object of settings by name. What is absent has its default.</summary>
/// <param name="folder">Folder of the store.</param>
/// <param name="name">Name of the file.</param>
/// <param name="secret">Whether it holds secrets: only this user may read it, and no message quotes what it holds.</param>
internal sealed class SettingsFile(string folder, string name, bool secret)
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };
    private readonly string path = System.IO.Path.Combine(folder, name);

    /// <summary>What was set.</summary>
    public static SettingsFile Config(string folder) => new(folder, "config.json", secret: false);

    /// <summary>What must not be seen.</summary>
    public static SettingsFile Secrets(string folder) => new(folder, "secrets.json", secret: true);

    /// <summary>Path of the file.</summary>
    public string Path => path;

    /// <summary>The values as text, by the setting's name; empty where there is no file, or secrets are another user's.</summary>
    /// <exception cref="StoreException">
    /// It is no JSON object of settings. A misspelt name is an error too: ignored, it could mean history kept for ever.
    /// </exception>
    public Dictionary<string, string> Read()
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(SharedFile.ReadBytes(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new JsonException("It is no JSON object.");
            }

            Dictionary<string, string> values = new(StringComparer.Ordinal);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                Setting setting = Find(property.Name);
                if (property.Value.ValueKind != JsonValueKind.Null)
                {
                    values[setting.Name] = Text(setting, property.Value);
                }
            }

            return values;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (UnauthorizedAccessException) when (secret)
        {
            // Another user's store: its queries work without.
            return [];
        }
        catch (Exception error) when (secret && IsNoJson(error))
        {
            // Without the parser's message, which quotes what it read.
            throw new StoreException($"'{path}' is not readable. Delete it, and set what was in it again with Set-NetTrafficOption.")
            {
                NextMove = "Delete that file, and set again what was in it, for example: "
                    + "Set-NetTrafficOption -InfluxToken (Read-Host -AsSecureString).",
            };
        }
        catch (Exception error) when (IsNoJson(error))
        {
            throw new StoreException($"The config file '{path}' is not readable: {error.Message} Mend or delete it.", error)
            {
                NextMove = $"Mend '{path}', or delete it and set again what was in it with Set-NetTrafficOption; the history is whole.",
            };
        }
    }

    /// <summary>Changes some values and leaves the others; null removes one.</summary>
    public void Change(IReadOnlyDictionary<Setting, string?> changes)
    {
        if (changes.Count == 0)
        {
            return;
        }

        Dictionary<string, string> values = Read();
        foreach ((Setting setting, string? text) in changes)
        {
            if (text is null)
            {
                values.Remove(setting.Name);
            }
            else
            {
                values[setting.Name] = text;
            }
        }

        StoreFiles.Write(folder, path, Json(values), durable: true, secret);
    }

    private static byte[] Json(Dictionary<string, string> values)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, Indented))
        {
            writer.WriteStartObject();
            foreach (Setting setting in SettingTable.All.Where(setting => values.ContainsKey(setting.Name)))
            {
                writer.WritePropertyName(setting.Name);
                if (setting.IsList)
                {
                    writer.WriteStartArray();
                    foreach (string item in values[setting.Name].Split(',', StringSplitOptions.RemoveEmptyEntries))
                    {
                        writer.WriteStringValue(item);
                    }

                    writer.WriteEndArray();
                }
                else
                {
                    writer.WriteStringValue(values[setting.Name]);
                }
            }

            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>Text that is no UTF-8, or has half of a surrogate pair, passes the parser and is found out where it is taken.</summary>
    private static bool IsNoJson(Exception error) => error is JsonException or InvalidOperationException;

    private static string Text(Setting setting, JsonElement value) => (setting.IsList, value.ValueKind) switch
    {
        (false, JsonValueKind.String) => value.GetString()!,
        (true, JsonValueKind.Array) when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
            string.Join(',', value.EnumerateArray().Select(item => item.GetString())),
        _ => throw new JsonException($"'{setting.Name}' is no {(setting.IsList ? "array of texts" : "text")}."),
    };

    private Setting Find(string property)
    {
        try
        {
            return SettingTable.Find(property) is { } setting && setting.IsSecret == secret
                ? setting
                : throw new JsonException($"'{property}' has no place in this file.");
        }
        catch (ArgumentException error)
        {
            throw new JsonException(error.Message, error);
        }
    }
}
