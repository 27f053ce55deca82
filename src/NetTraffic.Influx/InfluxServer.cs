using System.Globalization;

namespace NetTraffic.Influx;

/// <summary>Who answers at a target, and how it is written to.</summary>
/// <param name="Product">InfluxDB, VictoriaMetrics, or what else it seems to be.</param>
/// <param name="Version">Version, or null where it does not tell.</param>
/// <param name="Generation">Whose API it speaks.</param>
/// <param name="UsesV2Write">True: <c>/api/v2/write</c>; false: <c>/write</c>.</param>
internal sealed record InfluxServer(string Product, string? Version, InfluxGeneration Generation, bool UsesV2Write)
{
    /// <summary>The server as it is configured, without asking; null: <see cref="InfluxGeneration.Auto"/>.</summary>
    public static InfluxServer? Configured(InfluxTarget target) => target.Generation switch
    {
        InfluxGeneration.Auto => null,
        InfluxGeneration.V1 => new InfluxServer("InfluxDB", null, InfluxGeneration.V1, false),
        InfluxGeneration generation => new InfluxServer("InfluxDB", null, generation, true),
    };

    /// <summary>
    /// Reads the answer to GET /ping (https://docs.influxdata.com/influxdb/v1/tools/api/#ping-http-endpoint). What is written to:
    /// 1.x below 1.8 has only /write. 1.8 and later have both: /write with user or nothing, which needs no mapping of names, and
    /// /api/v2/write where a token is all there is. 2.x and 3.x: /api/v2/write; 2.x with a user and no token: /write, its own
    /// compatibility. Who does not tell (VictoriaMetrics): /api/v2/write, and /write where that is not there.
    /// </summary>
    public static InfluxServer Read(ServerReply ping, InfluxConnection connection)
    {
        InfluxTarget target = connection.Target;
        bool tokenOnly = connection.HasToken && !connection.HasUser;
        if (ping.Status is 401 or 403)
        {
            throw new InfluxException(
                connection.HasToken || connection.HasUser
                    ? $"{target} does not accept the token or password. Set the right one with Set-NetTrafficOption -InfluxToken (1.x: " +
                        "-InfluxUser and -InfluxPassword)."
                    : $"{target} wants credentials. Set them with Set-NetTrafficOption -InfluxToken (1.x: -InfluxUser and " +
                        "-InfluxPassword).",
                InfluxProblem.Unauthorized);
        }

        if (ping.Status is >= 300 and < 400)
        {
            throw ReplyJudge.Redirected(ping, target);
        }

        string? version = ping.Version?.Trim().TrimStart('v', 'V');
        if (ping.Status == 200 && ping.Version is null or { Length: 0 } && JsonVersion(ping.Body) is { } fromBody)
        {
            version = Display.Short(ping.Redact(fromBody), ServerReply.Quoted);
        }

        if (ping.Status is not (200 or 204))
        {
            throw new InfluxException(
                $"What answers at {target} is no InfluxDB ({ping.Describe()} to /ping). Correct the address and its port; where a proxy " +
                "hides /ping, set -InfluxGeneration to 1, 2 or 3.",
                InfluxProblem.NotInflux);
        }

        if (TryReadVersion(version, out int major, out int minor))
        {
            return major switch
            {
                < 1 => new InfluxServer("InfluxDB", version, InfluxGeneration.V1, false),
                1 => new InfluxServer("InfluxDB", version, InfluxGeneration.V1, minor >= 8 && tokenOnly),
                2 => new InfluxServer("InfluxDB", version, InfluxGeneration.V2, connection.HasToken || !connection.HasUser),
                _ => new InfluxServer("InfluxDB", version, InfluxGeneration.V3, true),
            };
        }

        if (ping.Build is { Length: > 0 } build)
        {
            return new InfluxServer("InfluxDB " + build, version, InfluxGeneration.V2, true);
        }

        if (ping.Status == 204)
        {
            return ping.ServerHostname is not null
                ? new InfluxServer("VictoriaMetrics", null, InfluxGeneration.V1, true)
                : new InfluxServer(
                    "compatible with InfluxDB", version, connection.HasToken ? InfluxGeneration.V2 : InfluxGeneration.V1, true);
        }

        throw new InfluxException($"What answers at {target} is no InfluxDB. Correct the address and its port.", InfluxProblem.NotInflux);
    }

    /// <summary>Path and query to write to.</summary>
    public string WritePath(InfluxTarget target)
    {
        if (!UsesV2Write)
        {
            return $"write?db={Uri.EscapeDataString(target.DatabaseName)}&precision=ns";
        }

        string bucket = Generation == InfluxGeneration.V1 ? target.DatabaseName : target.BucketName;
        string organization = target.Organization is { Length: > 0 } name ? $"org={Uri.EscapeDataString(name)}&" : "";
        return $"api/v2/write?{organization}bucket={Uri.EscapeDataString(bucket)}&precision=ns";
    }

    private static string? JsonVersion(string body)
    {
        try
        {
            using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(body);
            return document.RootElement.ValueKind == System.Text.Json.JsonValueKind.Object
                && document.RootElement.TryGetProperty("version", out System.Text.Json.JsonElement value) ? value.ToString() : null;
        }
        catch (Exception error) when (error is System.Text.Json.JsonException or InvalidOperationException)
        {
            return null; // some other page, which is no InfluxDB's
        }
    }

    private static bool TryReadVersion(string? text, out int major, out int minor)
    {
        (major, minor) = (0, 0);
        string[] parts = (text ?? "").Split('.', 3);
        return parts.Length >= 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out minor);
    }
}
