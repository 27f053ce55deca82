using System.Diagnostics;
using System.Globalization;
using System.Text;
using NetTraffic.Enrichment.Limits;
using NetTraffic.Testing;

namespace NetTraffic.Enrichment.Tests.Online;

public class LimitTests : ProviderTests
{
    private const string StoreVariable = "NETTRAFFIC_TEST_QUOTA_STORE";
    private static readonly ProviderLimit Limit = new(PerMinute: 4, PerDay: 10);

    private string File => Path.Combine(Store.Path, "enrichment-quota", "test.json");

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[1,2]")]
    [InlineData("""{"Day":"2026-11-29","Used":-9223372036854775808}""")]
    [InlineData("""{"Day":"2026-11-28","Used":10}""")]
    [InlineData("""{"Day":"9999-12-31","Used":10}""")]
    [InlineData("""{"Day":"yesterday","Used":10}""")]
    [InlineData("""{"ParkedUntil":"9999-12-31T23:59:59.9999999Z","Reason":"for ever"}""")]
    [InlineData("""{"ParkedUntil":"2026-12-01T10:30:00Z"}""")]
    [InlineData("""{"ParkedUntil":"2026-11-29T10:29:59Z"}""")]
    [InlineData("""{"Recent":null,"DailyQuota":-1}""")]
    [InlineData("""{"DailyQuota":9223372036854775807}""")]
    [InlineData("""{"Recent":[9223372036854775807,9223372036854775806,-1,0,1,2,3,4,5]}""")]
    public async Task What_this_program_would_not_have_written_counts_for_nothing(string content)
    {
        Write(content);
        LimitGate gate = Gate();
        Assert.Equal(10, gate.CostOf(1).Left);
        await gate.TakeAsync(CancellationToken.None);
        Assert.Equal(9, gate.CostOf(1).Left);
        Assert.Equal(TimeSpan.Zero, Time.Passed);
    }

    [Fact]
    public async Task A_file_without_end_counts_for_nothing()
    {
        Write("""{"Day":"2026-11-29","Used":10,"Reason":"x",""" + new string(' ', 10_000_000) + "}");
        await Gate().TakeAsync(CancellationToken.None);
        Assert.InRange(new FileInfo(File).Length, 1, 1000);
    }

    [Fact]
    public async Task A_reason_from_the_file_is_shown_safely()
    {
        Write("{\"ParkedUntil\":\"2026-11-29T20:00:00Z\",\"Reason\":\"\\u001b[31m" + new string('x', 5000) + "\"}");
        ProviderException error = await Assert.ThrowsAsync<ProviderException>(() => Gate().TakeAsync(CancellationToken.None));
        Assert.StartsWith("\\u001b[31mxxx", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 100, 300);
    }

    [Fact]
    public async Task Within_any_minute_no_more_than_allowed_go_through()
    {
        List<DateTimeOffset> times = [];
        for (int i = 0; i < 10; i++)
        {
            await Gate().TakeAsync(CancellationToken.None);
            times.Add(Time.GetUtcNow());
            Time.Pass(TimeSpan.FromSeconds(7));
        }

        Assert.All(Enumerable.Range(4, 6), i => Assert.True(times[i] - times[i - 4] >= TimeSpan.FromMinutes(1)));
        Assert.InRange(Time.Passed, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(3));
        ProviderException error = await Assert.ThrowsAsync<ProviderException>(() => Gate().TakeAsync(CancellationToken.None));
        Assert.Equal("the daily quota of 10 is used up until 2026-11-30 00:00:00 UTC", error.Message);
    }

    [Fact]
    public async Task A_shorter_park_does_not_end_a_longer_one()
    {
        await Gate().ParkAsync(TimeSpan.FromHours(3), "it is tired", CancellationToken.None);
        ProviderException error = await Gate().ParkAsync(TimeSpan.FromHours(1), "it is tired", CancellationToken.None);
        Assert.Equal(Begin.UtcDateTime.AddHours(3), error.ParkedUntil);
    }

    [Fact]
    public async Task Where_no_count_can_be_kept_nothing_is_asked()
    {
        Store.Write("enrichment-quota", "a file"u8);
        LimitGate gate = Gate();
        ProviderException error = await Assert.ThrowsAsync<ProviderException>(() => gate.TakeAsync(CancellationToken.None));
        Assert.StartsWith("it is not asked, since no count can be kept of that: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, gate.CostOf(1).Requests);
        Assert.Equal((0L, 10L), (gate.Quota("one").Used, gate.Quota("one").Limit));
    }

    [Fact]
    public async Task Ten_at_once_count_ten()
    {
        LimitGate[] gates = [Gate(), Gate()];
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => gates[i % 2].TakeAsync(CancellationToken.None)));
        Assert.Equal(0, gates[0].CostOf(1).Left);
        Assert.Equal((10L, 10L, 0L, null), (gates[1].Quota("one").Used, gates[1].Quota("one").Limit, gates[1].Quota("one").Left,
            gates[1].Quota("one").Reason));
        await gates[0].ParkAsync(TimeSpan.FromMinutes(5), "it said 429", CancellationToken.None);
        ProviderQuota parked = gates[1].Quota("one");
        Assert.Equal(("it said 429", 0L), (parked.Reason, parked.Left));
    }

    /// <summary>Two processes take from one quota for as long as there is some: together they have it all, and no more.</summary>
    [Fact]
    public async Task Two_processes_share_a_quota()
    {
        string program = Path.Combine(
            AppContext.BaseDirectory, "NetTraffic.Enrichment.Tests" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string argument in new[] { "-method", $"*.{nameof(The_other_process)}", "-explicit", "only" })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[StoreVariable] = Store.Path;
        using Process other = Process.Start(start)!;
        Task<string> output = other.StandardOutput.ReadToEndAsync();
        string begun = Path.Combine(Store.Path, "begun"), result = Path.Combine(Store.Path, "taken");
        while (!System.IO.File.Exists(begun) && !other.HasExited)
        {
            await Task.Delay(5);
        }

        int here = await TakeAllAsync(Store.Path);
        await other.WaitForExitAsync();
        Assert.True(System.IO.File.Exists(result), await output);
        int there = int.Parse(await System.IO.File.ReadAllTextAsync(result), CultureInfo.InvariantCulture);
        Assert.Equal(300, here + there);
        Assert.True(here > 0 && there > 0, $"here {here}, there {there}");
    }

    [Fact(Explicit = true)]
    public async Task The_other_process()
    {
        if (Environment.GetEnvironmentVariable(StoreVariable) is { } store)
        {
            await System.IO.File.WriteAllTextAsync(Path.Combine(store, "begun"), "");
            int taken = await TakeAllAsync(store);
            await System.IO.File.WriteAllTextAsync(Path.Combine(store, "taken"), taken.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static async Task<int> TakeAllAsync(string store)
    {
        LimitGate gate = new(store, "shared", null, new ProviderLimit(PerMinute: 1000, PerDay: 300), new LeapingTime { Begin = Begin });
        for (int taken = 0; ; taken++)
        {
            try
            {
                await gate.TakeAsync(CancellationToken.None);
                await Task.Delay(2); // a request would take longer, and nobody else has a chance without
            }
            catch (ProviderException error) when (error.ParkedUntil is not null)
            {
                return taken;
            }
        }
    }

    private LimitGate Gate() => new(Store.Path, "test", null, Limit, Time);

    private void Write(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllBytes(File, Encoding.UTF8.GetBytes(content));
    }
}
