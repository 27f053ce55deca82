using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace NetTraffic.Enrichment.Tests.Services;

/// <summary>An npm registry with one package. What a mirror says of it names the address of what it mirrors.</summary>
internal sealed class FakeNpm : FakeService
{
    public byte[] File { get; set; } = "a package"u8.ToArray();

    public string? Integrity { get; set; }

    protected override Task AskAsync(HttpContext context)
    {
        // The name of a package with a scope is one segment; %2f stays as it is.
        string path = context.Request.Path.Value ?? "";
        if (path.EndsWith("/latest", StringComparison.Ordinal))
        {
            string integrity = Integrity ?? "sha512-" + Convert.ToBase64String(SHA512.HashData(File));
            return AnswerAsync(context, 200, "application/json", $$"""
                {
                  "name": "@ip-location-db/asn",
                  "version": "2.3.1",
                  "dist": {
                    "tarball": "https://registry.npmjs.org/@ip-location-db/asn/-/asn-2.3.1.tgz",
                    "integrity": "{{integrity}}"
                  }
                }
                """);
        }

        if (path.EndsWith("/@ip-location-db/asn/-/asn-2.3.1.tgz", StringComparison.Ordinal))
        {
            context.Response.ContentLength = File.Length;
            return context.Response.Body.WriteAsync(File).AsTask();
        }

        return AnswerAsync(context, 404, "application/json", """{"error":"not found"}""");
    }
}
