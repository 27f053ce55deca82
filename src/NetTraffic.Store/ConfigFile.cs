using System.Text.Json;
using System.Text.Json.Serialization;

namespace NetTraffic.Store;

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
}

/// <summary>Settings: defaults, under the store's config file, under the environment.</summary>
internal static class ConfigFile
{
    private static readonly TimeSpan ShortestFlush = TimeSpan.FromSeconds(1), LongestFlush = TimeSpan.FromHours(1);

    public static ConfigContent Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, StoreJson.Default.ConfigContent) ?? new ConfigContent();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new ConfigContent();
        }
        catch (JsonException error)
        {
            throw new StoreException($"The config file '{path}' is not readable: {error.Message} Mend or delete it.", error);
        }
    }

    public static TrafficOption Option(string store)
    {
        ConfigContent content = Read(StorePaths.Config(store));
        TrafficOption option = Apply(new TrafficOption { StorePath = store }, content, name => $"'{name}' in '{StorePaths.Config(store)}'");
        return Apply(
            option,
            new ConfigContent
            {
                Sensor = Variable("SENSOR"),
                Retention = Variable("RETENTION"),
                FlushInterval = Variable("FLUSH_INTERVAL"),
                LocalNetworks = Variable("LOCAL_NETWORKS")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            },
            name => $"the environment variable NETTRAFFIC_{name switch { "FlushInterval" => "FLUSH_INTERVAL", "LocalNetworks" => "LOCAL_NETWORKS", _ => name.ToUpperInvariant() }}");
    }

    /// <summary>Applies changes; everything is checked before anything is written.</summary>
    public static void Set(string store, IReadOnlyDictionary<string, object?> changes)
    {
        ConfigContent content = Read(StorePaths.Config(store));
        foreach ((string name, object? value) in changes)
        {
            content = name switch
            {
                nameof(TrafficOption.StorePath) => content with { StorePath = Folder(value) },
                nameof(TrafficOption.Sensor) => content with { Sensor = value as string },
                nameof(TrafficOption.Retention) => content with { Retention = Span(value) },
                nameof(TrafficOption.FlushInterval) => content with { FlushInterval = Span(value) },
                nameof(TrafficOption.LocalNetworks) => content with { LocalNetworks = value as string[] },
                _ => throw new ArgumentException($"There is no setting '{name}'. Settings: StorePath, Sensor, Retention, FlushInterval, LocalNetworks."),
            };
        }

        Apply(new TrafficOption(), content, name => name);
        if (changes.ContainsKey(nameof(TrafficOption.StorePath)))
        {
            // Which store is the default one can only be said outside of it.
            string platform = StorePaths.Platform;
            ConfigContent there = store == platform ? content : Read(StorePaths.Config(platform)) with { StorePath = content.StorePath };
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
        StoreFiles.Write(store, StorePaths.Config(store), JsonSerializer.SerializeToUtf8Bytes(content, StoreJson.Default.ConfigContent), durable: true);

    private static string? Variable(string name) => Environment.GetEnvironmentVariable("NETTRAFFIC_" + name) is { Length: > 0 } value ? value : null;

    private static string? Folder(object? value) => value is string { Length: > 0 } path ? Path.GetFullPath(path) : null;

    private static string? Span(object? value) => value switch
    {
        null => null,
        TimeSpan span => span.ToString("c"),
        _ => Duration.Parse(value.ToString() ?? "").ToString("c"),
    };

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

        return option;
    }

    private static string Sensor(string value, string where) =>
        value.Trim().Length is > 0 and <= 128 && !value.Any(char.IsControl) ? value.Trim()
        : throw new ArgumentException($"{where}: a sensor's name has 1 to 128 characters, none of them control characters.");

    private static TimeSpan Parse(string value, string where) =>
        Duration.TryParse(value, out TimeSpan span) ? span : throw new ArgumentException($"{where}: '{value}' is not a length of time. Give for example {Duration.Examples}.");
}
