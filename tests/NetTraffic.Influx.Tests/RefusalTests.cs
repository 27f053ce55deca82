using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using NetTraffic.Influx.Tests.Servers;

namespace NetTraffic.Influx.Tests;

/// <summary>What waiting does not mend is told, with the next move and without secrets.</summary>
public sealed class RefusalTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Wrong_token_and_missing_bucket(int generation)
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync(generation);
        InfluxException wrong = await RefusedAsync(server.Target with { Token = "wrong-token" });
        Assert.Equal(InfluxProblem.Unauthorized, wrong.Problem);
        Assert.Contains("-InfluxToken", wrong.Message);
        Assert.DoesNotContain("wrong-token", wrong.ToString());
        Assert.Equal(InfluxProblem.Unauthorized, (await RefusedAsync(server.Target with { Token = null })).Problem);
        InfluxException missing = await RefusedAsync(server.Target with { Bucket = "nowhere" });
        Assert.Equal(InfluxProblem.NotFound, missing.Problem);
        Assert.Contains("Initialize-NetTrafficInflux", missing.Message);
    }

    [Fact]
    public async Task Missing_organisation()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        InfluxException missing = await RefusedAsync(server.Target with { Organization = "elsewhere" });
        Assert.Equal(InfluxProblem.NotFound, missing.Problem);
        Assert.Contains("-InfluxOrg", missing.Message);
    }

    [Theory]
    [InlineData(500, """{"error":"retention policy not found: short"}""", InfluxProblem.NotFound)]
    [InlineData(400, """{"error":"database is required"}""", InfluxProblem.NotFound)]
    [InlineData(400, """{"code":"invalid","message":"Please provide either orgID or org"}""", InfluxProblem.NotFound)]
    [InlineData(400, "<html>bad request</html>", InfluxProblem.NotInflux)]
    [InlineData(400, "Client sent an HTTP request to an HTTPS server.\n", InfluxProblem.NotInflux)]
    [InlineData(404, "<html>not found</html>", InfluxProblem.NotInflux)]
    [InlineData(405, "", InfluxProblem.NotInflux)]
    [InlineData(200, "<html>hello</html>", InfluxProblem.NotInflux)]
    [InlineData(302, "", InfluxProblem.NotInflux)]
    [InlineData(403, """{"code":"forbidden","message":"insufficient permissions"}""", InfluxProblem.Unauthorized)]
    public async Task An_answer_that_means_a_mistake_is_no_reason_to_wait_or_to_dead_letter(int status, string body, InfluxProblem problem)
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        server.Always = async context =>
            context.Request.Method == "POST"
                && await FakeInflux.Answer(context, status, body, ("Location", "http://elsewhere.example/login?back=1"));
        InfluxException error = await RefusedAsync(server.Target);
        Assert.Equal(problem, error.Problem);
        Assert.Equal(2, server.Requests.Count); // a ping and one write
        InfluxProbeResult probe = await InfluxProbe.TestAsync(server.Target, Stop);
        Assert.Equal((true, false, problem), (probe.Reachable, probe.WriteAccepted, probe.Problem));
        Assert.Equal(error.Message, probe.Message);
    }

    [Fact]
    public async Task A_mistake_found_in_the_middle_stops_all_batches()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        int writes = 0;
        server.Always = async context => context.Request.Method == "POST" && Interlocked.Increment(ref writes) > 5
            && await FakeInflux.Answer(context, 401, """{"code":"unauthorized","message":"unauthorized access"}""");
        using InfluxWriter writer = new(server.Target, new InfluxWriterOptions { BatchLines = 100 });
        Assert.Equal(InfluxProblem.Unauthorized,
            (await Assert.ThrowsAsync<InfluxException>(() => writer.WriteAsync(Lines.Numbered(10_000).Text, Stop))).Problem);
        Assert.InRange(writes, 6, 8);

        // Set right, all is given again and stored once.
        server.Always = null;
        (byte[] lines, long sum) = Lines.Numbered(10_000);
        await writer.WriteAsync(lines, Stop);
        Assert.Equal((10_000, sum), (server.Stored.Count, server.Stored.Values.Sum()));
    }

    [Fact]
    public async Task A_certificate_nobody_vouches_for_is_refused()
    {
        using X509Certificate2 certificate = SelfSigned();
        await using FakeInflux server = await FakeInflux.StartNewAsync(certificate: certificate);
        InfluxTarget target = server.Target with { Url = new Uri($"https://localhost:{server.Url.Port}") };
        InfluxException error = await RefusedAsync(target);
        Assert.Equal(InfluxProblem.Certificate, error.Problem);
        Assert.Contains("not trusted", error.Message);
        Assert.DoesNotContain(FakeInflux.Token, error.ToString());
        Assert.Empty(server.Requests); // no token was sent
        InfluxProbeResult probe = await InfluxProbe.TestAsync(target, Stop);
        Assert.Equal((InfluxProblem.Certificate, false), (probe.Problem, probe.WriteAccepted));
        Assert.Empty(server.Requests);
        await Assert.ThrowsAsync<InfluxException>(() => InfluxSetup.InitializeAsync(target, null, false, Stop));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Https_to_a_plain_server_is_told()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        InfluxException error = await RefusedAsync(server.Target with { Url = new Uri($"https://127.0.0.1:{server.Url.Port}") });
        Assert.Equal(InfluxProblem.Unreachable, error.Problem);
        Assert.Contains("http://", error.Message);
        InfluxProbeResult probe = await InfluxProbe.TestAsync(
            server.Target with { Url = new Uri($"https://127.0.0.1:{server.Url.Port}") }, Stop);
        Assert.Equal((InfluxProblem.Unreachable, false), (probe.Problem, probe.Reachable));
    }

    [Fact]
    public async Task Http_to_a_server_that_speaks_TLS_is_told()
    {
        using X509Certificate2 certificate = SelfSigned();
        await using FakeInflux server = await FakeInflux.StartNewAsync(certificate: certificate);
        InfluxTarget target = server.Target with { Url = new Uri($"http://127.0.0.1:{server.Url.Port}") };
        InfluxProbeResult probe = await InfluxProbe.TestAsync(target, Stop);
        Assert.Equal(InfluxProblem.Unreachable, probe.Problem);
        Assert.Contains("set -InfluxUrl to https://", probe.Message);
        Assert.Contains("set -InfluxUrl to https://",
            (await Assert.ThrowsAsync<InfluxException>(() => InfluxSetup.InitializeAsync(target, null, false, Stop))).Message);
        using InfluxWriter writer = new(target, new InfluxWriterOptions());
        using CancellationTokenSource told = new();
        string problem = "";
        writer.Problem += text =>
        {
            problem = text;
            told.Cancel();
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer.WriteAsync("m v=1i 1\n"u8.ToArray(), told.Token));
        Assert.Contains("set -InfluxUrl to https://", problem);
    }

    [Theory]
    [InlineData("http", "", "https://")]
    [InlineData("http", "\u0015\u0003\u0001\0\u0002\u0002\u0046", "https://")] // a TLS alert, as rustls answers
    [InlineData("http", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 53\r\n\r\n"
        + "The plain HTTP request was sent to HTTPS port, sorry.", "https://")]
    [InlineData("https", "", "http://")]
    [InlineData("https", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "http://")]
    public async Task The_other_scheme_is_hinted_at(string scheme, string answer, string hint)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using CancellationTokenSource done = new();
        Task serving = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync(done.Token);
                await client.GetStream().ReadExactlyAsync(new byte[10], done.Token);
                if (answer.Length > 0)
                {
                    // All of what was asked, so that the answer is not lost with a reset.
                    await Task.Delay(20, done.Token);
                    await client.GetStream().ReadExactlyAsync(new byte[client.Available], done.Token);
                }

                await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(answer), done.Token);
            }
        });
        InfluxTarget target = new()
        {
            Url = new Uri($"{scheme}://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"),
            Generation = InfluxGeneration.V1
        };
        InfluxProbeResult probe = await InfluxProbe.TestAsync(target, Stop);
        Assert.False(probe.WriteAccepted);
        Assert.Contains($"to {hint}", probe.Message);
        Assert.DoesNotContain(probe.Message, char.IsControl);
        await done.CancelAsync();
        await Record.ExceptionAsync(() => serving);
    }

    [Fact]
    public async Task What_a_server_says_is_quoted_safely_and_briefly()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        string words = "\u001b]0;owned\u0007\u001b[2J\r\nline two\u202e " + new string('x', 5_000) + " the end";
        foreach (int status in new[] { 302, 400, 401, 404, 409, 500 })
        {
            foreach (string body in new[] { words, JsonSerializer.Serialize(new { error = words }),
                JsonSerializer.Serialize(new { message = words }) })
            {
                server.Always = context =>
                {
                    context.Response.Headers["X-Influxdb-Version"] = "2.7." + new string('x', 3_000);
                    return context.Request.Path == "/ping" ? FakeInflux.Answer(context, 204) : FakeInflux.Answer(context, status, body);
                };
                List<string> texts = [];
                using InfluxWriter writer = new(server.Target, new InfluxWriterOptions());
                writer.Problem += texts.Add;
                using CancellationTokenSource soon = new(status == 500 ? 50 : 5_000);
                texts.Add((await Record.ExceptionAsync(() => writer.WriteAsync("m v=1i 1\n"u8.ToArray(), soon.Token)))?.Message ?? "");
                InfluxProbeResult probe = await InfluxProbe.TestAsync(server.Target, Stop);
                texts.AddRange([probe.Message, probe.Version ?? ""]);
                foreach (InfluxGeneration generation in new[] { InfluxGeneration.V1, InfluxGeneration.V2, InfluxGeneration.V3 })
                {
                    texts.Add((await Record.ExceptionAsync(() => InfluxSetup.InitializeAsync(server.Target with { Generation = generation },
                        null, false, Stop)))?.Message ?? "");
                }

                Assert.All(texts, text => Assert.DoesNotContain(text, c => char.IsControl(c) || c == '\u202e'));
                Assert.All(texts, text => Assert.InRange(text.Length, 0, 500));
            }
        }
    }

    [Fact]
    public async Task No_text_holds_the_token()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        // A server that says the credentials back, in every kind of answer.
        foreach (int status in new[] { 400, 401, 403, 404, 409, 500, 503 })
        {
            server.Always = context => FakeInflux.Answer(
                context, status, $$"""{"error":"{{context.Request.Headers.Authorization}} is not liked"}""", ("Location", "/" + FakeInflux.Token));
            InfluxTarget target = server.Target with { Generation = InfluxGeneration.V2, Password = "pass-word" };
            List<string> texts = [target.ToString()];
            using InfluxWriter writer = new(target, new InfluxWriterOptions());
            writer.Problem += texts.Add;
            using CancellationTokenSource soon = new(400);
            Exception? error = await Record.ExceptionAsync(() => writer.WriteAsync("m v=1i 1\n"u8.ToArray(), soon.Token));
            texts.Add($"{error}");
            texts.Add((await InfluxProbe.TestAsync(target, Stop)).ToString());
            texts.Add($"{await Record.ExceptionAsync(() => InfluxSetup.InitializeAsync(target, null, false, Stop))}");
            Assert.All(texts, t => Assert.DoesNotContain(FakeInflux.Token, t));
            Assert.All(texts, t => Assert.DoesNotContain("pass-word", t));
            Assert.Contains("***", string.Join('\n', texts));
        }
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("two\nlines")]
    [InlineData("nön")]
    public void A_token_that_cannot_be_one_is_refused_without_being_shown(string token)
    {
        InfluxException error = Assert.Throws<InfluxException>(
            () => new InfluxWriter(new InfluxTarget { Url = new Uri("http://127.0.0.1:1"), Token = token }, new InfluxWriterOptions()));
        Assert.DoesNotContain(token, error.ToString());
    }

    [Fact]
    public void An_address_that_is_no_web_address_is_refused() =>
        Assert.Throws<InfluxException>(() => new InfluxWriter(new InfluxTarget { Url = new Uri("ftp://127.0.0.1/") },
            new InfluxWriterOptions()));

    private static async Task<InfluxException> RefusedAsync(InfluxTarget target)
    {
        using InfluxWriter writer = new(target, new InfluxWriterOptions());
        return await Assert.ThrowsAsync<InfluxException>(() => writer.WriteAsync("m v=1i 1\n"u8.ToArray(), Stop));
    }

    private static X509Certificate2 SelfSigned()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
