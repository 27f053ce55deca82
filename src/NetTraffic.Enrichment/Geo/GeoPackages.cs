using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using NetTraffic.Enrichment.Ranges;

namespace NetTraffic.Enrichment.Geo;

/// <summary>
/// Makes tables of what is published: of the packages of ip-location-db (npm), as the file that npm has or unpacked, of databases in
/// MaxMind's format with countries, and of CSV files with autonomous systems.
/// </summary>
public static class GeoPackages
{
    /// <summary>The package with countries: CC0.</summary>
    public const string Country = "@ip-location-db/geo-whois-asn-country-mmdb";

    /// <summary>The package with autonomous systems: RouteViews and DB-IP, CC-BY-4.0.</summary>
    public const string Asn = "@ip-location-db/asn";

    /// <summary>Larger files are none of these packages: those have 8 and 64 MB.</summary>
    private const long LargestEntry = 512L << 20;

    /// <summary>Licences of the packages' content, with who is to be named.</summary>
    public static string LicenseOf(string kind) => kind == "country"
        ? "CC0-1.0 (geo-whois-asn-country by ip-location-db)"
        : "CC-BY-4.0 (University of Oregon RouteViews Project, https://www.routeviews.org; IP to ASN Lite by DB-IP, https://db-ip.com)";

    /// <summary>Makes the table of a package or file. Null: there is none in it.</summary>
    /// <param name="path">A package (.tgz), a database (.mmdb), a table (.ranges), or the folder of an unpacked package.</param>
    /// <exception cref="InvalidDataException">It is damaged, or something else.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static RangeTable? Read(string path)
    {
        if (Directory.Exists(path))
        {
            return ReadFolder(path);
        }

        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case RangeTableFile.Extension:
                RangeTable table = RangeTableFile.Read(path);

                // Its kind becomes a file's name.
                return table.Info.Kind is "country" or "asn" ? table
                    : throw new InvalidDataException($"'{path}' is a table of another kind: '{table.Info.Kind}'.");
            case ".mmdb":
                using (MaxMindFile file = new(path))
                {
                    return file.ToCountries(new("country", file.DatabaseType, "", file.Date));
                }

            case ".tgz" or ".gz":
                return ReadPackage(path);
            default:
                throw new TrafficException(TrafficErrors.NoGeoTable,
                    $"'{path}' is no package (.tgz), no database (.mmdb) and no table (.ranges).");
        }
    }

    private static RangeTable? ReadPackage(string path)
    {
        string folder = Directory.CreateTempSubdirectory("nettraffic-geo-").FullName;
        try
        {
            using (Stream file = SharedFile.OpenRead(path))
            using (GZipStream plain = new(file, CompressionMode.Decompress))
            using (TarReader tar = new(plain))
            {
                while (tar.GetNextEntry() is { } entry)
                {
                    // Only plain files by their last name: a package cannot say where anything goes.
                    if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile
                        && entry is { DataStream: { } data, Length: <= LargestEntry }
                        && Path.GetFileName(entry.Name) is { Length: > 0 } name && IsWanted(name))
                    {
                        using FileStream to = new(Path.Combine(folder, name), FileMode.Create, FileAccess.Write);
                        data.CopyTo(to);
                    }
                }
            }

            return ReadFolder(folder);
        }
        catch (Exception error) when (error is FormatException or InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"'{path}' is no package of ip-location-db, or damaged: {error.Message}", error);
        }
        finally
        {
            Array.ForEach(Directory.GetFiles(folder), file => SharedFile.TryDelete(file));
            SharedFile.TryDeleteEmptyFolder(folder);
        }
    }

    private static bool IsWanted(string name) =>
        name is "package.json" or "geo-whois-asn-country.mmdb" or "asn-ipv4-num.csv" or "asn-ipv6-num.csv";

    private static RangeTable? ReadFolder(string folder)
    {
        Dictionary<string, string> files = Directory.GetFiles(folder).ToDictionary(file => Path.GetFileName(file), StringComparer.Ordinal);
        (string source, DateTime date) = Version(folder, files);
        if (files.TryGetValue("geo-whois-asn-country.mmdb", out string? countries))
        {
            using MaxMindFile file = new(countries);
            return file.ToCountries(new("country", source, LicenseOf("country"), date));
        }

        if (files.TryGetValue("asn-ipv4-num.csv", out string? v4) && files.TryGetValue("asn-ipv6-num.csv", out string? v6))
        {
            RangeTableBuilder builder = new();
            foreach ((string csv, byte version) in new[] { (v4, (byte)4), (v6, (byte)6) })
            {
                try
                {
                    using StreamReader reader = new(SharedFile.OpenRead(csv));
                    AsnCsv.AddTo(builder, reader, version);
                }
                catch (FormatException error)
                {
                    throw new InvalidDataException($"'{csv}': {error.Message}", error);
                }
            }

            return builder.Build(new("asn", source, LicenseOf("asn"), date));
        }

        return null;
    }

    /// <summary>Name and version of an unpacked package; its version ends with the time it was made: 2.3.2026061719.</summary>
    private static (string Source, DateTime Date) Version(string folder, Dictionary<string, string> files)
    {
        if (!files.TryGetValue("package.json", out string? path))
        {
            return (folder, Directory.GetLastWriteTimeUtc(folder));
        }

        string name = folder;
        string version = "";
        try
        {
            using JsonDocument json = JsonDocument.Parse(SharedFile.ReadBytes(path));
            name = json.RootElement.TryGetProperty("name", out JsonElement nameText) ? nameText.ToString() : name;
            version = json.RootElement.TryGetProperty("version", out JsonElement versionText) ? versionText.ToString() : version;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"'{path}' is not what npm has in a package: {error.Message}", error);
        }

        return ($"{name} {version}", DateTime.TryParseExact(version.Split('.')[^1], "yyyyMMddHH", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime date) ? date : File.GetLastWriteTimeUtc(path));
    }
}
