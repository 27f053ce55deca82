using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace NetTraffic.Influx.Tests.Servers;

/// <summary>influxd 1.x of the machine.</summary>
internal sealed class Influxd : ServerProcess
{
    private readonly bool auth;
    private readonly string extra;

    private Influxd(string program, bool auth, string extra)
        : base(program)
    {
        this.auth = auth;
        this.extra = extra;
    }

    /// <summary>Starts one; the test is skipped where it is not installed.</summary>
    /// <param name="auth">With authentication: the administrator is root, password "admin-pass".</param>
    /// <param name="http">More settings of [http].</param>
    public static async Task<Influxd> StartNewAsync(bool auth = false, string http = "")
    {
        string? program = Find("influxd");
        Assert.SkipWhen(program is null, "influxd is not installed (apt-get install influxdb)");
        Influxd server = new(program!, auth, http);
        await server.StartAsync();
        if (auth)
        {
            await server.QueryAsync("CREATE USER root WITH PASSWORD 'admin-pass' WITH ALL PRIVILEGES");
            server.Client.DefaultRequestHeaders.Authorization =
                new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("root:admin-pass")));
        }

        return server;
    }

    public InfluxTarget Target(string database) => new() { Url = Url, Database = database };

    /// <summary>Rows of the first statement: series by series, the values by column name, tags among them.</summary>
    public async Task<List<Dictionary<string, string>>> QueryAsync(string text, string database = "")
    {
        using FormUrlEncodedContent form = new([new("q", text), new("db", database)]);
        using HttpResponseMessage answer = await Client.PostAsync(new Uri(Url, "query"), form);
        string body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, body);
        using JsonDocument document = JsonDocument.Parse(body);
        JsonElement result = document.RootElement.GetProperty("results")[0];
        Assert.False(result.TryGetProperty("error", out JsonElement error), error.ToString());
        List<Dictionary<string, string>> rows = [];
        if (!result.TryGetProperty("series", out JsonElement allSeries))
        {
            return rows;
        }

        foreach (JsonElement series in allSeries.EnumerateArray())
        {
            string[] columns = [.. series.GetProperty("columns").EnumerateArray().Select(c => c.GetString()!)];
            foreach (JsonElement values in series.TryGetProperty("values", out JsonElement list) ? list.EnumerateArray() : default)
            {
                Dictionary<string, string> row = columns.Zip(values.EnumerateArray(), (c, v) => (c, v.ToString()))
                    .ToDictionary(p => p.c, p => p.Item2);
                if (series.TryGetProperty("tags", out JsonElement tags))
                {
                    foreach (JsonProperty tag in tags.EnumerateObject())
                    {
                        row[tag.Name] = tag.Value.ToString();
                    }
                }

                rows.Add(row);
            }
        }

        return rows;
    }

    protected override IEnumerable<string> Arguments()
    {
        string config = Path.Combine(Folder, "influx.conf");
        File.WriteAllText(config, $"""
            reporting-disabled = true
            bind-address = "127.0.0.1:{FreePort()}"
            [meta]
              dir = "{Folder}/meta"
            [data]
              dir = "{Folder}/data"
              wal-dir = "{Folder}/wal"
              query-log-enabled = false
              max-values-per-tag = 1000
            [coordinator]
              max-select-buckets = 100000
            [monitor]
              store-enabled = false
            [http]
              bind-address = "127.0.0.1:{Port}"
              log-enabled = false
              auth-enabled = {(auth ? "true" : "false")}
              {extra}
            """);
        return ["-config", config];
    }
}
