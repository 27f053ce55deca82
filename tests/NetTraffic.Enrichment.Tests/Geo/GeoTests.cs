using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using CsCheck;
using NetTraffic.Enrichment.Geo;
using NetTraffic.Enrichment.Ranges;
using NetTraffic.Enrichment.Tests.Ranges;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Enrichment.Tests.Geo;

public sealed class GeoTests : IDisposable
{
    private static readonly Dictionary<string, object> Berlin = new()
    {
        ["country"] = new Dictionary<string, object> { ["iso_code"] = "DE", ["names"] = Named("Germany") },
        ["subdivisions"] = new List<object> { new Dictionary<string, object> { ["names"] = Named("Land Berlin") } },
        ["city"] = new Dictionary<string, object> { ["names"] = Named("Berlin") },
        ["location"] = new Dictionary<string, object> { ["latitude"] = 52.52, ["longitude"] = 13.4 },
    };

    private readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Countries_have_codes_names_and_a_place_on_the_map()
    {
        Assert.True(Countries.All.Count >= 249);
        Assert.All(Countries.All, country =>
        {
            Assert.Matches("^[A-Z]{2}$", country.Code);
            Assert.NotEmpty(country.Name);
            Assert.InRange(country.Latitude, -90, 90);
            Assert.InRange(country.Longitude, -180, 180);
            Assert.Same(country, Countries.Find(country.Code.ToLowerInvariant()));
        });
        Assert.Equal(Countries.All.Count, Countries.All.Select(country => country.Name).Distinct().Count());
        Assert.Equal("Germany", Countries.Find("de")?.Name);
        Assert.Null(Countries.Find("XX"));
        Assert.Null(Countries.Find(null));

        // Each on its own side of the equator and of Greenwich.
        (string, bool, bool)[] sides =
            [("US", true, false), ("BR", false, false), ("AU", false, true), ("JP", true, true), ("NZ", false, true), ("IS", true, false)];
        foreach ((string code, bool north, bool east) in sides)
        {
            Countries.Country country = Countries.Find(code)!;
            Assert.Equal((code, north, east), (code, country.Latitude > 0, country.Longitude > 0));
        }
    }

    [Fact]
    public void Rows_of_autonomous_systems_are_read_with_quotes_and_numbers()
    {
        RangeTableBuilder builder = new();
        AsnCsv.AddTo(builder, new StringReader(
            "192.0.2.0,192.0.2.255,64500,Plain\r\n"
            + "3325256704,3325256959,64501,\"Quoted, \"\"Inc\"\"\"\n"
            + "203.0.113.0,203.0.113.255,4294967295,Ünïcode\n"), 4);
        AsnCsv.AddTo(builder, new StringReader(
            "2001:db8::,2001:db8::ffff,64502,Six\n"
            + "42540766452641154071740215577757643572,42540766452641154071740215577757643579,64503,Numbers"), 6);
        RangeTable table = builder.Build(Tables.Info);
        Assert.Equal(
            ["Plain", "Quoted, \"Inc\"", "Ünïcode", "Six", "Numbers"],
            new[] { "192.0.2.9", "198.51.100.9", "203.0.113.9", "2001:db8::9", "2001:db8:85a3::8a2e:370:7334" }.Select(table.At));
        Assert.Equal(uint.MaxValue, table.Number(table.Find(Tables.Address("203.0.113.1").Value, 4)));
    }

    [Theory]
    [InlineData("192.0.2.0,192.0.2.255,64500")]
    [InlineData("192.0.2.0,192.0.2.255,x,Name")]
    [InlineData("192.0.2.0,192.0.2.255,4294967296,Name")]
    [InlineData("192.0.2.9,192.0.2.0,1,Name")]
    [InlineData("2001:db8::,2001:db8::1,1,Name")]
    [InlineData("4294967296,4294967297,1,Name")]
    [InlineData("")]
    public void A_row_that_is_none_is_named_by_its_number(string row) =>
        Assert.Contains("line 2", Assert.Throws<FormatException>(() => AsnCsv.AddTo(
            new RangeTableBuilder(), new StringReader($"192.0.2.0,192.0.2.255,1,Name\n{row}\n"), 4)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_database_of_cities_has_all_of_an_address()
    {
        string path = folder.Write("c.mmdb", MmdbBytes.Make("Test-City", 6, ("192.0.2.0/24", Berlin), ("2001:db8::/32", Berlin)));
        using MaxMindFile file = new(path);
        Assert.Equal(("Test-City", new DateTime(2026, 3, 1, 9, 40, 0, DateTimeKind.Utc)), (file.DatabaseType, file.Date));
        GeoRecord expected = new()
        {
            CountryCode = "DE",
            Country = "Germany",
            Region = "Land Berlin",
            City = "Berlin",
            Latitude = 52.52,
            Longitude = 13.4,
        };
        Assert.Equal(expected, file.Find(System.Net.IPAddress.Parse("192.0.2.77")));
        Assert.Equal(expected, file.Find(System.Net.IPAddress.Parse("2001:db8::1")));
        Assert.Null(file.Find(System.Net.IPAddress.Parse("192.0.3.1")));
    }

    [Fact]
    public void Flat_records_are_read_too()
    {
        string path = folder.Write("f.mmdb", MmdbBytes.Make("flat", 4, ("192.0.2.0/24", new Dictionary<string, object>
        {
            ["country_code"] = "AT",
            ["state1"] = "Wien",
            ["city"] = "Vienna",
            ["latitude"] = 48.2,
            ["longitude"] = 16.4,
            ["autonomous_system_number"] = 64500u,
            ["autonomous_system_organization"] = "Example",
        })));
        using MaxMindFile file = new(path);
        Assert.Equal(
            new GeoRecord
            {
                CountryCode = "AT",
                Region = "Wien",
                City = "Vienna",
                Latitude = 48.2,
                Longitude = 16.4,
                AsNumber = 64500,
                AsName = "Example",
            },
            file.Find(System.Net.IPAddress.Parse("192.0.2.1")));

        // It has IPv4 only, and knows nothing of others.
        Assert.Null(file.Find(System.Net.IPAddress.Parse("2001:db8::1")));
    }

    /// <summary>Summaries ask the database itself, so it is not for who describes an address to look.</summary>
    [Theory]
    [InlineData("\u001b[31m", 91.0, -181.0, 0.0)]
    [InlineData("DEU", double.NaN, double.NegativeInfinity, double.NaN)]
    [InlineData("D1", -90.1, 180.1, 4294967296.0)]
    [InlineData("", double.MaxValue, double.MinValue, -1.0)]
    public void What_cannot_be_is_not_said(string code, double latitude, double longitude, double number)
    {
        string path = folder.Write("h.mmdb", MmdbBytes.Make("hostile", 4, ("192.0.2.0/24", new Dictionary<string, object>
        {
            ["country"] = new Dictionary<string, object> { ["iso_code"] = code },
            ["location"] = new Dictionary<string, object> { ["latitude"] = latitude, ["longitude"] = longitude },
            ["autonomous_system_number"] = number,
        })));
        using MaxMindFile file = new(path);
        Assert.Equal(new GeoRecord(), file.Find(System.Net.IPAddress.Parse("192.0.2.1")));
    }

    [Fact]
    public void A_database_of_a_day_that_never_comes_is_none()
    {
        byte[] bytes = MmdbBytes.Make("late", 4, ("192.0.2.0/24", Berlin));
        int at = bytes.AsSpan().IndexOf("build_epoch"u8) + "build_epoch".Length + 2;
        bytes.AsSpan(at, 8).Fill(0x7F);
        Assert.Throws<InvalidDataException>(() => new MaxMindFile(folder.Write("l.mmdb", bytes)));
    }

    /// <summary>Each node leads to the next one twice: 128 nodes have 2^128 networks.</summary>
    [Fact]
    public void A_small_database_with_more_networks_than_nodes_is_damaged()
    {
        byte[] bytes = MmdbBytes.Make("bomb", 6, ("::/128", Berlin));
        for (int node = 0; node < 128; node++)
        {
            bytes.AsSpan(6 * node, 3).CopyTo(bytes.AsSpan((6 * node) + 3));
        }

        using MaxMindFile file = new(folder.Write("b.mmdb", bytes));
        Assert.Contains("more networks than nodes", Assert.Throws<InvalidDataException>(() => file.ToCountries(Tables.Info)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_becomes_a_table_of_countries()
    {
        string path = folder.Write("c.mmdb", MmdbBytes.Make("Test-City", 6, ("192.0.2.0/24", Berlin), ("2001:db8::/32", Berlin),
            ("198.51.100.0/24", new Dictionary<string, object> { ["note"] = "no country" })));
        RangeTable table = GeoPackages.Read(path)!;
        Assert.Equal(["DE", "DE", "DE", null, null],
            new[] { "192.0.2.0", "192.0.2.255", "2001:db8::1", "198.51.100.1", "192.0.3.0" }.Select(table.At));
        Assert.Equal("country", table.Info.Kind);
    }

    [Fact]
    public void A_database_that_is_damaged_says_so_and_nothing_else()
    {
        byte[] whole = MmdbBytes.Make("Test-City", 6, ("192.0.2.0/24", Berlin), ("2001:db8::/32", Berlin));
        Assert.Throws<InvalidDataException>(() => new MaxMindFile(folder.Write("x.mmdb", "<html>"u8)));
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 4].Sample(changes =>
        {
            byte[] damaged = [.. whole];
            foreach ((int at, byte value) in changes)
            {
                damaged[at] = value;
            }

            try
            {
                using MaxMindFile file = new(folder.Write("d.mmdb", damaged));
                file.Find(System.Net.IPAddress.Parse("192.0.2.1"));
                file.Find(System.Net.IPAddress.Parse("2001:db8::1"));
                file.ToCountries(Tables.Info);
            }
            catch (InvalidDataException)
            {
                // That is what is foreseen.
            }
        }, iter: 400, threads: 1);
    }

    [Fact]
    public void Databases_come_before_tables_and_of_two_tables_the_newer_one_counts()
    {
        DateTime old = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        string first = Directory.CreateDirectory(Path.Combine(folder.Path, "one")).FullName;
        string second = Directory.CreateDirectory(Path.Combine(folder.Path, "two")).FullName;
        Write(first, "country", Tables.Of(Tables.Info with { Date = old.AddDays(9) }, ("5.5.5.0/24", "FR"), ("6.6.6.0/24", "FR")));
        Write(second, "country", Tables.Of(Tables.Info with { Date = old }, ("5.5.5.0/24", "IT"), ("7.7.7.0/24", "IT")));
        Write(second, "asn", Tables.Of(("5.5.5.0/24", "64500 Example"), ("6.6.6.0/24", "64501 Other")));
        string cities = folder.Write("c.mmdb", MmdbBytes.Make("Test-City", 4, ("5.5.5.0/24", Berlin)));
        GeoTables tables = new(new GeoOptions { Folders = [first, second], Databases = [cities] });
        Assert.Equal(["DE", "FR", null], new[] { "5.5.5.1", "6.6.6.1", "7.7.7.1" }.Select(text => Country(tables, text)));
        (IpAddress128 berlin, _) = Tables.Address("5.5.5.1");
        Assert.Equal((64500L, "Example"), (tables.AsNumber(berlin, 4), tables.Organization(berlin, 4)));
        GeoRecord all = tables.Find(berlin, 4);
        Assert.Equal(("DE", "Berlin", 64500L, "Example"), (all.CountryCode, all.City, all.AsNumber, all.AsName));
        Assert.Equal(new GeoRecord { CountryCode = "FR", AsNumber = 64501, AsName = "Other" },
            tables.Find(Tables.Address("6.6.6.1").Value, 4));

        // One of IPv4 only is asked for IPv6 as well, and registries' countries of private networks are none.
        Write(first, "country", Tables.Of(("10.0.0.0/8", "FR")));
        Assert.Null(Country(new GeoTables(new GeoOptions { Folders = [first] }), "10.1.1.1"));
        Assert.Null(Country(tables, "2a00:5::1"));
    }

    [Fact]
    public void What_is_not_there_says_nothing()
    {
        GeoTables tables = new(new GeoOptions { Folders = [folder.Path, Path.Combine(folder.Path, "none")] });
        Assert.Null(tables.CountryTable);
        Assert.Equal(new GeoRecord(), tables.Find(Tables.Address("5.5.5.1").Value, 4));
        GeoTables missing = new(new GeoOptions { Databases = [Path.Combine(folder.Path, "none.mmdb")] });
        Assert.Throws<FileNotFoundException>(() => missing.Databases);
    }

    [Fact]
    public void A_table_that_is_replaced_is_read_again()
    {
        Write(folder.Path, "country", Tables.Of(("5.5.5.0/24", "FR")));
        Assert.Equal("FR", Country(new GeoTables(new GeoOptions { Folders = [folder.Path] }), "5.5.5.1"));
        Write(folder.Path, "country", Tables.Of(("5.5.5.0/24", "IT"), ("2a00:5::/32", "IT")));
        Assert.Equal("IT", Country(new GeoTables(new GeoOptions { Folders = [folder.Path] }), "5.5.5.1"));
    }

    [Fact]
    public void Packages_become_tables_of_their_version()
    {
        RangeTable countries = GeoPackages.Read(Package("country.tgz",
            ("package/package.json", """{"name":"@ip-location-db/geo-whois-asn-country-mmdb","version":"2.3.2026061719"}"""u8.ToArray()),
            ("package/geo-whois-asn-country.mmdb", MmdbBytes.Make("flat", 6, ("192.0.2.0/24", Berlin)))))!;
        Assert.Equal(
            new RangeTableInfo("country", "@ip-location-db/geo-whois-asn-country-mmdb 2.3.2026061719", GeoPackages.LicenseOf("country"),
                new DateTime(2026, 6, 17, 19, 0, 0, DateTimeKind.Utc)),
            countries.Info);
        Assert.Equal("DE", countries.At("192.0.2.1"));
        RangeTable systems = GeoPackages.Read(Package("asn.tgz",
            ("package/package.json", """{"name":"@ip-location-db/asn","version":"2.3.2026061719"}"""u8.ToArray()),
            ("package/asn-ipv4-num.csv", "3221225984,3221226239,64500,Example\n"u8.ToArray()),
            ("package/asn-ipv6-num.csv", "2001:db8::,2001:db8::1,64500,Example"u8.ToArray())))!;
        Assert.Equal(("asn", 2), (systems.Info.Kind, systems.Count));
        Assert.Contains("RouteViews", systems.Info.License, StringComparison.Ordinal);
        Assert.Contains("DB-IP", systems.Info.License, StringComparison.Ordinal);
        Assert.Null(GeoPackages.Read(Package("other.tgz", ("package/package.json", "{}"u8.ToArray()), ("package/a.js", "x"u8.ToArray()))));
    }

    [Fact]
    public void A_package_cannot_say_where_its_files_go()
    {
        string outside = Path.Combine(folder.Path, "package.json");
        GeoPackages.Read(Package("evil.tgz", ($"../../../../../../{outside}", "{}"u8.ToArray()), (outside, "{}"u8.ToArray())));
        Assert.False(File.Exists(outside));
    }

    [Fact]
    public void What_is_no_package_is_refused()
    {
        byte[] Table(string kind) => RangeTableFile.Write(Tables.Of(Tables.Info with { Kind = kind }, ("192.0.2.0/24", "A")));
        (string, byte[])[] files =
        [
            ("a.tgz", "<html>"u8.ToArray()), ("b.tgz", [0x1F, 0x8B, 8, 0]), ("d.mmdb", "x"u8.ToArray()),
            ("e.ranges", "x"u8.ToArray()), ("f.ranges", Table("../../evil")), ("g.ranges", Table("blocklist")),
        ];
        foreach ((string name, byte[] bytes) in files)
        {
            Assert.Throws<InvalidDataException>(() => GeoPackages.Read(folder.Write(name, bytes)));
        }

        Assert.Equal(TrafficErrors.NoGeoTable.Id,
            Assert.Throws<TrafficException>(() => GeoPackages.Read(folder.Write("c.txt", "x"u8))).Error.Id);
        foreach (string json in new[] { "<html>", "[]", "7" })
        {
            string package = Package("x.tgz", ("package/package.json", Encoding.UTF8.GetBytes(json)));
            Assert.Throws<InvalidDataException>(() => GeoPackages.Read(package));
        }

        string rows = Package("x.tgz", ("asn-ipv4-num.csv", "what"u8.ToArray()), ("asn-ipv6-num.csv", "what"u8.ToArray()));
        Assert.Contains("line 1", Assert.Throws<InvalidDataException>(() => GeoPackages.Read(rows)).Message, StringComparison.Ordinal);
    }

    /// <summary>The tables that a build makes.</summary>
    [Fact]
    public void The_modules_own_tables_know_who_is_known_and_nobody_who_is_nobody()
    {
        GeoTables tables = new(new GeoOptions { Folders = [Path.Combine(Repository.Root, "module", "geo")] });
        Assert.SkipWhen(tables.CountryTable is null || tables.AsnTable is null,
            "module/geo has no tables: the build could not fetch the packages that eng/geo pins.");
        (string, string, long)[] known =
            [("8.8.8.8", "US", 15169), ("2001:4860:4860::8888", "US", 15169), ("193.0.6.139", "NL", 3333), ("133.11.0.1", "JP", 2501)];
        foreach ((string address, string country, long number) in known)
        {
            (IpAddress128 value, byte version) = Tables.Address(address);
            Assert.Equal((address, country, number), (address, tables.CountryCode(value, version), tables.AsNumber(value, version)));
            Assert.NotNull(tables.Organization(value, version));
        }

        foreach (string address in new[]
        {
            "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.1.1", "172.16.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1",
            "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "64:ff9b:1::1", "100::1",
            "2001:db8::1", "3fff::1", "fc00::1", "fe80::1", "ff02::1", "4000::1",
        })
        {
            (IpAddress128 value, byte version) = Tables.Address(address);
            Assert.False(SpecialAddress.IsPublic(value, version));
            Assert.Equal((address, null, null), (address, tables.CountryCode(value, version), tables.AsNumber(value, version)));
        }

        // All countries that it names are some; but for the Netherlands Antilles, which are no more and in registries still.
        Assert.Empty(tables.CountryTable!.Texts.Where(code => Countries.Find(code) is null).Except(["EU", "AN"]));
        (IpAddress128 google, _) = Tables.Address("8.8.8.8");
        Look();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Look();
        Allocations.AssertNoneSince(before);

        void Look()
        {
            for (int i = 0; i < 10_000; i++)
            {
                Assert.True(tables.CountryCode(google, 4) is "US" && tables.Organization(google, 4) is not null);
            }
        }
    }

    private static Dictionary<string, object> Named(string english) => new() { ["en"] = english, ["de"] = "anders" };

    private static string? Country(GeoTables tables, string address)
    {
        (IpAddress128 value, byte version) = Tables.Address(address);
        return tables.CountryCode(value, version);
    }

    private static void Write(string path, string name, RangeTable table) =>
        File.WriteAllBytes(Path.Combine(path, name + RangeTableFile.Extension), RangeTableFile.Write(table));

    private string Package(string name, params (string Name, byte[] Content)[] files)
    {
        MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (TarWriter tar = new(gzip))
        {
            foreach ((string file, byte[] content) in files)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, file) { DataStream = new MemoryStream(content) });
            }
        }

        return folder.Write(name, packed.ToArray());
    }
}
