using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace NetTraffic.Enrichment.Tests.Services;

/// <summary>AbuseIPDB's API v2 after its documentation: a daily limit with its headers, errors in JSON for who accepts that.</summary>
internal sealed class FakeAbuseIpDb(TimeProvider time) : FakeService
{
    public const string Key = "abuse-key-0123456789abcdef";

    private DateTime day;

    public int Quota { get; set; } = 1000;

    /// <summary>Requests of this day, of whomever.</summary>
    public int Used { get; set; }

    public string Blacklist { get; set; } = "203.0.114.7\n2a00:1450::7\n";

    protected override async Task AskAsync(HttpContext context)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        (day, Used) = day == now.Date ? (day, Used) : (now.Date, day == default ? Used : 0);
        int reset = (int)(now.Date.AddDays(1) - now).TotalSeconds;
        bool isOver = Used >= Quota;
        Used += isOver ? 0 : 1;
        List<(string, string)> headers =
        [
            ("X-RateLimit-Limit", $"{Quota}"), ("X-RateLimit-Remaining", $"{Quota - Used}"),
            ("X-RateLimit-Reset", $"{new DateTimeOffset(now.Date.AddDays(1), TimeSpan.Zero).ToUnixTimeSeconds()}"),
        ];
        string address = context.Request.Query["ipAddress"].ToString();
        bool takesJson = context.Request.Headers.Accept.Contains("application/json");
        (int status, string detail) =
            context.Request.Headers["Key"] != Key ? (401, "Authentication failed. Your API key is either missing or incorrect.")
            : isOver ? (429, $"Daily rate limit of {Quota} requests exceeded for this endpoint. See headers for additional details.")
            : context.Request.Path == "/api/v2/blacklist" && context.Request.Query.ContainsKey("plaintext") ? (200, "")
            : context.Request.Path != "/api/v2/check" ? (404, "Not found.")
            : !IPAddress.TryParse(address, out _) ? (422, "The ip address must be a valid IPv4 or IPv6 address (e.g. 8.8.8.8).")
            : (200, "");
        if (isOver)
        {
            headers.Add(("Retry-After", $"{reset}"));
        }

        if (status != 200)
        {
            string error = $$"""{"errors":[{"detail":"{{detail}}","status":{{status}}}]}""";
            await AnswerAsync(context, status, takesJson ? "application/json" : "text/html",
                takesJson ? error : $"<html><body>{detail}</body></html>", [.. headers]);
        }
        else if (address.Length == 0)
        {
            headers.Add(("X-Generated-At", now.ToString("yyyy-MM-ddTHH:mm:ss+00:00", CultureInfo.InvariantCulture)));
            await AnswerAsync(context, 200, "text/plain; charset=UTF-8", Blacklist, [.. headers]);
        }
        else
        {
            await AnswerAsync(context, 200, "application/json", $$$"""
                {"data":{"ipAddress":"{{{address}}}","isPublic":true,"ipVersion":4,"isWhitelisted":null,"abuseConfidenceScore":87,
                "countryCode":"NL","usageType":"Data Center\/Web Hosting\/Transit","isp":"Some Hoster B.V.","domain":"hoster.example",
                "hostnames":["tor.hoster.example"],"isTor":true,"totalReports":412,"numDistinctUsers":40,
                "lastReportedAt":"2026-11-28T09:00:00+00:00"}}
                """, [.. headers]);
        }
    }
}
