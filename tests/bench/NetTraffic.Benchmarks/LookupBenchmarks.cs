using BenchmarkDotNet.Attributes;
using NetTraffic.Enrichment.Blocklists;
using NetTraffic.Enrichment.Geo;
using NetTraffic.Enrichment.Ranges;
using NetTraffic.Packets;

namespace NetTraffic.Benchmarks;

/// <summary>
/// What an address costs: its country and autonomous system by the module's own tables, and whether it is on a blocklist of a million
/// prefixes. A method is a hundred thousand lookups of addresses at random; the figures are those of one.
/// </summary>
[MemoryDiagnoser]
public class LookupBenchmarks
{
    private const int Lookups = 100_000;
    private const int Prefixes = 1_000_000;
    private readonly IpAddress128[] addresses4 = new IpAddress128[Lookups];
    private readonly IpAddress128[] addresses6 = new IpAddress128[Lookups];
    private readonly GeoTables places = new(new GeoOptions { Folders = [ModuleFolder()] });
    private string text = "";
    private byte[] file = [];
    private RangeTable list = null!;
    private BlocklistSet lists = BlocklistSet.Empty;
    private string path = "";

    /// <summary>Makes the list and the addresses.</summary>
    [GlobalSetup]
    public void Setup()
    {
        if (places.CountryTable is null || places.AsnTable is null)
        {
            throw new InvalidOperationException("module/geo has no tables: build the module first, with a way to the npm registry.");
        }

        Random random = new(1);
        for (int i = 0; i < Lookups; i++)
        {
            addresses4[i] = IpAddress128.FromIPv4((uint)random.NextInt64(1L << 32));
            addresses6[i] = new(((ulong)random.Next(0x2000, 0x3000) << 48) | (ulong)random.NextInt64(1L << 48), (ulong)random.NextInt64());
        }

        // Networks of /20 to /32, apart from each other, so that none goes into another.
        using StringWriter lines = new();
        for (int i = 0; i < Prefixes; i++)
        {
            uint at = (uint)(((ulong)i << 32) / Prefixes) & ~0xFFFu;
            lines.WriteLine($"{at >> 24}.{(at >> 16) & 255}.{(at >> 8) & 255}.{at & 255}/{random.Next(21, 33)}");
        }

        text = lines.ToString();
        list = ReadText();
        file = RangeTableFile.Write(list);
        path = Path.GetTempFileName();
        File.WriteAllBytes(path, file);
        lists = new([("a", list)]);
    }

    private static string ModuleFolder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "NetTrafficPS.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? ".", "module", "geo");
    }

    /// <summary>Removes the file.</summary>
    [GlobalCleanup]
    public void Cleanup() => File.Delete(path);

    /// <summary>Countries of IPv4 addresses.</summary>
    [Benchmark(OperationsPerInvoke = Lookups)]
    public int CountryOfIPv4()
    {
        int known = 0;
        foreach (ref readonly IpAddress128 address in addresses4.AsSpan())
        {
            known += places.CountryCode(address, 4) is null ? 0 : 1;
        }

        return known;
    }

    /// <summary>Countries of IPv6 addresses.</summary>
    [Benchmark(OperationsPerInvoke = Lookups)]
    public int CountryOfIPv6()
    {
        int known = 0;
        foreach (ref readonly IpAddress128 address in addresses6.AsSpan())
        {
            known += places.CountryCode(address, 6) is null ? 0 : 1;
        }

        return known;
    }

    /// <summary>Autonomous systems of IPv4 addresses.</summary>
    [Benchmark(OperationsPerInvoke = Lookups)]
    public long AsNumberOfIPv4()
    {
        long sum = 0;
        foreach (ref readonly IpAddress128 address in addresses4.AsSpan())
        {
            sum += places.AsNumber(address, 4) ?? 0;
        }

        return sum;
    }

    /// <summary>Names of the holders of IPv6 addresses.</summary>
    [Benchmark(OperationsPerInvoke = Lookups)]
    public int OrganizationOfIPv6()
    {
        int known = 0;
        foreach (ref readonly IpAddress128 address in addresses6.AsSpan())
        {
            known += places.Organization(address, 6) is null ? 0 : 1;
        }

        return known;
    }

    /// <summary>Whether addresses are on a list of a million prefixes.</summary>
    [Benchmark(OperationsPerInvoke = Lookups)]
    public int OnBlocklist()
    {
        int listed = 0;
        foreach (ref readonly IpAddress128 address in addresses4.AsSpan())
        {
            listed += lists.Contains(address, 4) ? 1 : 0;
        }

        return listed;
    }

    /// <summary>A list of a million prefixes from its text: what an import costs.</summary>
    [Benchmark]
    public RangeTable ReadText() =>
        BlocklistReader.Read(new StringReader(text), null, new RangeTableInfo("blocklist", "", "", default), CancellationToken.None).Table;

    /// <summary>The same list from the store's file: what each process that asks it costs.</summary>
    [Benchmark]
    public RangeTable LoadFile() => RangeTableFile.Read(path);
}
