using System.Text.Json;
using System.Text.Json.Serialization;

namespace NetTraffic.Settings;

/// <summary>config.json: what was set; what is absent has its default. A misspelt setting is an error: ignored, it could mean history kept for ever.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ConfigContent
{
    /// <summary>In the platform's data folder only: the store to use by default.</summary>
    public string? StorePath { get; init; }

    public string? Sensor { get; init; }

    public string? Retention { get; init; }

    public string? FlushInterval { get; init; }

    public string[]? LocalNetworks { get; init; }

    public string? InfluxUrl { get; init; }

    public string? InfluxOrg { get; init; }

    public string? InfluxBucket { get; init; }

    public string? InfluxDatabase { get; init; }

    public string? InfluxUser { get; init; }

    public string? InfluxGeneration { get; init; }
}

/// <summary>Settings: defaults, under the store's config file, under the environment.</summary>
internal static class ConfigFile
{
    private static readonly string[] Names =
    [
        "StorePath", "Sensor", "Retention", "FlushInterval", "LocalNetworks", "InfluxUrl", "InfluxOrg", "InfluxBucket", "InfluxDatabase", "InfluxUser", "InfluxGeneration",
        .. SecretFile.Settings,
    ];

    private static readonly TimeSpan ShortestFlush = TimeSpan.FromSeconds(1), LongestFlush = TimeSpan.FromHours(1);

    public static ConfigContent Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, SettingsJson.Default.ConfigContent) ?? new ConfigContent();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new ConfigContent();
        }
        catch (JsonException error)
        {
            throw new StoreException($"The config file '{path}' is not readable: {error.Message} Mend or delete it.", error)
            {
                NextMove = $"Mend '{path}', or delete it and set again what was in it with Set-NetTrafficOption; the history is whole.",
            };
        }
    }

    public static TrafficOption Option(string store)
    {
        ConfigContent content = Read(SettingsPaths.Config(store));
        string config = SettingsPaths.Config(store);
        TrafficOption option = ApplySet(
            new TrafficOption { StorePath = store }, content, name => $"'{name}' in '{config}'", $"Correct it in '{config}', or set it again with Set-NetTrafficOption.");
        option = ApplySet(
            option,
            new ConfigContent
            {
                Sensor = Variable("SENSOR"),
                Retention = Variable("RETENTION"),
                FlushInterval = Variable("FLUSH_INTERVAL"),
                LocalNetworks = Variable("LOCAL_NETWORKS")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                InfluxUrl = Variable("INFLUX_URL"),
                InfluxOrg = Variable("INFLUX_ORG"),
                InfluxBucket = Variable("INFLUX_BUCKET"),
                InfluxDatabase = Variable("INFLUX_DATABASE"),
                InfluxUser = Variable("INFLUX_USER"),
                InfluxGeneration = Variable("INFLUX_GENERATION"),
            },
            name => $"the environment variable NETTRAFFIC_{VariableName(name)}",
            "Correct or remove that environment variable; it comes before what Set-NetTrafficOption has set.");
        return option with { HasInfluxToken = SecretFile.Token(store) is not null, HasInfluxPassword = SecretFile.Password(store) is not null };
    }

    /// <summary>Applies changes; everything is checked before anything is written.</summary>
    public static void Set(string store, IReadOnlyDictionary<string, object?> changes)
    {
        ConfigContent content = Read(SettingsPaths.Config(store));
        foreach ((string name, object? value) in changes.Where(change => !SecretFile.Settings.Contains(change.Key)))
        {
            content = name switch
            {
                nameof(TrafficOption.StorePath) => content with { StorePath = Folder(value) },
                nameof(TrafficOption.Sensor) => content with { Sensor = value as string },
                nameof(TrafficOption.Retention) => content with { Retention = Span(value) },
                nameof(TrafficOption.FlushInterval) => content with { FlushInterval = Span(value) },
                nameof(TrafficOption.LocalNetworks) => content with { LocalNetworks = value as string[] },
                nameof(TrafficOption.InfluxUrl) => content with { InfluxUrl = value as string },
                nameof(TrafficOption.InfluxOrg) => content with { InfluxOrg = value as string },
                nameof(TrafficOption.InfluxBucket) => content with { InfluxBucket = value as string },
                nameof(TrafficOption.InfluxDatabase) => content with { InfluxDatabase = value as string },
                nameof(TrafficOption.InfluxUser) => content with { InfluxUser = value as string },
                nameof(TrafficOption.InfluxGeneration) => content with { InfluxGeneration = value?.ToString() },
                _ => throw new ArgumentException($"There is no setting '{name}'. Settings: {string.Join(", ", Names)}."),
            };
        }

        Apply(new TrafficOption(), content, name => name);
        SecretFile.Set(store, changes);
        if (changes.ContainsKey(nameof(TrafficOption.StorePath)))
        {
            // Which store is the default one can only be said outside of it.
            string platform = SettingsPaths.Platform;
            ConfigContent there = store == platform ? content : Read(SettingsPaths.Config(platform)) with { StorePath = content.StorePath };
            Write(platform, there);
            if (store == platform)
            {
                return;
            }

            content = content with { StorePath = null };
        }

        Write(store, content);
    }

    private static void Write(string store, ConfigContent content) =>
        StoreFiles.Write(store, SettingsPaths.Config(store), JsonSerializer.SerializeToUtf8Bytes(content, SettingsJson.Default.ConfigContent), durable: true);

    private static string? Variable(string name) => Environment.GetEnvironmentVariable("NETTRAFFIC_" + name) is { Length: > 0 } value ? value : null;

    private static string? Folder(object? value) => value is string { Length: > 0 } path ? Path.GetFullPath(path) : null;

    private static string? Span(object? value) => value switch
    {
        null => null,
        TimeSpan span => span.ToString("c"),
        _ => Duration.Parse(value.ToString() ?? "").ToString("c"),
    };

    /// <summary>Applies what somebody set before; a value that cannot be is no argument of the command that meets it.</summary>
    private static TrafficOption ApplySet(TrafficOption option, ConfigContent content, Func<string, string> where, string nextMove)
    {
        try
        {
            return Apply(option, content, where);
        }
        catch (ArgumentException error)
        {
            throw new SettingException(error.Message, nextMove, error);
        }
    }

    private static TrafficOption Apply(TrafficOption option, ConfigContent content, Func<string, string> where)
    {
        if (content.Sensor is { } sensor)
        {
            option = option with { Sensor = Sensor(sensor, where(nameof(option.Sensor))) };
        }

        if (content.Retention is { } retention)
        {
            TimeSpan kept = Parse(retention, where(nameof(option.Retention)));
            option = option with { Retention = kept >= TimeSpan.FromHours(1) ? kept : throw new ArgumentException($"{where(nameof(option.Retention))}: history is kept in whole hours; give at least 1h.") };
        }

        if (content.FlushInterval is { } flush)
        {
            TimeSpan interval = Parse(flush, where(nameof(option.FlushInterval)));
            option = option with
            {
                FlushInterval = interval >= ShortestFlush && interval <= LongestFlush ? interval : throw new ArgumentException($"{where(nameof(option.FlushInterval))}: {interval} is not between 1s and 1h."),
            };
        }

        if (content.LocalNetworks is { } networks)
        {
            foreach (string network in networks)
            {
                try
                {
                    Net.AddressRange.Parse(network);
                }
                catch (FormatException error)
                {
                    throw new ArgumentException($"{where(nameof(option.LocalNetworks))}: {error.Message}", error);
                }
            }

            option = option with { LocalNetworks = networks };
        }

        return ApplyInflux(option, content, where);
    }

    private static TrafficOption ApplyInflux(TrafficOption option, ConfigContent content, Func<string, string> where)
    {
        if (content.InfluxUrl is { } url)
        {
            option = option with { InfluxUrl = Url(url, where(nameof(option.InfluxUrl))) };
        }

        if (content.InfluxGeneration is { } generation)
        {
            option = option with { InfluxGeneration = Generation(generation, where(nameof(option.InfluxGeneration))) };
        }

        return option with
        {
            InfluxOrg = Name(content.InfluxOrg, where(nameof(option.InfluxOrg))) ?? option.InfluxOrg,
            InfluxBucket = Name(content.InfluxBucket, where(nameof(option.InfluxBucket))) ?? option.InfluxBucket,
            InfluxDatabase = Name(content.InfluxDatabase, where(nameof(option.InfluxDatabase))) ?? option.InfluxDatabase,
            InfluxUser = Name(content.InfluxUser, where(nameof(option.InfluxUser))) ?? option.InfluxUser,
        };
    }

    private static string Url(string value, string where) =>
        !Uri.TryCreate(value, UriKind.Absolute, out Uri? url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            ? throw new ArgumentException($"{where}: give the server's address as http://HOST:8086 or https://HOST.")
        : url.UserInfo.Length > 0 || url.Query.Length > 0
            ? throw new ArgumentException($"{where}: credentials and database do not belong into the address. Give -InfluxToken, or -InfluxUser and -InfluxPassword, and -InfluxBucket or -InfluxDatabase.")
        : url.GetLeftPart(UriPartial.Path).TrimEnd('/');

    private static InfluxGeneration Generation(string value, string where) => value.Trim().ToUpperInvariant() switch
    {
        "AUTO" => InfluxGeneration.Auto,
        "1" or "V1" => InfluxGeneration.V1,
        "2" or "V2" => InfluxGeneration.V2,
        "3" or "V3" => InfluxGeneration.V3,
        _ => throw new ArgumentException($"{where}: '{value}' is none of Auto, 1, 2, 3."),
    };

    private static string? Name(string? value, string where) =>
        value is null || (value.Length is > 0 and <= 256 && !value.Any(char.IsControl)) ? value : throw new ArgumentException($"{where}: a name has 1 to 256 characters, none of them control characters.");

    private static string VariableName(string setting) =>
        string.Concat(setting.Select((letter, at) => at > 0 && char.IsUpper(letter) ? "_" + letter : char.ToUpperInvariant(letter).ToString()));

    private static string Sensor(string value, string where) =>
        value.Trim().Length is > 0 and <= 128 && !value.Any(char.IsControl) ? value.Trim()
        : throw new ArgumentException($"{where}: a sensor's name has 1 to 128 characters, none of them control characters.");

    private static TimeSpan Parse(string value, string where) =>
        Duration.TryParse(value, out TimeSpan span) ? span : throw new ArgumentException($"{where}: '{value}' is not a length of time. Give for example {Duration.Examples}.");
}
