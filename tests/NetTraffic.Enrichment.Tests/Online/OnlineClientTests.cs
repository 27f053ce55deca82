using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using NetTraffic.Enrichment.Tests.Services;

namespace NetTraffic.Enrichment.Tests.Online;

/// <summary>What services do that they should not, and what becomes of it; by VirusTotal, whose requests have a key.</summary>
public class OnlineClientTests : ProviderTests
{
    [Theory]
    [InlineData("<!DOCTYPE html><html>Sign in to the hotel's network</html>", "text/html", "sent an HTML page where JSON was expected")]
    [InlineData("\r\n <html>", "application/json", "sent an HTML page where JSON was expected")]
    [InlineData("""{"data":{}}""", "text/plain", "sent text/plain where JSON was expected")]
    [InlineData("""{"data":{}}""", "", "sent something where JSON was expected")]
    [InlineData("""{"data":{"id":"203.0.114.1","attr""", "application/json", "is damaged JSON, or was cut short")]
    [InlineData("", "application/json", "is damaged JSON, or was cut short")]
    [InlineData("null", "application/json", "where data of an address was expected")]
    [InlineData("""{"data":7}""", "application/json", "where data of an address was expected")]
    [InlineData("""{"data":{"id":"203.0.114.9"}}""", "application/json", "it answered for another address")]
    public async Task An_answer_that_is_none_is_said_in_plain_words(string body, string type, string problem)
    {
        await using FakeVirusTotal service = await StartAsync(new FakeVirusTotal(Time));
        service.Faults.Enqueue(FakeService.Say(200, body, type));
        ProviderAnswer answer = await AskAsync(New(service), "203.0.114.1");
        Assert.Null(answer.Row);
        Assert.EndsWith(problem, answer.Problem, StringComparison.Ordinal);
        Assert.Single(service.Requests);
    }

    [Fact]
    public async Task JSON_without_end_in_depth_is_damaged()
    {
        await using FakeVirusTotal service = await StartAsync(new FakeVirusTotal(Time));
        service.Faults.Enqueue(FakeService.Say(200, new string('[', 500_000)));
        Assert.EndsWith("cut short", (await AskAsync(New(service), "203.0.114.1")).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_without_end_is_left_packed_or_not(bool packed)
    {
        await using FakeVirusTotal service = await StartAsync(new FakeVirusTotal(Time));
        long sent = 0;
        service.Faults.Enqueue(async context =>
        {
            context.Response.ContentType = "application/json";
            byte[] spaces = [.. Enumerable.Repeat((byte)' ', 1 << 16)];
            if (packed)
            {
                context.Response.Headers.ContentEncoding = "gzip";
            }

            await using Stream body = packed ? new GZipStream(context.Response.Body, CompressionLevel.Fastest) : context.Response.Body;
            while (!context.RequestAborted.IsCancellationRequested && sent < 1L << 30)
            {
                await body.WriteAsync(spaces, context.RequestAborted);
                sent += spaces.Length;
            }
        });
        ProviderAnswer answer = await AskAsync(New(service), "203.0.114.1");
        Assert.EndsWith("is larger than 1.05 MB", answer.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_slow_answer_is_given_up_and_not_asked_for_again(bool afterHeaders)
    {
        Options = Options with { Timeout = TimeSpan.FromSeconds(1) };
        await using FakeVirusTotal service = await StartAsync(new FakeVirusTotal(Time));
        service.Faults.Enqueue(async context =>
        {
            if (afterHeaders)
            {
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync("{");
                await context.Response.Body.FlushAsync();
            }

            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        ProviderAnswer answer = await AskAsync(New(service), "203.0.114.1");
        Assert.EndsWith("gave no whole answer within 1 s", answer.Problem, StringComparison.Ordinal);
        Assert.Single(service.Requests);
    }

    [Fact]
    public async Task Who_gives_up_is_not_told_of_a_slow_service()
    {
        await using FakeVirusTotal service = await StartAsync(new FakeVirusTotal(Time));
        using CancellationTokenSource cancel = new();
        service.Faults.Enqueue(async context =>
        {
            await cancel.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => New(service).AskAsync([IPAddress.Parse("203.0.114.1")], cancel.Token));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_server_that_failed_is_asked_again(int status)
    {
        await using FakeVirusTotal service = await StartAsync(new FakeVirusTotal(Time));
        service.Faults.Enqueue(FakeService.Say(status, """{"error":{"code":"TransientError","message":"Try again."}}"""));
        service.Faults.Enqueue(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        Assert.NotNull((await AskAsync(New(service), "203.0.114.1")).Row);
        Assert.Equal(3, service.Requests.Count);
        Assert.True(Time.Passed > TimeSpan.Zero, "It was asked again at once.");
        Assert.Equal(497, New(service).CostOf(1)!.Left);
    }

    [Theory]
    [InlineData(501)]
    [InlineData(400)]
    [InlineData(418)]
    public async Task What_would_fail_again_is_asked_once(int status)
    {
        await using FakeVirusTotal service = await StartAsync(new FakeVirusTotal(Time));
        service.Always = FakeService.Say(status, """{"error":{"code":"NoSuchThing","message":"No."}}""");
        string message = status == 501 ? (await AskAsync(New(service), "203.0.114.1")).Problem!
            : (await RefusesAsync(New(service))).Message;
        Assert.Contains($"({status}, NoSuchThing: No)", message, StringComparison.Ordinal);
        Assert.Single(service.Requests);
    }

    [Fact]
    public async Task After_failures_it_is_left_alone_for_a_minute_and_then_tried()
    {
        await using FakeVirusTotal service = await StartAsync(new FakeVirusTotal(Time));
        service.Always = FakeService.Say(500, "out of order", "text/plain");
        IEnrichmentProvider provider = New(service);
        Assert.EndsWith("failed (500, out of order)", (await AskAsync(provider, "203.0.114.1")).Problem, StringComparison.Ordinal);
        ProviderException error = await RefusesAsync(provider);
        Assert.Matches(
            @"^it is left alone until 10:3\d:\d\d UTC after several failures, the last: 127\.0\.0\.1:\d+ failed \(500, out of order\)$",
            error.Message);
        Assert.True(error.ParkedUntil > Time.GetUtcNow().UtcDateTime);
        int asked = service.Requests.Count;
        await RefusesAsync(provider);
        Assert.Equal(asked, service.Requests.Count);
        service.Always = null;
        Time.Pass(TimeSpan.FromMinutes(1));
        Assert.NotNull((await AskAsync(provider, "203.0.114.1")).Row);
    }

    [Fact]
    public async Task Nobody_there_is_said()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        ProviderAnswer answer = await AskAsync(New("virustotal", new Uri($"http://127.0.0.1:{port}"), "k3y"), "203.0.114.1");
        Assert.StartsWith($"127.0.0.1:{port} cannot be reached: ", answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_gets_no_key()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        // Windows takes a key of a server from a file's form only.
        using X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        await using FakeVirusTotal service = await StartAsync(new FakeVirusTotal(Time, certificate));
        ProviderException error = await RefusesAsync(New(service));
        Assert.StartsWith($"there is no trusted TLS connection to {service.Url.Authority}: ", error.Message, StringComparison.Ordinal);
        Assert.Empty(service.Requests);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Nothing_follows_a_redirect_and_no_key_is_told(int status)
    {
        await using FakeVirusTotal service = await StartAsync(new FakeVirusTotal(Time));
        await using FakeVirusTotal elsewhere = await StartAsync(new FakeVirusTotal(Time));
        string place = $"{elsewhere.Url}api/v3/ip_addresses/{FakeVirusTotal.Key}";
        service.Always = FakeService.Say(status, headers: ("Location", $"{place}?x-apikey={FakeVirusTotal.Key}"));
        ProviderException error = await RefusesAsync(New(service));
        Assert.Contains($"sends elsewhere ({place.Replace(FakeVirusTotal.Key, "***", StringComparison.Ordinal)}), where neither keys nor "
            + "addresses are sent; correct -VirusTotalUrl", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeVirusTotal.Key, error.ToString(), StringComparison.Ordinal);
        Assert.Single(service.Requests);
        Assert.Empty(elsewhere.Requests);
    }

    [Theory]
    [InlineData("30", 30)]
    [InlineData("1", 5)]
    [InlineData("Sun, 29 Nov 2026 10:31:00 GMT", 60)]
    [InlineData("Sun, 29 Nov 2020 10:31:00 GMT", 60)]
    [InlineData("0", 60)]
    [InlineData("-30", 60)]
    [InlineData("soon", 60)]
    public async Task A_short_Retry_After_is_waited_for(string retryAfter, int seconds)
    {
        await using FakeVirusTotal service = await StartAsync(new FakeVirusTotal(Time));
        service.Faults.Enqueue(FakeService.Say(429, headers: ("Retry-After", retryAfter)));
        Assert.NotNull((await AskAsync(New(service), "203.0.114.1")).Row);
        Assert.InRange(Time.Passed.TotalSeconds, seconds - 0.1, seconds + 0.1);
    }

    [Theory]
    [InlineData(429, "7200", 2)]
    [InlineData(503, "7200", 2)]
    [InlineData(429, "Sun, 29 Nov 2026 15:30:00 GMT", 5)]
    [InlineData(429, "86400000", 24)]
    [InlineData(429, "99999999999999999999999999", 24)]
    [InlineData(429, "Fri, 31 Dec 9999 23:59:59 GMT", 24)]
    public async Task A_long_Retry_After_parks_it_for_a_day_at_most(int status, string retryAfter, int hours)
    {
        await using FakeVirusTotal service = await StartAsync(new FakeVirusTotal(Time));
        service.Faults.Enqueue(FakeService.Say(status, headers: ("Retry-After", retryAfter)));
        ProviderException error = await RefusesAsync(New(service));
        Assert.Equal((Begin.UtcDateTime.AddHours(hours), TimeSpan.Zero), (error.ParkedUntil, Time.Passed));
        Assert.Contains($"({status}), and is left alone until 2026-11-", error.Message, StringComparison.Ordinal);
        await RefusesAsync(New(service));
        Assert.Single(service.Requests);
        Time.Pass(TimeSpan.FromHours(hours));
        Assert.NotNull((await AskAsync(New(service), "203.0.114.1")).Row);
    }

    [Theory]
    [InlineData(
        "http://192.0.2.1:81", "a-key", "its key is not sent by plain HTTP; set -VirusTotalUrl to an address that begins with https://")]
    [InlineData("https://192.0.2.1:81", "a key", "the key has characters that no key has")]
    [InlineData("https://192.0.2.1:81", "a\u00e9", "the key has characters that no key has")]
    [InlineData("https://192.0.2.1:81", null, "no key is set: Set-NetTrafficOption -VirusTotalKey (Read-Host -AsSecureString)")]
    public async Task Without_a_key_or_a_safe_way_for_it_nothing_is_sent(string url, string? key, string message)
    {
        ProviderException error = await RefusesAsync(New("virustotal", new Uri(url), key));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Store.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task What_it_says_reaches_no_terminal_unescaped_and_is_not_long()
    {
        await using FakeVirusTotal service = await StartAsync(new FakeVirusTotal(Time));
        service.Always = FakeService.Say(401, "\u001b[31m" + new string('x', 10_000), "text/plain");
        string message = (await RefusesAsync(New(service))).Message;
        Assert.Contains("\\u001b[31mxxx", message, StringComparison.Ordinal);
        Assert.True(message.Length < 300, message);
    }

    private IEnrichmentProvider New(FakeVirusTotal service) => New("virustotal", service.Url, FakeVirusTotal.Key);
}
