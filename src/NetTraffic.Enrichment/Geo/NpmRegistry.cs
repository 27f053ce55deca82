using System.Security.Cryptography;
using System.Text.Json;

namespace NetTraffic.Enrichment.Geo;

/// <summary>
/// Packages of an npm registry, without npm: what it says of a package (https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md),
/// and
/// its file, whose bytes must be those of the integrity that goes with it (Subresource Integrity, SHA-512).
/// </summary>
/// <param name="client">Asks; its time-out is that of one request.</param>
/// <param name="registry">The registry's address.</param>
public sealed class NpmRegistry(HttpClient client, Uri registry)
{
    /// <summary>The registry that everybody uses.</summary>
    public static Uri Public { get; } = new("https://registry.npmjs.org/");

    // What is asked for is put behind it.
    private readonly Uri registry = registry.AbsoluteUri.EndsWith('/') ? registry : new Uri(registry.AbsoluteUri + "/");

    private const long LargestPackage = 256L << 20;
    private const long LargestAnswer = 1L << 20;

    /// <summary>A package's newest version.</summary>
    /// <param name="Version">Its number.</param>
    /// <param name="File">Where its file is.</param>
    /// <param name="Integrity"><c>sha512-</c> and base64.</param>
    public sealed record Package(string Version, Uri File, string Integrity);

    /// <summary>Asks for the newest version of a package.</summary>
    /// <exception cref="TrafficException">The registry does not answer, or with something else.</exception>
    public async Task<Package> GetLatestAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        Uri address = new(registry, name.Replace("/", "%2f", StringComparison.Ordinal) + "/latest");
        byte[] answer = await Download.BytesAsync(client, address, LargestAnswer, null, cancellationToken).ConfigureAwait(false);
        try
        {
            using JsonDocument json = JsonDocument.Parse(answer);
            JsonElement dist = json.RootElement.GetProperty("dist");
            string? tarball = dist.TryGetProperty("tarball", out JsonElement text) ? text.GetString() : null;
            string version = json.RootElement.GetProperty("version").GetString() ?? throw new FormatException("there is no version");

            // A mirror may name the address of what it mirrors; the file is asked of the registry that was asked.
            Uri file = Uri.TryCreate(tarball, UriKind.Absolute, out Uri? named) ? new Uri(registry, named.PathAndQuery.TrimStart('/'))
                : new Uri(registry, $"{name}/-/{name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..]}-{version}.tgz");
            return new(version, file, dist.GetProperty("integrity").GetString() ?? throw new FormatException("there is no integrity"));
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new TrafficException(
                TrafficErrors.DownloadFailed, $"'{address}' does not answer as an npm registry does: {error.Message}", null, error);
        }
    }

    /// <summary>Fetches a package's file.</summary>
    /// <param name="package">The package.</param>
    /// <param name="path">Where it goes.</param>
    /// <param name="progress">Takes how many bytes there are so far, and of how many.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TrafficException">It cannot be fetched, or is not what its integrity says.</exception>
    public async Task FetchAsync(Package package, string path, IProgress<(long Done, long? All)>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(package);
        byte[] bytes = await Download.BytesAsync(client, package.File, LargestPackage, progress, cancellationToken).ConfigureAwait(false);
        const string algorithm = "sha512-";
        string own = algorithm + Convert.ToBase64String(SHA512.HashData(bytes));
        if (!package.Integrity.Split(' ').Contains(own))
        {
            throw new TrafficException(TrafficErrors.DownloadFailed,
                $"'{package.File}' is not what the registry says it is: {own} instead of {package.Integrity}.");
        }

        SharedFile.Write(path, ownerOnly: false, bytes);
    }
}
