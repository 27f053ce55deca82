using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace NetTraffic.Enrichment.Tests.Services;

/// <summary>ip-api.com's batch endpoint after its documentation: 15 requests a minute, X-Rl and X-Ttl, only the fields asked for.</summary>
internal sealed class FakeIpApi(TimeProvider time) : FakeService
{
    private const int PerMinute = 15;
    private DateTimeOffset window;
    private int used;

    /// <summary>The key that is asked for; null: none.</summary>
    public string? Key { get; init; }

    /// <summary>Whether it gives answers in another order than they were asked for.</summary>
    public bool Shuffles { get; init; }

    /// <summary>Requests beyond the limit, for which the real one bans.</summary>
    public int Abuses { get; private set; }

    protected override async Task AskAsync(HttpContext context)
    {
        if (time.GetUtcNow() - window >= TimeSpan.FromMinutes(1))
        {
            (window, used) = (time.GetUtcNow(), 0);
        }

        bool isOver = used >= PerMinute;
        used = Math.Min(PerMinute, used + 1);
        int seconds = (int)Math.Ceiling((window.AddMinutes(1) - time.GetUtcNow()).TotalSeconds);
        (string, string)[] headers = Key is null ? [("X-Rl", $"{PerMinute - used}"), ("X-Ttl", $"{seconds}")] : [];
        if (isOver && Key is null)
        {
            Abuses++;
            await AnswerAsync(context, 429, "", "", headers);
            return;
        }

        if (context.Request.Query["key"].ToString() != (Key ?? ""))
        {
            await AnswerAsync(context, 403, "application/json", """{"status":"fail","message":"invalid key"}""");
            return;
        }

        JsonNode? body = await JsonNode.ParseAsync(context.Request.Body);
        if (context.Request.Path != "/batch" || context.Request.Method != "POST" || body is not JsonArray { Count: <= 100 } asked)
        {
            await AnswerAsync(context, 422, "text/plain", "Unprocessable Entity", headers);
            return;
        }

        string[] fields = context.Request.Query["fields"].ToString().Split(',');
        IEnumerable<JsonObject> answers = asked.Select(item => Answer(item!.GetValue<string>(), fields));
        await AnswerAsync(context, 200, "application/json; charset=utf-8",
            JsonSerializer.Serialize(Shuffles ? answers.Reverse() : answers), headers);
    }

    private static JsonObject Answer(string query, string[] fields)
    {
        JsonObject all = !IPAddress.TryParse(query, out _) ? Fail("invalid query")
            : query.StartsWith("10.", StringComparison.Ordinal) ? Fail("private range")
            : query switch
            {
                "9.9.9.9" => Fail("reserved range"),
                "1.2.3.4" => Fail("invalid query"),
                "8.8.4.4" => new()
                {
                    ["status"] = "success",
                    ["country"] = "",
                    ["as"] = "",
                    ["lat"] = 0,
                    ["lon"] = 0,
                    ["isp"] = "Bare ISP",
                },
                _ => new()
                {
                    ["status"] = "success",
                    ["country"] = "United States",
                    ["countryCode"] = "US",
                    ["region"] = "VA",
                    ["regionName"] = "Virginia",
                    ["city"] = "Ashburn",
                    ["zip"] = "20149",
                    ["lat"] = 39.03,
                    ["lon"] = -77.5,
                    ["timezone"] = "America/New_York",
                    ["isp"] = "Google LLC",
                    ["org"] = "Google Public DNS",
                    ["as"] = "AS15169 Google LLC",
                    ["asname"] = "GOOGLE",
                    ["mobile"] = false,
                    ["proxy"] = false,
                    ["hosting"] = true,
                },
            };
        all["query"] = query;
        JsonObject asked = [];
        foreach (string field in fields.Where(all.ContainsKey))
        {
            asked[field] = all[field]!.DeepClone();
        }

        return asked;

        static JsonObject Fail(string message) => new() { ["status"] = "fail", ["message"] = message };
    }
}
