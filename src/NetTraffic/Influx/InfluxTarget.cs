using System.Text;

namespace NetTraffic;

/// <summary>Which InfluxDB write API is spoken.</summary>
public enum InfluxGeneration
{
    /// <summary>Found out by asking the server.</summary>
    Auto = 0,

    /// <summary>InfluxDB 1.x: <c>/write</c> with a database, user and password or none.</summary>
    V1 = 1,

    /// <summary>InfluxDB 2.x: <c>/api/v2/write</c> with organisation, bucket and token.</summary>
    V2 = 2,

    /// <summary>InfluxDB 3.x: the same path, with a token.</summary>
    V3 = 3,
}

/// <summary>Where rollups are sent. Its text never holds the token or the password.</summary>
public sealed record InfluxTarget
{
    /// <summary>Base address of the server, http or https.</summary>
    public required Uri Url { get; init; }

    /// <summary>Generation, or <see cref="InfluxGeneration.Auto"/>.</summary>
    public InfluxGeneration Generation { get; init; }

    /// <summary>2.x: organisation.</summary>
    public string? Organization { get; init; }

    /// <summary>2.x and 3.x: bucket (3.x: database). 1.x: taken as the database where none is given.</summary>
    public string? Bucket { get; init; }

    /// <summary>2.x and 3.x: token.</summary>
    public string? Token { get; init; }

    /// <summary>1.x: database. 2.x and 3.x: taken as the bucket where none is given.</summary>
    public string? Database { get; init; }

    /// <summary>1.x: user; null: none.</summary>
    public string? User { get; init; }

    /// <summary>1.x: password.</summary>
    public string? Password { get; init; }

    /// <summary>The server that settings name; null: none.</summary>
    /// <param name="option">The settings.</param>
    /// <param name="token">Their token, which they do not show.</param>
    /// <param name="password">Their password, which they do not show.</param>
    public static InfluxTarget? Of(TrafficOption option, string? token, string? password)
    {
        ArgumentNullException.ThrowIfNull(option);
        return option.InfluxUrl is not { } url ? null : new InfluxTarget
        {
            Url = new Uri(url),
            Generation = option.InfluxGeneration,
            Organization = option.InfluxOrg,
            Bucket = option.InfluxBucket,
            Database = option.InfluxDatabase,
            User = option.InfluxUser,
            Token = token,
            Password = password,
        };
    }

    /// <summary>Database of a 1.x server.</summary>
    public string DatabaseName => Database ?? Bucket ?? "nettraffic";

    /// <summary>Bucket of a 2.x server, database of a 3.x server.</summary>
    public string BucketName => Bucket ?? Database ?? "nettraffic";

    /// <summary>What cursor, lease and spool are kept under: the same for the same server and database, whatever the credentials.</summary>
    public string Key
    {
        get
        {
            string address = Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');
            byte[] text = Encoding.UTF8.GetBytes($"{address}\n{Organization}\n{BucketName}\n{DatabaseName}");
            return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(text))[..16];
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)} ({BucketName})";
}
