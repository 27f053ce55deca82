using NetTraffic.Influx.Tests.Servers;

namespace NetTraffic.Influx.Tests;

/// <summary>Setting up issues a token that may only read and one that may only write, keeps what works, and shows neither.</summary>
public sealed class AccessTokenTests : IDisposable
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private readonly string folder = Directory.CreateTempSubdirectory("nettraffic-tokens-").FullName;
    private string? current;

    private string ReadPath => Path.Combine(folder, "store", "influx-read.token");

    private AccessTokenOptions Options => new()
    {
        ReadTokenPath = ReadPath,
        WriteTokenPath = "secrets",
        SaveWriteToken = token => current = token,
        CurrentToken = current,
        Owner = "tap-1",
    };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Both_are_issued_and_a_second_run_changes_nothing()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        InfluxTarget target = server.Target with { Bucket = "fresh" };
        InfluxSetupResult plan = await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(7), Options, true, Stop);
        Assert.Equal(4, plan.Actions.Count);
        Assert.False(plan.Changed);
        Assert.Empty(server.Issued);
        Assert.False(File.Exists(ReadPath));

        InfluxSetupResult made = await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(7), Options, false, Stop);
        Assert.Equal(plan.Actions, made.Actions);
        Assert.Equal((ReadPath, "secrets", null), (made.ReadTokenPath, made.WriteTokenPath, made.Note));
        Assert.Equal(["read b-fresh NetTraffic on tap-1: reads fresh", "write b-fresh NetTraffic on tap-1: writes to fresh"],
            Authorizations(server));
        string read = File.ReadAllText(ReadPath).Trim();
        Assert.Equal(("read", "write"), (server.Issued[read].Action, server.Issued[current!].Action));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ReadPath));
        }

        Assert.DoesNotContain(read, made.ToString() + string.Join(' ', made.Actions));
        Assert.DoesNotContain(current!, made.ToString() + string.Join(' ', made.Actions));
        InfluxSetupResult again = await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(7), Options, false, Stop);
        Assert.Empty(again.Actions);
        Assert.Equal((ReadPath, "secrets", false), (again.ReadTokenPath, again.WriteTokenPath, again.Changed));
        Assert.Equal(2, server.Issued.Count);

        // Captures need nothing else.
        Assert.True((await InfluxProbe.TestAsync(target with { Token = current }, Stop)).WriteAccepted);
        Assert.Equal(InfluxProblem.Unauthorized, (await InfluxProbe.TestAsync(target with { Token = read }, Stop)).Problem);
    }

    [Fact]
    public async Task The_token_that_sets_up_stays_unless_it_is_to_give_way()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        current = FakeInflux.Token;
        InfluxSetupResult made = await InfluxSetup.InitializeAsync(server.Target, null, Options, false, Stop);
        Assert.Equal((FakeInflux.Token, null), (current, made.WriteTokenPath));
        Assert.Contains("-ReplaceToken", made.Note, StringComparison.Ordinal);
        Assert.Equal(["read b-traffic NetTraffic on tap-1: reads traffic"], Authorizations(server));

        made = await InfluxSetup.InitializeAsync(server.Target, null, Options with { Replace = true }, false, Stop);
        Assert.Contains("in place of the one that is set", Assert.Single(made.Actions), StringComparison.Ordinal);
        Assert.Equal("write", server.Issued[current!].Action);

        // What may only write cannot set up, and the message says whose token can.
        InfluxException refused = await Assert.ThrowsAsync<InfluxException>(
            () => InfluxSetup.InitializeAsync(server.Target with { Token = current }, null, Options, false, Stop));
        Assert.Equal(InfluxProblem.Unauthorized, refused.Problem);
        Assert.Contains("-AdminToken", refused.Message, StringComparison.Ordinal);
        Assert.Empty((await InfluxSetup.InitializeAsync(server.Target, null, Options with { Replace = true }, false, Stop)).Actions);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_no_longer_works_is_issued_anew(bool garbage)
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        await InfluxSetup.InitializeAsync(server.Target, null, Options, false, Stop);
        string[] old = [File.ReadAllText(ReadPath).Trim(), current!];
        server.Issued.Clear();
        if (garbage)
        {
            File.WriteAllText(ReadPath, "not a token\u0001 at all");
        }

        InfluxSetupResult made = await InfluxSetup.InitializeAsync(server.Target, null, Options, false, Stop);
        Assert.Equal(2, made.Actions.Count);
        Assert.All(made.Actions, action => Assert.Contains("in place of", action, StringComparison.Ordinal));
        string[] issued = [File.ReadAllText(ReadPath).Trim(), current!];
        Assert.Empty(issued.Intersect(old));
        Assert.Equal(issued.Order(), server.Issued.Keys.Order());
    }

    [Fact]
    public async Task A_token_that_cannot_be_kept_is_deleted_on_the_server()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        AccessTokenOptions full = Options with { SaveWriteToken = _ => throw new IOException("No space left on device") };
        IOException error =
            await Assert.ThrowsAsync<IOException>(() => InfluxSetup.InitializeAsync(server.Target, null, full, false, Stop));
        Assert.Equal("No space left on device", error.Message);
        Assert.Equal(["read b-traffic NetTraffic on tap-1: reads traffic"], Authorizations(server));

        server.Always = async context => context.Request.Method == "DELETE" && await FakeInflux.Answer(context, 500, "{}");
        InfluxException left =
            await Assert.ThrowsAsync<InfluxException>(() => InfluxSetup.InitializeAsync(server.Target, null, full, false, Stop));
        Assert.Contains("No space left on device", left.Message, StringComparison.Ordinal);
        Assert.Contains($"influx auth delete --id {server.Issued.Values.Single(token => token.Action == "write").Id}", left.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_issue_tokens_sets_up_the_rest()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        InfluxTarget target = server.Target with { Bucket = "fresh" };
        server.Always = async context => context.Request.Path == "/api/v2/authorizations" && await FakeInflux.Answer(context, 403, """{"code":"forbidden","message":"write:authorizations is unauthorized"}""");
        current = FakeInflux.Token;
        InfluxSetupResult made = await InfluxSetup.InitializeAsync(target, null, Options, false, Stop);
        Assert.Equal((2, null), (made.Actions.Count, made.ReadTokenPath));
        Assert.Contains("influx auth create --read-bucket b-fresh", made.Note, StringComparison.Ordinal);
        Assert.True(server.Mappings.ContainsKey("fresh"));
        Assert.Equal(
            InfluxProblem.Unauthorized,
            (await Assert.ThrowsAsync<InfluxException>(() => InfluxSetup.InitializeAsync(target, null, Options with { Replace = true },
                false, Stop))).Problem);
        Assert.Equal(FakeInflux.Token, current);
    }

    [Fact]
    public async Task Other_generations_say_that_they_have_none()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync(generation: 3);
        InfluxSetupResult made = await InfluxSetup.InitializeAsync(server.Target, null, Options, false, Stop);
        Assert.Equal((null, null, null), (made.ReadTokenPath, made.WriteTokenPath, current));
        Assert.Contains("Only InfluxDB 2.x", made.Note, StringComparison.Ordinal);
        Assert.False(File.Exists(ReadPath));
    }

    private static IEnumerable<string> Authorizations(FakeInflux server) =>
        server.Issued.Values.Select(token => $"{token.Action} {token.Bucket} {token.Description}").Order(StringComparer.Ordinal);
}
