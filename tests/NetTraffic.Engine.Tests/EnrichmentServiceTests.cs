using System.Collections.Concurrent;
using System.IO.Pipes;
using System.Net;
using System.Text;
using NetTraffic.Enrichment;
using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>
/// What is found out about the addresses of a store's traffic. The providers are doubles: nobody on the network is asked.
/// </summary>
public sealed class EnrichmentServiceTests : IDisposable
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private readonly ScratchFolder folder = new();
    private readonly ITrafficStore store;
    private readonly Double provider = new();

    public EnrichmentServiceTests()
    {
        string capture = Path.Combine(Repository.Root, "tests", "fixtures", "internet.pcap");
        TrafficEngine.Import(new ImportRequest { Path = capture, StorePath = folder.Path }, null, Stop);
        store = TrafficEngine.OpenStore(folder.Path);
    }

    public void Dispose()
    {
        store.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void The_largest_public_talkers_that_are_not_known_are_asked_about()
    {
        using EnrichmentService service = Open();
        IReadOnlyList<string> first = service.Talkers(new TrafficFilter(), 3, force: false, Stop);
        Assert.Equal(["151.101.1.140", "130.89.148.77", "91.189.91.49"], first);
        Assert.Equal([new EnrichmentCost("double", 3, 3, null, null)], service.CostOf(first, force: false, Stop));
        Assert.All(service.Enrich(first, force: false, null, Stop), known => Assert.Equal($"Town of {known.Address}", known.City));
        Assert.Equal(3, provider.Asked.Count);

        // What is known is left out the next time, and not asked again.
        Assert.Empty(first.Intersect(service.Talkers(new TrafficFilter(), 3, force: false, Stop)));
        Assert.Equal([new EnrichmentCost("double", 0, 0, null, null)], service.CostOf(first, force: false, Stop));
        using EnrichmentService other = Open();
        Assert.Equal("Town of 91.189.91.49", other.Enrich(["91.189.91.49"], force: false, null, Stop).Single().City);
        Assert.Equal(3, provider.Asked.Count);
        other.Enrich(["91.189.91.49"], force: true, null, Stop);
        Assert.Equal(4, provider.Asked.Count);
    }

    [Fact]
    public void Private_addresses_are_never_asked_about()
    {
        using EnrichmentService service = Open();
        IReadOnlyList<IpEnrichment> known = service.Enrich(["192.168.1.20", "203.0.113.66", "::1", "::ffff:10.0.0.1"], force: true,
            null, Stop);
        Assert.Equal(["Private", "Documentation", "Loopback", "Private"], known.Select(one => one.Scope));
        Assert.Empty(provider.Asked);
    }

    [Fact]
    public void Suspicious_is_what_lists_and_providers_make_so()
    {
        using (MemoryStream list = new("203.0.113.64/28"u8.ToArray()))
        {
            BlocklistCatalog.Import(folder.Path, "demo", list, "test", null, Stop);
        }

        // Half of what is set as the threshold, and a tenth of a blocklist's weight more.
        provider.AbuseScore = 90;
        using EnrichmentService service = Open();
        service.Enrich(["8.8.8.8"], force: false, null, Stop);
        IReadOnlyList<SuspiciousAddress> found = service.GetSuspicious(new TrafficFilter(), 50, Stop);
        Assert.Equal([("8.8.8.8", 54), ("203.0.113.66", 50)], found.Select(one => (one.Address, one.SuspicionScore)));
        Assert.Equal(store.GetSummary(new TrafficFilter { Address = [Net.AddressRange.Parse("8.8.8.8")] }, Stop).Bytes, found[0].Bytes);
        Assert.Equal("8.8.8.8", service.GetSuspicious(new TrafficFilter(), 51, Stop).Single().Address);

        // As the filter has it, in a store that is opened anew.
        using ITrafficStore again = TrafficEngine.OpenStore(folder.Path);
        Assert.Equal(
            ["203.0.113.66", "8.8.8.8"],
            again.GetFlows(new TrafficFilter { Suspicious = true }, null, false, Stop)
                .Select(flow => flow.SourcePort == 54321 ? flow.SourceAddress : flow.DestinationAddress).Distinct().Order());
    }

    [Fact]
    public void A_packed_list_that_is_cut_off_is_refused_and_not_kept_in_part()
    {
        byte[] packed = CaptureBytes.Gzip([.. Enumerable.Range(0, 5000).SelectMany(i =>
            Encoding.ASCII.GetBytes($"192.0.{i >> 8}.{i & 255}\n"))]);
        using (MemoryStream whole = new(packed))
        {
            BlocklistCatalog.Import(folder.Path, "packed", whole, "test", null, Stop);
        }

        int ranges = BlocklistCatalog.List(folder.Path, Assert.Fail).Single().Ranges;
        using MemoryStream cut = new(packed[..(packed.Length / 2)]);
        Assert.Throws<FormatException>(() => BlocklistCatalog.Import(folder.Path, "packed", cut, "test", null, Stop));
        Assert.Equal(ranges, BlocklistCatalog.List(folder.Path, Assert.Fail).Single().Ranges);
    }

    [Fact]
    public void A_list_from_a_pipe_is_read()
    {
        byte[][] lists = [[.. "192.0.2.1\n"u8], CaptureBytes.Gzip([.. "192.0.2.1\n"u8])];
        foreach (byte[] list in lists)
        {
            using AnonymousPipeServerStream writer = new(PipeDirection.Out);
            using AnonymousPipeClientStream reader = new(PipeDirection.In, writer.ClientSafePipeHandle);
            writer.Write(list);
            writer.Dispose();
            Assert.Equal(1, BlocklistCatalog.Import(folder.Path, "piped", reader, "test", null, Stop).Ranges);
        }
    }

    /// <summary>In a store anybody may have put something.</summary>
    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData("010.0.0.1")]
    public void An_answer_about_what_is_no_address_is_left_out(string address)
    {
        DateTime now = DateTime.UtcNow;
        store.AddEnrichment(
        [
            new EnrichmentRow { Address = address, Provider = "double", Time = now, ExpiresTime = now, AbuseScore = 100 },
            new EnrichmentRow { Address = "9.9.9.9", Provider = "double", Time = now, ExpiresTime = now, AbuseScore = 100 },
        ]);
        using EnrichmentService service = Open();
        Assert.Equal(["9.9.9.9"], service.GetKnown(null, Stop).Select(known => known.Address));
        Assert.Empty(service.GetSuspicious(new TrafficFilter(), 1, Stop));
    }

    [Fact]
    public async Task A_capture_that_enriches_asks_about_new_talkers_once()
    {
        ConcurrentQueue<string> warnings = [];
        using (TalkerEnrichment enrichment = new(folder.Path, warnings.Enqueue, (from, _) => Open(from), TimeSpan.FromMilliseconds(50)))
        {
            await Task.Delay(300, Stop);
            Assert.Empty(provider.Asked); // the traffic is older than it looks back

            ImportNow();
            for (int i = 0; i < 100 && provider.Asked.Count < 2; i++)
            {
                await Task.Delay(100, Stop);
            }

            await Task.Delay(300, Stop);
        }

        Assert.Equal(["1.0.0.1", "9.9.9.9"], provider.Asked.Order());
        Assert.Empty(warnings);
    }

    [Fact]
    public async Task A_provider_that_fails_is_told_of_once()
    {
        ConcurrentQueue<string> warnings = [];
        provider.Failure = "parked until tomorrow";
        ImportNow();
        using (TalkerEnrichment enrichment = new(folder.Path, warnings.Enqueue, (from, _) => Open(from), TimeSpan.FromMilliseconds(20)))
        {
            for (int i = 0; i < 100 && warnings.IsEmpty; i++)
            {
                await Task.Delay(100, Stop);
            }

            await Task.Delay(500, Stop);
        }

        Assert.Equal("Enrichment: double: parked until tomorrow", Assert.Single(warnings));
    }

    private EnrichmentService Open(ITrafficStore? from = null) =>
        EnrichmentService.Open(from ?? store, null, [provider], text => Assert.Fail(text));

    /// <summary>Traffic of this minute: two datagrams to two public addresses.</summary>
    private void ImportNow()
    {
        string path = Path.Combine(folder.Path, "now.pcap");
        long now = UnixTime.ToNanoseconds(DateTime.UtcNow);
        TestPacket[] packets = [.. new[] { "9.9.9.9", "1.0.0.1" }.Select((address, number) =>
        {
            byte[] frame = Frames.Ethernet(0x0800, Frames.IPv4("192.168.1.20", address, 17, Frames.Udp(40000, 53, new byte[40])));
            return new TestPacket(now + number, frame.Length, 1, 0, frame);
        })];
        File.WriteAllBytes(path, PcapBytes.Write(packets, 1));
        TrafficEngine.Import(new ImportRequest { Path = path, StorePath = folder.Path }, null, Stop);
    }

    /// <summary>Knows the town of every address.</summary>
    private sealed class Double : IEnrichmentProvider
    {
        public ConcurrentQueue<string> Asked { get; } = [];

        public string? Failure { get; set; }

        public int? AbuseScore { get; set; }

        public string Name => "double";

        public int BatchSize => 2;

        public TimeSpan TimeToLive => TimeSpan.FromDays(1);

        public TimeSpan NegativeTimeToLive => TimeSpan.FromHours(1);

        public Task<IReadOnlyList<ProviderAnswer>> AskAsync(IReadOnlyList<IPAddress> addresses, CancellationToken cancellationToken)
        {
            if (Failure is not null)
            {
                throw new ProviderException(Failure);
            }

            return Task.FromResult<IReadOnlyList<ProviderAnswer>>(
            [
                .. addresses.Select(address =>
                {
                    Asked.Enqueue(address.ToString());
                    return new ProviderAnswer(new EnrichmentRow { City = $"Town of {address}", CountryCode = "DE",
                        AbuseScore = AbuseScore });
                }),
            ]);
        }

        public ProviderCost? CostOf(int addresses) => new(addresses, null, null);

        public ProviderQuota? Quota() => null;
    }
}
