using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;

namespace NetTraffic.Enrichment.Tests.Services;

/// <summary>VirusTotal's API v3 after its documentation: 4 requests a minute and 500 a day, errors with a code, no Retry-After.</summary>
internal sealed class FakeVirusTotal(TimeProvider time, X509Certificate2? certificate = null) : FakeService(certificate)
{
    public const string Key = "vt-key-0123456789abcdef";

    private readonly List<DateTimeOffset> times = [];

    /// <summary>Requests beyond the limit.</summary>
    public int Abuses { get; private set; }

    protected override async Task AskAsync(HttpContext context)
    {
        DateTimeOffset now = time.GetUtcNow();
        bool isOver;
        lock (times)
        {
            times.Add(now);
            isOver = times.Count(at => at > now.AddMinutes(-1)) > 4 || times.Count(at => at.UtcDateTime.Date == now.UtcDateTime.Date) > 500;
            Abuses += isOver ? 1 : 0;
        }

        string address = context.Request.Path.ToString().Split('/')[^1];
        (int status, string body) = context.Request.Headers["x-apikey"] != Key
                ? (401, Error("WrongCredentialsError", "Wrong API key"))
            : isOver ? (429, Error("QuotaExceededError", "Quota exceeded"))
            : !context.Request.Path.StartsWithSegments("/api/v3/ip_addresses") ? (404, Error("NotFoundError", "Resource not found."))
            : address switch
            {
                "9.9.9.9" => (404, Error("NotFoundError", "IP address not found")),
                "1.2.3.4" => (400, Error("InvalidArgumentError", "Invalid IP address")),
                "8.8.4.4" => (200, """{"data":{"id":"8.8.4.4","type":"ip_address","attributes":{}}}"""),
                _ => (200, $$$$"""
                    {"data":{"id":"{{{{address}}}}","type":"ip_address","attributes":{"as_owner":"Some Hoster B.V.",
                    "asn":64496,"continent":"EU","country":"NL","network":"203.0.114.0/24","last_analysis_date":1700000000,
                    "last_analysis_stats":{"harmless":50,"malicious":9,"suspicious":2,"undetected":30,"timeout":0},
                    "reputation":-12,"total_votes":{"harmless":0,"malicious":3},"tags":[]}}}
                    """),
            };
        await AnswerAsync(context, status, "application/json", body);
    }

    private static string Error(string code, string message) => $$$"""{"error":{"code":"{{{code}}}","message":"{{{message}}}"}}""";
}
