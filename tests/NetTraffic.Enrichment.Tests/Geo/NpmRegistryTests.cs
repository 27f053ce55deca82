using NetTraffic.Enrichment.Geo;
using NetTraffic.Enrichment.Tests.Services;
using NetTraffic.Testing;

namespace NetTraffic.Enrichment.Tests.Geo;

public sealed class NpmRegistryTests : IAsyncLifetime
{
    private readonly FakeNpm service = new();
    private readonly HttpClient client = new() { Timeout = TimeSpan.FromSeconds(20) };
    private readonly ScratchFolder folder = new();

    public async ValueTask InitializeAsync() => await service.StartAsync();

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        folder.Dispose();
        await service.DisposeAsync();
    }

    private string Target => Path.Combine(folder.Path, "asn.tgz");

    [Theory]
    [InlineData("")]
    [InlineData("/npm/mirror")]
    [InlineData("/npm/mirror/")]
    public async Task A_package_is_fetched_from_the_registry_that_was_asked(string path)
    {
        NpmRegistry npm = new(client, new Uri(service.Url, path));
        NpmRegistry.Package package = await npm.GetLatestAsync("@ip-location-db/asn", CancellationToken.None);
        Assert.Equal("2.3.1", package.Version);
        await npm.FetchAsync(package, Target, null, CancellationToken.None);
        Assert.Equal("a package"u8.ToArray(), await File.ReadAllBytesAsync(Target));
        Assert.All(service.Requests, request =>
            Assert.StartsWith($"GET {path.TrimEnd('/')}/@ip-location-db", request, StringComparison.Ordinal));
        Assert.Equal(2, service.Requests.Count);
    }

    [Fact]
    public async Task A_file_that_is_not_what_its_integrity_says_is_refused_and_not_there()
    {
        NpmRegistry.Package package = await Npm.GetLatestAsync("@ip-location-db/asn", CancellationToken.None);
        service.File = "another package"u8.ToArray();
        TrafficException error = await Assert.ThrowsAsync<TrafficException>(() =>
            Npm.FetchAsync(package, Target, null, CancellationToken.None));
        Assert.Contains(package.Integrity, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));

        // Another checksum than SHA-512 is none, be it right.
        service.Integrity = "sha256-" + Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(service.File));
        package = await Npm.GetLatestAsync("@ip-location-db/asn", CancellationToken.None);
        await Assert.ThrowsAsync<TrafficException>(() => Npm.FetchAsync(package, Target, null, CancellationToken.None));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData(200, "<html>Sign in to the network</html>")]
    [InlineData(200, "")]
    [InlineData(200, "[]")]
    [InlineData(200, "{}")]
    [InlineData(200, "{\"version\":\"1\",\"dist\":7}")]
    [InlineData(200, "{\"version\":\"1\",\"dist\":{\"tarball\":\"http://x/y\"}}")]
    [InlineData(200, "{\"version\":\"1\",\"dist\":{\"tarball\":\"http://x/y\",\"integrity\":null}}")]
    [InlineData(200, "{\"version\":null,\"dist\":{\"tarball\":7,\"integrity\":\"sha512-x\"}}")]
    [InlineData(404, "{\"error\":\"not found\"}")]
    [InlineData(503, "")]
    public async Task What_is_no_answer_of_a_registry_is_said(int status, string body)
    {
        service.Always = FakeService.Say(status, body, "text/html");
        TrafficException error = await Assert.ThrowsAsync<TrafficException>(() =>
            Npm.GetLatestAsync("@ip-location-db/asn", CancellationToken.None));
        Assert.Contains(service.Url.Authority, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_too_large_is_not_read_to_its_end()
    {
        service.Always = async context =>
        {
            byte[] part = new byte[1 << 16];
            for (int i = 0; i < 1024 && !context.RequestAborted.IsCancellationRequested; i++)
            {
                await context.Response.Body.WriteAsync(part, context.RequestAborted);
            }
        };
        TrafficException error = await Assert.ThrowsAsync<TrafficException>(() =>
            Npm.GetLatestAsync("@ip-location-db/asn", CancellationToken.None));
        Assert.Contains("more than 1 MB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_ends_early_is_refused()
    {
        NpmRegistry.Package package = await Npm.GetLatestAsync("@ip-location-db/asn", CancellationToken.None);
        service.Always = async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.Body.WriteAsync(new byte[10]);
            await context.Response.Body.FlushAsync();
            context.Abort();
        };
        await Assert.ThrowsAsync<TrafficException>(() => Npm.FetchAsync(package, Target, null, CancellationToken.None));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task Nobody_there_is_said_and_stopping_is_heard()
    {
        NpmRegistry nobody = new(client, new Uri("http://127.0.0.1:9/"));
        await Assert.ThrowsAsync<TrafficException>(() => nobody.GetLatestAsync("x", CancellationToken.None));
        NpmRegistry ftp = new(client, new Uri("ftp://127.0.0.1/"));
        await Assert.ThrowsAsync<TrafficException>(() => ftp.GetLatestAsync("x", CancellationToken.None));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Npm.GetLatestAsync("x", new CancellationToken(true)));
    }

    private NpmRegistry Npm => new(client, service.Url);
}
