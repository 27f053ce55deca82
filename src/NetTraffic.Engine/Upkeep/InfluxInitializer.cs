using System.Globalization;
using NetTraffic.Influx;

namespace NetTraffic.Engine;

/// <summary>
/// Sets up the InfluxDB of a store, and keeps the tokens that it issues: for Grafana in a file of the store's folder, for captures as the
/// InfluxToken of the store's settings.
/// </summary>
internal static class InfluxInitializer
{
    public static InfluxSetupResult Run(
        ITrafficStore store, ITrafficSettings settings, InfluxTarget target, InfluxSetupRequest request,
            CancellationToken cancellationToken)
    {
        AccessTokenOptions? tokens = request.SkipTokens ? null : new()
        {
            ReadTokenPath = Path.Combine(store.Path, "influx-read.token"),
            WriteTokenPath = Path.Combine(settings.StorePath, "secrets.json"),
            SaveWriteToken = token => settings.SetOption(
                new Dictionary<string, object?>(StringComparer.Ordinal) { [SettingTable.InfluxToken.Name] = token }),
            CurrentToken = target.Token,
            Replace = request.ReplaceToken,
            Owner = settings.GetOption().Sensor,
        };
        InfluxTarget administered = request.AdminToken is { Length: > 0 } token ? target with { Token = token } : target;
        InfluxSetupResult result = InfluxSetup.InitializeAsync(administered, request.Retention, tokens, request.WhatIf, cancellationToken)
            .GetAwaiter().GetResult();
        DateTime first = store.Segments.ListSegments().Select(segment => segment.First).DefaultIfEmpty(DateTime.MaxValue).Min();
        return request.Retention is { } kept && kept != TimeSpan.Zero && DateTime.UtcNow - first > kept
            ? result with { Warnings = [.. result.Warnings, BeginsEarlier(first, kept)] }
            : result;
    }

    private static string BeginsEarlier(DateTime first, TimeSpan kept) =>
        string.Create(CultureInfo.InvariantCulture, $"The store's history begins {first:yyyy-MM-dd HH:mm} UTC. ") +
        string.Create(CultureInfo.InvariantCulture, $"InfluxDB refuses what is older than the retention of {kept.TotalHours:0.#} h: ") +
        $"that goes to a file that ends in .rejected in the store's folder 'forward'. Give a longer -Retention to send all of it.";
}
