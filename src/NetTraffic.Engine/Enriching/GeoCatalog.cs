using NetTraffic.Enrichment.Geo;
using NetTraffic.Enrichment.Ranges;
using NetTraffic.Settings;

namespace NetTraffic.Engine;

/// <summary>The tables and databases of this machine that say where addresses are.</summary>
public static class GeoCatalog
{
    /// <summary>
    /// Folder of the tables that came with the module: beside its bin, which in the package of all systems has a folder for each.
    /// </summary>
    public static string ModuleFolder { get; } = FindModuleFolder();

    /// <summary>Folder of the tables that Update-GeoDatabase fetched, for all stores of this user.</summary>
    public static string UserFolder => Path.Combine(new SettingsOptions().DataFolder, "geo");

    /// <summary>What there is, with which is used.</summary>
    /// <param name="databases">Databases of the user's own.</param>
    /// <param name="warn">Takes which are damaged.</param>
    public static IReadOnlyList<GeoDatabase> List(IReadOnlyList<string> databases, Action<string> warn)
    {
        List<GeoDatabase> found = [];
        foreach (string path in databases)
        {
            Try(path, () =>
            {
                using MaxMindFile file = new(path);
                found.Add(new GeoDatabase { Kind = file.DatabaseType, Source = path, Date = file.Date, Path = path, IsUsed = true });
            });
        }

        foreach (string name in (string[])[GeoTables.CountryFile, GeoTables.AsnFile])
        {
            List<GeoDatabase> tables = [];
            foreach (string path in Folders.Select(folder => Path.Combine(folder, name)).Where(File.Exists))
            {
                Try(path, () =>
                {
                    RangeTable table = RangeTableFile.Read(path);
                    tables.Add(new GeoDatabase
                    {
                        Kind = table.Info.Kind,
                        Source = table.Info.Source,
                        Date = table.Info.Date,
                        Ranges = table.Count,
                        License = table.Info.License,
                        Path = path,
                    });
                });
            }

            if (tables.MaxBy(table => table.Date) is { } newest)
            {
                newest.IsUsed = true;
            }

            found.AddRange(tables);
        }

        return found;

        void Try(string path, Action read)
        {
            try
            {
                read();
            }
            catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                warn($"'{path}' is left out: {error.Message}");
            }
        }
    }

    /// <summary>Makes a table of a package or file, and puts it into a folder. Null: there is none in it.</summary>
    /// <param name="path">A package (.tgz), a database (.mmdb), a table (.ranges), or the folder of an unpacked package.</param>
    /// <param name="folder">Where it goes; null: <see cref="UserFolder"/>.</param>
    /// <exception cref="InvalidDataException">It is damaged, or something else.</exception>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static GeoDatabase? Install(string path, string? folder)
    {
        if (GeoPackages.Read(path) is not { } table)
        {
            return null;
        }

        folder ??= UserFolder;
        string target = Path.Combine(folder, table.Info.Kind + RangeTableFile.Extension);
        SharedFile.Write(target, ownerOnly: false, RangeTableFile.Write(table));
        return new GeoDatabase
        {
            Kind = table.Info.Kind,
            Source = table.Info.Source,
            Date = table.Info.Date,
            Ranges = table.Count,
            License = table.Info.License,
            Path = target,
            IsUsed = true,
        };
    }

    /// <summary>The newest table of a kind that a registry has; null: the one that is here is as new.</summary>
    /// <param name="kind"><c>country</c> or <c>asn</c>.</param>
    /// <param name="registry">The registry; null: npm's own.</param>
    /// <param name="force">Also where there is nothing newer.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">The registry does not answer.</exception>
    public static GeoUpdate? FindUpdate(string kind, Uri? registry, bool force, CancellationToken cancellationToken)
    {
        string name = kind == "country" ? GeoPackages.Country : GeoPackages.Asn;
        using HttpClient client = new() { Timeout = TimeSpan.FromSeconds(30) };
        NpmRegistry npm = new(client, registry ?? NpmRegistry.Public);
        NpmRegistry.Package package = npm.GetLatestAsync(name, cancellationToken).GetAwaiter().GetResult();
        string source = $"{name} {package.Version}";
        return !force && List([], _ => { }).Any(table => table.Source == source) ? null
            : new(source, registry ?? NpmRegistry.Public, package);
    }

    /// <summary>Fetches a table and puts it into a folder.</summary>
    /// <param name="update">The table.</param>
    /// <param name="folder">Where it goes; null: <see cref="UserFolder"/>.</param>
    /// <param name="progress">Takes how many bytes there are so far, and of how many.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">It cannot be fetched or written.</exception>
    /// <exception cref="InvalidDataException">What was fetched is something else.</exception>
    public static GeoDatabase Fetch(
        GeoUpdate update, string? folder, IProgress<(long Done, long? All)>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(update);
        string file = Path.Combine(Path.GetTempPath(), $"nettraffic-{Guid.NewGuid():N}.tgz");
        try
        {
            using HttpClient client = new() { Timeout = TimeSpan.FromMinutes(5) };
            new NpmRegistry(client, update.Registry).FetchAsync(update.Package, file, progress, cancellationToken).GetAwaiter().GetResult();
            return Install(file, folder) ?? throw new InvalidDataException($"The package {update.Source} has no table.");
        }
        finally
        {
            SharedFile.TryDelete(file);
        }
    }

    /// <summary>The tables and databases, read; null: there is none, or one is damaged, which is told.</summary>
    internal static GeoTables? OpenWhole(TrafficOption option, Action<string> warn)
    {
        try
        {
            GeoTables tables = Open(option, null);
            return tables.CountryTable is null && tables.Databases.Count == 0 ? null : tables;
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            warn(error.Message);
            return null;
        }
    }

    internal static GeoTables Open(TrafficOption option, IReadOnlyList<string>? more) =>
        new(new GeoOptions { Folders = Folders, Databases = [.. more ?? [], .. option.GeoDatabase] });

    private static string[] Folders => [ModuleFolder, UserFolder];

    private static string FindModuleFolder()
    {
        string own = Path.GetDirectoryName(typeof(GeoCatalog).Assembly.Location) ?? ".";
        string beside = Path.GetFullPath(Path.Combine(own, "..", "geo"));
        string above = Path.GetFullPath(Path.Combine(own, "..", "..", "geo"));
        return !Directory.Exists(beside) && Directory.Exists(above) ? above : beside;
    }
}

/// <summary>A table that a registry has.</summary>
/// <param name="Source">The package with its version.</param>
public sealed record GeoUpdate(string Source)
{
    internal GeoUpdate(string source, Uri registry, NpmRegistry.Package package)
        : this(source) => (Registry, Package) = (registry, package);

    internal Uri Registry { get; } = NpmRegistry.Public;

    internal NpmRegistry.Package Package { get; } = new("", NpmRegistry.Public, "");
}
