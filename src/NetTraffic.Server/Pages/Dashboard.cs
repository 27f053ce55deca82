using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using NetTraffic.Server.Security;

namespace NetTraffic.Server.Pages;

/// <summary>
/// The dashboard's files, which are part of this program (wwwroot, built from Dashboard): no folder whose files somebody could ask for.
/// They need no key, since they tell nothing: what they show they ask the API.
/// </summary>
internal static class Dashboard
{
    private const string Prefix = "wwwroot/";

    public static void MapDashboard(this IEndpointRouteBuilder routes)
    {
        Assembly own = typeof(Dashboard).Assembly;
        foreach (string name in own.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            PageFile file = PageFile.Read(own, name);
            string path = name[Prefix.Length..].Replace('\\', '/');
            routes.MapMethods(path == "index.html" ? "/" : "/" + path, [HttpMethods.Get, HttpMethods.Head], file.SendAsync)
                .WithMetadata(new WithoutKey()).ExcludeFromDescription();
        }
    }

    /// <summary>A file of the page, as it is and compressed.</summary>
    private sealed record PageFile(string Type, string Tag, byte[] Content, byte[] Compressed)
    {
        public static PageFile Read(Assembly assembly, string name)
        {
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            using MemoryStream compressed = new();
            using (GZipStream gzip = new(compressed, CompressionLevel.Optimal))
            {
                gzip.Write(content);
            }

            string type = Path.GetExtension(name) switch
            {
                ".html" => "text/html; charset=utf-8",
                ".js" => "text/javascript; charset=utf-8",
                ".css" => "text/css; charset=utf-8",
                ".svg" => "image/svg+xml",
                string other => throw new InvalidOperationException($"The dashboard has a file of an unknown kind: {other}"),
            };
            return new PageFile(type, Convert.ToHexStringLower(SHA256.HashData(content))[..20], content, compressed.ToArray());
        }

        public Task SendAsync(HttpContext context)
        {
            HttpResponse response = context.Response;
            bool zipped = context.Request.GetTypedHeaders().AcceptEncoding.Any(one =>
                one.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && one.Quality is not 0);

            // What is sent has other bytes, and so another tag (RFC 9110, section 8.8.3).
            string tag = zipped ? $"\"{Tag}-gzip\"" : $"\"{Tag}\"";
            response.Headers.ETag = tag;

            // Kept, and asked for each time whether it is still the same: names do not change with the product's version.
            response.Headers.CacheControl = "no-cache";
            response.Headers.Vary = "Accept-Encoding";
            if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Tag == tag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }

            byte[] body = zipped ? Compressed : Content;
            if (zipped)
            {
                response.Headers.ContentEncoding = "gzip";
            }

            response.ContentType = Type;
            response.ContentLength = body.Length;
            return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body).AsTask();
        }
    }
}
