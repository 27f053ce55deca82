using System.Text.Json;

namespace NetTraffic.Influx;

/// <summary>InfluxDB 3.x, by its API (https://docs.influxdata.com/influxdb3/core/api/v3/).</summary>
internal static class SetupV3
{
    private const string Path = "api/v3/configure/database";

    /// <summary>Makes the database; notes where the retention of one that is there cannot be set.</summary>
    public static async Task RunAsync(SetupSession session, string database, TimeSpan? retention)
    {
        JsonElement? list = await session.CallAsync(HttpMethod.Get, Path + "?format=json", null).ConfigureAwait(false);
        bool there = list is { ValueKind: JsonValueKind.Array } rows
            && rows.EnumerateArray().Where(row => row.ValueKind == JsonValueKind.Object).SelectMany(row => row.EnumerateObject())
                .Any(field => field.Name is "iox::database" or "database" && field.Value.ToString() == database);
        Dictionary<string, string> body = new(StringComparer.Ordinal) { ["db"] = database };
        if (retention is { } kept && kept != TimeSpan.Zero)
        {
            body["retention_period"] = SetupV1.DurationText(kept);
        }

        if (!there)
        {
            // 409: somebody else was quicker.
            await session.DoAsync(
                $"Create database '{database}', {SetupV1.RetentionText(retention.GetValueOrDefault())}",
                () => session.CallAsync(HttpMethod.Post, Path, body, 409)).ConfigureAwait(false);
        }
        else if (retention is not null)
        {
            // The API does not tell the retention a database has, so it is not changed behind anyone's back.
            session.Notes.Add(
                $"The database '{database}' is there; its retention stays as it is. Change it with: influxdb3 update database " +
                "--retention-period.");
        }
    }
}
