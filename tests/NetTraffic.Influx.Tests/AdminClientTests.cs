using NetTraffic.Influx.Tests.Servers;

namespace NetTraffic.Influx.Tests;

/// <summary>What goes wrong while a 2.x server is administered is told as everywhere else, whatever the library makes of it.</summary>
public sealed class AdminClientTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", InfluxProblem.NotInflux)]
    [InlineData("null", InfluxProblem.NotInflux)]
    [InlineData("[1]", InfluxProblem.NotInflux)]
    [InlineData("<html>not here</html>", InfluxProblem.NotInflux)]
    [InlineData("""{"orgs":7}""", InfluxProblem.NotInflux)]
    [InlineData("""{"orgs":[{"name":"acme"}]}""", InfluxProblem.NotFound)]
    [InlineData("""{"orgs":null}""", InfluxProblem.NotFound)]
    [InlineData("""{}""", InfluxProblem.NotFound)]
    public async Task An_answer_that_is_none_is_said(string body, InfluxProblem problem)
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        server.Always = async context => context.Request.Path == "/api/v2/orgs" && await FakeInflux.Answer(context, 200, body);
        InfluxException error = await FailsAsync(server.Target);
        Assert.Equal(problem, error.Problem);
    }

    [Theory]
    [InlineData(401, "", null, InfluxProblem.Unauthorized)]
    [InlineData(403, "", null, InfluxProblem.Unauthorized)]
    [InlineData(429, "Wed, 21 Oct 2065 07:28:00 GMT", null, InfluxProblem.Unreachable)]
    [InlineData(503, "4000000000", null, InfluxProblem.Unreachable)]
    [InlineData(503, "soon", null, InfluxProblem.Unreachable)]
    [InlineData(302, "", "http://elsewhere.example/", InfluxProblem.NotInflux)]
    [InlineData(404, "", null, InfluxProblem.NotFound)]
    [InlineData(500, "", null, InfluxProblem.Unreachable)]
    public async Task An_error_has_one_meaning_and_no_secret(int status, string retryAfter, string? location, InfluxProblem problem)
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        server.Always = async context =>
        {
            if (context.Request.Path != "/api/v2/buckets")
            {
                return false;
            }

            string echoed = $$"""{"code":"x","message":"bad: {{context.Request.Headers.Authorization}}"}""";
            (string, string)[] headers =
                [.. new[] { ("Retry-After", retryAfter), ("Location", location ?? "") }.Where(header => header.Item2.Length > 0)];
            return await FakeInflux.Answer(context, status, echoed, headers);
        };
        if (status == 404)
        {
            // No such bucket: it is made.
            Assert.Contains("Create bucket", (await InfluxSetup.InitializeAsync(server.Target, null, true, Stop)).Actions[0],
                StringComparison.Ordinal);
            return;
        }

        InfluxException error = await FailsAsync(server.Target);
        Assert.Equal(problem, error.Problem);
        Assert.DoesNotContain(FakeInflux.Token, error.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_retention_without_end_is_sent_as_one()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        server.Buckets["traffic"] = 86_400;
        Assert.Equal(2, (await InfluxSetup.InitializeAsync(server.Target, TimeSpan.Zero, false, Stop)).Actions.Count);
        Assert.Equal(0, server.Buckets["traffic"]);
        Assert.Empty((await InfluxSetup.InitializeAsync(server.Target, TimeSpan.Zero, false, Stop)).Actions);
    }

    [Fact]
    public async Task Giving_up_is_no_error_of_the_server()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        using CancellationTokenSource stop = new();
        server.Always = async context =>
        {
            if (context.Request.Path != "/api/v2/buckets")
            {
                return false;
            }

            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => InfluxSetup.InitializeAsync(server.Target, null, false, stop.Token));
    }

    [Fact]
    public async Task Names_and_paths_arrive_as_they_are()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        string bucket = "a b&c=d/\u00fc%41";
        await InfluxSetup.InitializeAsync(server.Target with { Bucket = bucket }, null, false, Stop);
        Assert.Equal(0, server.Buckets[bucket]);
        Assert.Empty((await InfluxSetup.InitializeAsync(server.Target with { Bucket = bucket }, null, false, Stop)).Actions);
    }

    private static Task<InfluxException> FailsAsync(InfluxTarget target) =>
        Assert.ThrowsAsync<InfluxException>(() => InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(1), false, Stop));
}
