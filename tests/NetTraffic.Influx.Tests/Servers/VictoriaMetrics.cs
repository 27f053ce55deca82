using System.Text.Json;

namespace NetTraffic.Influx.Tests.Servers;

/// <summary>VictoriaMetrics of the machine.</summary>
internal sealed class VictoriaMetrics : ServerProcess
{
    private VictoriaMetrics(string program)
        : base(program)
    {
    }

    /// <summary>Starts one; the test is skipped where it is not installed.</summary>
    public static async Task<VictoriaMetrics> StartNewAsync()
    {
        string? program = Find("victoria-metrics");
        Assert.SkipWhen(program is null, "victoria-metrics is not installed (apt-get install victoria-metrics)");
        VictoriaMetrics server = new(program!);
        await server.StartAsync();
        return server;
    }

    /// <summary>Every value of a metric, summed.</summary>
    public async Task<(long Points, double Sum)> SumAsync(string metric)
    {
        await Client.GetStringAsync(new Uri(Url, "internal/force_flush"));
        string export =
            await Client.GetStringAsync(new Uri(Url, $"api/v1/export?match[]={Uri.EscapeDataString(metric)}&reduce_mem_usage=1"));
        long points = 0;
        double sum = 0;
        foreach (string line in export.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument series = JsonDocument.Parse(line);
            foreach (JsonElement value in series.RootElement.GetProperty("values").EnumerateArray())
            {
                points++;
                sum += value.GetDouble();
            }
        }

        return (points, sum);
    }

    /// <summary>A counter of its /metrics page.</summary>
    public async Task<double> CounterAsync(string name)
    {
        string text = await Client.GetStringAsync(new Uri(Url, "metrics"));
        string line = text.Split('\n').First(l => l.StartsWith(name + " ", StringComparison.Ordinal));
        return double.Parse(line[(name.Length + 1)..]);
    }

    protected override IEnumerable<string> Arguments() =>
        ["-storageDataPath=" + Folder, $"-httpListenAddr=127.0.0.1:{Port}", "-retentionPeriod=12", "-search.latencyOffset=0s",
            "-search.disableCache"];
}
