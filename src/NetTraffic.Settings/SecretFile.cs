using System.Text.Json;

namespace NetTraffic.Settings;

/// <summary>secrets.json: what must not be seen. Only the user who wrote it may read it.</summary>
/// <param name="InfluxToken">Token for InfluxDB 2.x and 3.x.</param>
/// <param name="InfluxPassword">Password for InfluxDB 1.x.</param>
internal sealed record SecretContent(string? InfluxToken, string? InfluxPassword);

/// <summary>The secrets in force: the environment's (a value, or a file that holds it, as containers mount them), else the store's.</summary>
internal static class SecretFile
{
    private const string Token_ = "InfluxToken", Password_ = "InfluxPassword";

    /// <summary>Names of the settings that are secrets.</summary>
    public static string[] Settings { get; } = [Token_, Password_];

    public static string? Token(string store) => Variable("NETTRAFFIC_INFLUX_TOKEN") ?? Read(store).InfluxToken;

    public static string? Password(string store) => Variable("NETTRAFFIC_INFLUX_PASSWORD") ?? Read(store).InfluxPassword;

    /// <summary>Keeps the secrets among the changes; null removes one.</summary>
    public static void Set(string store, IReadOnlyDictionary<string, object?> changes)
    {
        if (!Settings.Any(changes.ContainsKey))
        {
            return;
        }

        SecretContent content = Read(store);
        string? Changed(string name, string? old) => changes.TryGetValue(name, out object? value) ? Check(name, value as string) : old;
        content = new SecretContent(Changed(Token_, content.InfluxToken), Changed(Password_, content.InfluxPassword));
        StoreFiles.Write(store, SettingsPaths.Secrets(store), JsonSerializer.SerializeToUtf8Bytes(content, SettingsJson.Default.SecretContent), durable: true, secret: true);
    }

    private static string? Check(string name, string? value) =>
        value is null or "" ? null : value.Any(char.IsControl) ? throw new ArgumentException($"{name}: a token or password has no control characters.") : value;

    private static SecretContent Read(string store)
    {
        string path = SettingsPaths.Secrets(store);
        try
        {
            using FileStream file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, SettingsJson.Default.SecretContent) ?? new SecretContent(null, null);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new SecretContent(null, null);
        }
        catch (UnauthorizedAccessException)
        {
            // Another user's store: its queries work without.
            return new SecretContent(null, null);
        }
        catch (JsonException)
        {
            // Without the parser's message, which quotes what it read.
            throw new StoreException($"'{path}' is not readable. Delete it, and set the token or password again with Set-NetTrafficOption.")
            {
                NextMove = "Delete that file, then: Set-NetTrafficOption -InfluxToken (Read-Host -AsSecureString), or -InfluxPassword.",
            };
        }
    }

    private static string? Variable(string name)
    {
        if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
        {
            return value;
        }

        if (Environment.GetEnvironmentVariable(name + "_FILE") is not { Length: > 0 } path)
        {
            return null;
        }

        try
        {
            return File.ReadAllText(path).Trim() is { Length: > 0 } text ? text : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"{name}_FILE names '{path}', which cannot be read: {error.Message}", error)
            {
                NextMove = $"Correct or remove the environment variable {name}_FILE, or make its file readable; the store is whole.",
            };
        }
    }
}
