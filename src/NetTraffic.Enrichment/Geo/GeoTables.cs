using System.Collections.Concurrent;
using System.Net;
using NetTraffic.Enrichment.Ranges;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Enrichment.Geo;

/// <summary>Where tables of countries and autonomous systems lie.</summary>
public sealed record GeoOptions
{
    /// <summary>Folders with country.ranges and asn.ranges; of two tables of a kind the one with the newer content counts.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>Databases in MaxMind's format, of cities, countries or autonomous systems. They come before the tables.</summary>
    public IReadOnlyList<string> Databases { get; init; } = [];
}

/// <summary>
/// Where addresses are and who routes them: databases that the user has, and the tables of this machine. What is not there says nothing.
/// Files are read at the first question, and once a process for as long as they do not change.
/// </summary>
public sealed class GeoTables : IAddressPlaces
{
    /// <summary>Name of the table of countries in its folder.</summary>
    public const string CountryFile = "country" + RangeTableFile.Extension;

    /// <summary>Name of the table of autonomous systems in its folder.</summary>
    public const string AsnFile = "asn" + RangeTableFile.Extension;

    private static readonly ConcurrentDictionary<string, (DateTime Written, long Length, Lazy<IDisposable?> File,
        Lazy<RangeTable?> Table)> Read
        = new(StringComparer.Ordinal);
    private readonly GeoOptions options;
    private readonly Lazy<RangeTable?> countries;
    private readonly Lazy<RangeTable?> systems;
    private readonly Lazy<MaxMindFile[]> databases;

    /// <summary>Makes one; nothing is read yet.</summary>
    public GeoTables(GeoOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        countries = new(() => Newest(CountryFile));
        systems = new(() => Newest(AsnFile));
        databases = new(() => [.. options.Databases.Select(Open)]);
    }

    /// <summary>The table of countries; null: there is none.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public RangeTable? CountryTable => countries.Value;

    /// <summary>The table of autonomous systems; null: there is none.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public RangeTable? AsnTable => systems.Value;

    /// <summary>The user's databases.</summary>
    /// <exception cref="InvalidDataException">One is none, or is damaged.</exception>
    public IReadOnlyList<MaxMindFile> Databases => databases.Value;

    /// <inheritdoc/>
    public string? CountryCode(in IpAddress128 address, byte ipVersion)
    {
        // What was given to a registry whole has a country there, private networks too.
        return FromDatabases(address, ipVersion, record => record.CountryCode)
            ?? (countries.Value is { } table && table.Find(address, ipVersion) is >= 0 and int entry
                && SpecialAddress.IsPublic(address, ipVersion) ? table.Text(entry) : null);
    }

    /// <inheritdoc/>
    public long? AsNumber(in IpAddress128 address, byte ipVersion) => FromDatabases(address, ipVersion, record => record.AsNumber)
        ?? (systems.Value is { } table && table.Find(address, ipVersion) is >= 0 and int entry ? table.Number(entry) : null);

    /// <inheritdoc/>
    public string? Organization(in IpAddress128 address, byte ipVersion) => FromDatabases(address, ipVersion, record => record.AsName)
        ?? (systems.Value is { } table && table.Find(address, ipVersion) is >= 0 and int entry ? table.Text(entry) : null);

    /// <summary>All that is known of an address here, of the first who says it.</summary>
    public GeoRecord Find(in IpAddress128 address, byte ipVersion)
    {
        GeoRecord found = new();
        foreach (MaxMindFile database in databases.Value)
        {
            if (Find(database, address, ipVersion) is { } said)
            {
                // A place is of one source, so that a city is not given another's coordinates.
                bool place = found.City is null && said.City is not null;
                found = found with
                {
                    CountryCode = found.CountryCode ?? said.CountryCode,
                    Country = found.Country ?? said.Country,
                    Region = place ? said.Region : found.Region ?? said.Region,
                    City = place ? said.City : found.City,
                    Latitude = place ? said.Latitude : found.Latitude ?? said.Latitude,
                    Longitude = place ? said.Longitude : found.Longitude ?? said.Longitude,
                    AsNumber = found.AsNumber ?? said.AsNumber,
                    AsName = found.AsNumber is null ? said.AsName : found.AsName,
                };
            }
        }

        int entry = systems.Value?.Find(address, ipVersion) ?? -1;
        return found with
        {
            CountryCode = found.CountryCode ?? CountryCode(address, ipVersion),
            AsNumber = found.AsNumber ?? (entry >= 0 ? systems.Value!.Number(entry) : null),
            AsName = found.AsNumber is null && entry >= 0 ? systems.Value!.Text(entry) : found.AsName,
        };
    }

    /// <summary>The first that a database says of an address; the default: none does.</summary>
    private T? FromDatabases<T>(in IpAddress128 address, byte ipVersion, Func<GeoRecord, T?> take)
    {
        foreach (MaxMindFile database in databases.Value)
        {
            if (Find(database, address, ipVersion) is { } record && take(record) is { } said)
            {
                return said;
            }
        }

        return default;
    }

    private static GeoRecord? Find(MaxMindFile database, in IpAddress128 address, byte ipVersion)
    {
        IPAddress ip = AddressText.ToIPAddress(address, ipVersion);
        return database.Find(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip);
    }

    private RangeTable? Newest(string name) => options.Folders.Select(folder => Path.Combine(folder, name)).Select(Load)
        .OfType<RangeTable>().MaxBy(table => table.Info.Date);

    private static RangeTable? Load(string path) => Once(path)?.Table.Value;

    private static MaxMindFile Open(string path) => (MaxMindFile?)Once(path)?.File.Value
        ?? throw new FileNotFoundException($"The geo database '{path}' is not there.", path);

    private static (DateTime, long, Lazy<IDisposable?> File, Lazy<RangeTable?> Table)? Once(string path)
    {
        FileInfo file = new(path);
        if (!file.Exists)
        {
            return null;
        }

        // One that was read before stays open: others may be asking it.
        return Read.AddOrUpdate(file.FullName, Entry, (full, known) =>
            known.Written == file.LastWriteTimeUtc && known.Length == file.Length ? known : Entry(full));

        (DateTime, long, Lazy<IDisposable?>, Lazy<RangeTable?>) Entry(string full) =>
            (file.LastWriteTimeUtc, file.Length, new(() => new MaxMindFile(full), LazyThreadSafetyMode.PublicationOnly),
                new(() => RangeTableFile.Read(full), LazyThreadSafetyMode.PublicationOnly));
    }
}
