using NetTraffic.Enrichment.Blocklists;
using NetTraffic.Enrichment.Geo;
using NetTraffic.Enrichment.Ranges;
using NetTraffic.Enrichment.Tests.Ranges;
using NetTraffic.Testing;

namespace NetTraffic.Enrichment.Tests;

public sealed class AddressDescriberTests : IDisposable
{
    private static readonly DateTime Now = new(2026, 3, 1, 10, 0, 0, DateTimeKind.Utc);
    private readonly ScratchFolder folder = new();

    public AddressDescriberTests()
    {
        RangeTable countries = Tables.Of(("8.8.8.0/24", "US"), ("9.9.9.0/24", "CH"), ("10.0.0.0/8", "XX"));
        folder.Write("country.ranges", RangeTableFile.Write(countries));
        folder.Write("asn.ranges", RangeTableFile.Write(Tables.Of(("8.8.8.0/24", "15169 GOOGLE"))));
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_the_tables_know_is_said_with_the_centre_of_the_country()
    {
        IpEnrichment found = Describer().Describe("8.8.8.8", [], []);
        Countries.Country country = Countries.Find("US")!;
        Assert.Equal(("8.8.8.8", "Public", "US", country.Name, 15169L, "GOOGLE", "GOOGLE"),
            (found.Address, found.Scope, found.CountryCode, found.Country, found.AsNumber, found.AsName, found.Organization));
        Assert.Equal((country.Latitude, country.Longitude, "Country"), (found.Latitude, found.Longitude, found.LocationAccuracy));
        Assert.Equal(["geo"], found.Providers);
        Assert.Equal((null, null, 0), (found.FetchedTime, found.ExpiresTime, found.SuspicionScore));
    }

    [Theory]
    [InlineData("10.1.2.3", "Private")]
    [InlineData("127.0.0.1", "Loopback")]
    [InlineData("2001:db8::1", "Documentation")]
    [InlineData("ff02::1", "Multicast")]
    public void Of_an_address_that_is_nobodys_the_tables_are_not_asked(string address, string scope)
    {
        IpEnrichment found = Describer().Describe(address, [], []);
        Assert.Equal((scope, null, null, null), (found.Scope, found.CountryCode, found.Latitude, found.LocationAccuracy));
        Assert.Empty(found.Providers);
    }

    [Fact]
    public void A_place_is_of_one_source_and_other_things_of_the_first_who_says_them()
    {
        EnrichmentRow one = new()
        {
            Provider = "one",
            Time = Now,
            ExpiresTime = Now.AddDays(2),
            CountryCode = "CH",
            Country = "Switzerland",
            City = "Zürich",
            Latitude = 47.4,
            Longitude = 8.5,
            AsNumber = 19281,
            AsName = "QUAD9",
            IsProxy = false,
        };
        EnrichmentRow two = new()
        {
            Provider = "two",
            Time = Now.AddHours(-1),
            ExpiresTime = Now.AddDays(1),
            CountryCode = "US",
            City = "Berkeley",
            Region = "California",
            Latitude = 37.9,
            Longitude = -122.3,
            AsNumber = 1,
            AsName = "OTHER",
            Organization = "Quad9",
            HostName = "dns9.quad9.net",
            IsProxy = true,
            IsTor = false,
            AbuseScore = 0,
        };
        IpEnrichment found = Describer().Describe("9.9.9.9", [one, two], ["three: no key"]);
        Assert.Equal(("CH", "Zürich", null, 47.4, 8.5, "City"),
            (found.CountryCode, found.City, found.Region, found.Latitude, found.Longitude, found.LocationAccuracy));
        Assert.Equal((19281L, "QUAD9", "Quad9", "dns9.quad9.net"), (found.AsNumber, found.AsName, found.Organization, found.HostName));
        Assert.Equal((false, false, 0), (found.IsProxy, found.IsTor, found.AbuseScore));
        Assert.Equal(["geo", "one", "two"], found.Providers);
        Assert.Equal(["three: no key"], found.Missing);

        // The oldest answer, and the first to expire.
        Assert.Equal((Now.AddHours(-1), Now.AddDays(1)),
            (found.FetchedTime!.Value.ToUniversalTime(), found.ExpiresTime!.Value.ToUniversalTime()));
    }

    [Fact]
    public void A_region_without_a_city_and_half_a_place_are_what_they_are()
    {
        EnrichmentRow region = new()
        {
            Provider = "r",
            Time = Now,
            ExpiresTime = Now,
            CountryCode = "CH",
            Region = "Bern",
            Latitude = 46.9,
            Longitude = 7.4,
        };
        Assert.Equal("Region", Describer().Describe("9.9.9.9", [region], []).LocationAccuracy);
        EnrichmentRow half = new() { Provider = "h", Time = Now, ExpiresTime = Now, City = "Bern", Latitude = 46.9 };
        IpEnrichment found = Describer().Describe("9.9.9.9", [half], []);
        Assert.Equal(("Country", Countries.Find("CH")!.Latitude), (found.LocationAccuracy, found.Latitude));
    }

    [Fact]
    public void Blocklists_are_named_also_for_private_addresses()
    {
        BlocklistSet lists = new([("bad", Tables.Of(("9.9.9.0/24", ""))), ("worse", Tables.Of(("9.9.9.9/32", ""), ("10.0.0.0/8", "")))]);
        AddressDescriber describer = new(new GeoTables(new GeoOptions()), lists, new SuspicionWeights());
        Assert.Equal(["bad", "worse"], describer.Describe("9.9.9.9", [], []).Blocklists);
        Assert.Equal(["worse"], describer.Describe("10.1.1.1", [], []).Blocklists);
        Assert.Equal(["blocklist"], describer.Describe("9.9.9.8", [], []).Providers);
        Assert.Empty(describer.Describe("9.9.8.9", [], []).Blocklists);
        (Packets.IpAddress128 listed, byte version) = Tables.Address("9.9.9.9");
        Assert.True(lists.Contains(listed, version));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            lists.Contains(listed, version);
        }

        Allocations.AssertNoneSince(before);
    }

    [Fact]
    public void What_is_no_address_is_refused() => Assert.Throws<ArgumentException>(() => Describer().Describe("example.org", [], []));

    /// <summary>The points that docs/enrichment.md promises.</summary>
    [Fact]
    public void Suspicion_adds_up_as_documented()
    {
        Assert.Equal((0, ""), Score(new()));
        Assert.Equal((50, "50: on a"), Score(new() { Blocklists = new TextList(["a"]) }));
        Assert.Equal((55, "55: on a, b"), Score(new() { Blocklists = new TextList(["a", "b"]) }));
        Assert.Equal((75, "75: on a, b, c, d, e, f, g"), Score(new() { Blocklists = new TextList(["a", "b", "c", "d", "e", "f", "g"]) }));
        Assert.Equal((60, "60: AbuseIPDB 100 %, 7 reports"), Score(new() { AbuseScore = 100, AbuseReports = 7 }));
        Assert.Equal((30, "30: AbuseIPDB 50 %"), Score(new() { AbuseScore = 50 }));
        Assert.Equal((60, "60: AbuseIPDB 2147483647 %"), Score(new() { AbuseScore = int.MaxValue }));
        Assert.Equal((0, ""), Score(new() { AbuseScore = 0, AbuseReports = 0, MaliciousVotes = 0, HarmlessVotes = 70 }));
        Assert.Equal((60, "60: VirusTotal: 10 malicious, 0 suspicious"), Score(new() { MaliciousVotes = 10 }));
        Assert.Equal((60, "60: VirusTotal: 90 malicious, 90 suspicious"), Score(new() { MaliciousVotes = 90, SuspiciousVotes = 90 }));
        Assert.Equal((6, "6: VirusTotal: 1 malicious, 0 suspicious"), Score(new() { MaliciousVotes = 1 }));
        Assert.Equal((3, "3: VirusTotal: 0 malicious, 1 suspicious"), Score(new() { SuspiciousVotes = 1 }));
        Assert.Equal((25, "25: Tor exit"), Score(new() { IsTor = true, IsProxy = true }));
        Assert.Equal((20, "15: proxy or VPN|5: data centre"), Score(new() { IsProxy = true, IsHosting = true }));
        Assert.Equal((0, ""), Score(new() { IsProxy = false, IsHosting = false, IsTor = false, IsMobile = true }));
        Assert.Equal((100, "60: AbuseIPDB 100 %|50: on a|25: Tor exit"),
            Score(new() { Blocklists = new TextList(["a"]), AbuseScore = 100, IsTor = true }));
    }

    [Fact]
    public void Weights_are_what_was_set_and_else_their_defaults()
    {
        SuspicionWeights weights = SuspicionWeights.Parse(["blocklist=80", " Hosting = 0 ", "TOR=100"]);
        Assert.Equal(new SuspicionWeights { Blocklist = 80, Hosting = 0, Tor = 100 }, weights);
        Assert.Equal((100, "100: on a, b, c, d|100: Tor exit"),
            Score(new() { Blocklists = new TextList(["a", "b", "c", "d"]), IsTor = true, IsHosting = true }, weights));
        string[] wrongs = ["Blocklist", "Blocklist=", "Blocklist=101", "Blocklist=-1", "Blocklist=5.5", "Weather=5", "=5", ""];
        foreach (string wrong in wrongs)
        {
            Assert.Throws<FormatException>(() => SuspicionWeights.Parse([wrong]));
        }
    }

    private static (int, string) Score(IpEnrichment address, SuspicionWeights? weights = null)
    {
        (weights ?? new SuspicionWeights()).Apply(address);
        return (address.SuspicionScore, string.Join('|', address.SuspicionReasons));
    }

    private AddressDescriber Describer() =>
        new(new GeoTables(new GeoOptions { Folders = [folder.Path] }), BlocklistSet.Empty, new SuspicionWeights());
}
