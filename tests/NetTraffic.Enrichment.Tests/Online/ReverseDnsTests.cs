using System.Net;
using NetTraffic.Enrichment.ReverseDns;
using NetTraffic.Enrichment.Tests.Services;

namespace NetTraffic.Enrichment.Tests.Online;

public class ReverseDnsTests
{
    [Fact]
    public async Task Names_are_given_and_that_there_is_none()
    {
        using FakeNameServer server = new();
        server.Names["8.8.8.8.in-addr.arpa"] = ["dns.google"];
        server.Names["7.114.0.203.in-addr.arpa"] = ["zz.example.org", "a\u001b[1m.example.org"];
        server.Names["1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.5.4.1.0.0.a.2.ip6.arpa"] = ["six.example.org"];
        IReadOnlyList<ProviderAnswer> answers = await AskAsync(
            server, "8.8.8.8", "9.9.9.9", "2a00:1450::1", "203.0.114.7", "::ffff:8.8.8.8", "10.0.0.1", "fe80::1");
        Assert.Equal(["dns.google", null, "six.example.org", "a\\027[1m.example.org", "dns.google", null, null],
            answers.Select(answer => answer.Row?.HostName));
        Assert.All(answers, answer => Assert.Null(answer.Problem));
        Assert.Equal(5, server.Asked.Count);
    }

    [Fact]
    public async Task A_server_that_fails_is_said()
    {
        using FakeNameServer server = new() { Code = 2 };
        ProviderAnswer answer = Assert.Single(await AskAsync(server, "8.8.8.8"));
        Assert.Equal($"the name server {server.Address} answers ServerFailure", answer.Problem);
    }

    [Theory]
    [InlineData(new byte[] { 0xC0, 12, 0xC0, 12 })]
    [InlineData(new byte[] { 63, 1, 2 })]
    [InlineData(new byte[0])]
    public async Task Bytes_that_are_no_answer_are_said(byte[] garbage)
    {
        using FakeNameServer server = new() { Garbage = garbage };
        server.Names["8.8.8.8.in-addr.arpa"] = ["dns.google"];
        ProviderAnswer answer = Assert.Single(await AskAsync(server, "8.8.8.8"));
        Assert.Null(answer.Row);
        Assert.NotNull(answer.Problem);
    }

    [Fact]
    public async Task One_silence_is_of_an_address_and_many_are_of_the_server()
    {
        using FakeNameServer server = new() { Delay = TimeSpan.FromSeconds(-1) };
        Assert.Equal($"no answer of the name server {server.Address}", Assert.Single(await AskAsync(server, "8.8.8.8")).Problem);
        ProviderException error = await Assert.ThrowsAsync<ProviderException>(
            () => AskAsync(server, "8.8.8.1", "8.8.8.2", "8.8.8.3", "8.8.8.4"));
        Assert.Equal($"no answer of the name server {server.Address}", error.Message);
    }

    [Fact]
    public async Task No_more_than_32_questions_are_on_their_way_at_a_time()
    {
        using FakeNameServer server = new() { Delay = TimeSpan.FromMilliseconds(20) };
        string[] addresses = [.. Enumerable.Range(0, 256).Select(i => $"203.0.114.{i}")];
        IReadOnlyList<ProviderAnswer> answers = await new ReverseDnsProvider(server.Address).AskAsync(
            [.. addresses.Select(IPAddress.Parse)], CancellationToken.None);
        Assert.All(answers, answer => Assert.Equal(new ProviderAnswer(null), answer));
        Assert.InRange(server.Most, 2, 32);
    }

    [Fact]
    public async Task It_ends_when_who_asked_gives_up()
    {
        using FakeNameServer server = new() { Delay = TimeSpan.FromSeconds(-1) };
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new ReverseDnsProvider(server.Address).AskAsync([IPAddress.Parse("8.8.8.8")], cancel.Token));
    }

    private static Task<IReadOnlyList<ProviderAnswer>> AskAsync(FakeNameServer server, params string[] addresses)
    {
        TimeSpan? timeout = server.Delay < TimeSpan.Zero ? TimeSpan.FromMilliseconds(300) : null;
        return new ReverseDnsProvider(server.Address, timeout).AskAsync([.. addresses.Select(IPAddress.Parse)], CancellationToken.None);
    }
}
