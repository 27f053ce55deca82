using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MaxMind.Db;
using NetTraffic.Enrichment.Ranges;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Enrichment.Geo;

/// <summary>
/// A database in MaxMind's format (MaxMind DB 2.0), of cities, countries or autonomous systems: MaxMind's own, whose records are nested,
/// and ip-location-db's, whose are flat. Safe for several threads.
/// </summary>
public sealed class MaxMindFile : IDisposable
{
    private readonly Reader reader;

    /// <summary>Opens one.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public MaxMindFile(string path)
    {
        Path = path;
        try
        {
            reader = new Reader(path, FileAccessMode.Memory);
            Date = reader.Metadata.BuildDate.ToUniversalTime();
        }
        catch (Exception error) when (IsOfTheFile(error))
        {
            throw new InvalidDataException($"'{path}' is no database in MaxMind's format: {error.Message}", error);
        }
    }

    /// <summary>Its file.</summary>
    public string Path { get; }

    /// <summary>What it says it is: <c>GeoLite2-City</c>.</summary>
    public string DatabaseType => reader.Metadata.DatabaseType;

    /// <summary>When it was built, UTC.</summary>
    public DateTime Date { get; }

    /// <summary>What it says of an address; null: nothing.</summary>
    /// <exception cref="InvalidDataException">The database is damaged.</exception>
    public GeoRecord? Find(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && reader.Metadata.IPVersion == 4)
        {
            return null;
        }

        try
        {
            return reader.Find<Dictionary<string, object>>(address) is { } record ? GeoRecord.From(record) : null;
        }
        catch (Exception error) when (IsOfTheFile(error))
        {
            throw new InvalidDataException($"'{Path}' is damaged: {error.Message}", error);
        }
    }

    private static bool IsOfTheFile(Exception error) => error is InvalidDatabaseException or DeserializationException or OverflowException
        or ArgumentException or FormatException;

    /// <summary>All its networks with their countries, as a table.</summary>
    /// <exception cref="InvalidDataException">The database is damaged, or has no countries.</exception>
    public RangeTable ToCountries(RangeTableInfo info)
    {
        RangeTableBuilder builder = new();

        // A tree has no more networks than nodes, which have six bytes at least, but for parts of it that stand at several places, as IPv4
        // may. Where each node leads to one other twice, a small file has more than anybody can count.
        long most = 8 * ((new FileInfo(Path).Length / 6) + 1);
        try
        {
            foreach (Reader.ReaderIteratorNode<Dictionary<string, object>> node in reader.FindAll<Dictionary<string, object>>())
            {
                if (--most < 0)
                {
                    throw new InvalidDataException($"'{Path}' is damaged: it has many more networks than nodes.");
                }

                if (GeoRecord.From(node.Data).CountryCode is not { } code)
                {
                    continue;
                }

                AddressRange range = AddressRange.Parse($"{node.Start}/{node.PrefixLength.ToString(CultureInfo.InvariantCulture)}");

                // A tree for both versions has IPv4 at ::/96 (and may have it again at other places, which stand for the same).
                if (range is { IpVersion: 6, First.High: 0 } && range.First.Low <= uint.MaxValue && node.PrefixLength >= 96)
                {
                    builder.Add(IpAddress128.FromIPv4((uint)range.First.Low), IpAddress128.FromIPv4((uint)range.Last.Low), 4,
                        builder.Entry(0, code));
                }
                else
                {
                    builder.Add(range, builder.Entry(0, code));
                }
            }
        }
        catch (Exception error) when (IsOfTheFile(error))
        {
            throw new InvalidDataException($"'{Path}' is damaged: {error.Message}", error);
        }

        return builder.Count > 0 ? builder.Build(info) : throw new InvalidDataException($"'{Path}' has no countries.");
    }

    /// <inheritdoc/>
    public void Dispose() => reader.Dispose();
}

/// <summary>What a database says of a network. What it does not say is null.</summary>
public sealed record GeoRecord
{
    /// <summary>ISO 3166-1 alpha-2.</summary>
    public string? CountryCode { get; init; }

    /// <summary>In English.</summary>
    public string? Country { get; init; }

    /// <summary>Region, state or province.</summary>
    public string? Region { get; init; }

    /// <summary>City.</summary>
    public string? City { get; init; }

    /// <summary>Degrees north.</summary>
    public double? Latitude { get; init; }

    /// <summary>Degrees east.</summary>
    public double? Longitude { get; init; }

    /// <summary>Number of the autonomous system.</summary>
    public long? AsNumber { get; init; }

    /// <summary>Its holder.</summary>
    public string? AsName { get; init; }

    internal static GeoRecord From(Dictionary<string, object> record) => new()
    {
        CountryCode = Code(record, "country", "iso_code") ?? Code(record, "registered_country", "iso_code") ?? Code(record, "country_code"),
        Country = Name(record, "country"),
        Region = (record.GetValueOrDefault("subdivisions") as List<object>)?.OfType<Dictionary<string, object>>()
            .Select(part => Text(part, "names", "en")).FirstOrDefault() ?? Text(record, "state1"),
        City = Name(record, "city") ?? Text(record, "city"),
        Latitude = (Number(record, "location", "latitude") ?? Number(record, "latitude")) is >= -90 and <= 90 and var north ? north : null,
        Longitude = (Number(record, "location", "longitude") ?? Number(record, "longitude")) is >= -180 and <= 180 and var east
            ? east : null,
        AsNumber = Number(record, "autonomous_system_number") is >= 1 and <= uint.MaxValue and var number ? (long)number : null,
        AsName = Text(record, "autonomous_system_organization"),
    };

    private static string? Name(Dictionary<string, object> record, string part) =>
        record.GetValueOrDefault(part) is Dictionary<string, object> inner ? Text(inner, "names", "en") : null;

    private static string? Text(Dictionary<string, object> record, params ReadOnlySpan<string> path) =>
        Value(record, path) is string { Length: > 0 } text ? text : null;

    private static string? Code(Dictionary<string, object> record, params ReadOnlySpan<string> path) =>
        Text(record, path) is { Length: 2 } code && code.All(char.IsAsciiLetter) ? code.ToUpperInvariant() : null;

    private static double? Number(Dictionary<string, object> record, params ReadOnlySpan<string> path) =>
        Value(record, path) is IConvertible value and not (string or bool) ? value.ToDouble(CultureInfo.InvariantCulture) : null;

    private static object? Value(Dictionary<string, object> record, ReadOnlySpan<string> path)
    {
        object? value = record;
        foreach (string name in path)
        {
            value = value is Dictionary<string, object> inner ? inner.GetValueOrDefault(name) : null;
        }

        return value;
    }
}
