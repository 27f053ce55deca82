namespace NetTraffic.Influx;

/// <summary>
/// Which tokens the setting up of a 2.x server issues, and where they go. A token's text is in no result and in no message.
/// </summary>
public sealed record AccessTokenOptions
{
    /// <summary>File for the token that may only read the bucket, for Grafana. Only its owner may read it.</summary>
    public required string ReadTokenPath { get; init; }

    /// <summary>Keeps the token that may only write to the bucket where captures find it.</summary>
    public required Action<string> SaveWriteToken { get; init; }

    /// <summary>The place where that is, for people.</summary>
    public required string WriteTokenPath { get; init; }

    /// <summary>
    /// The token that captures send with now; null: none. The one that sets the server up stays unless <see cref="Replace"/> is set.
    /// </summary>
    public string? CurrentToken { get; init; }

    /// <summary>The token that sets the server up gives way to one that may only write. Default: no.</summary>
    public bool Replace { get; init; }

    /// <summary>Who uses the tokens, as the server's list of tokens shows it. Default: the host name.</summary>
    public string Owner { get; init; } = Environment.MachineName;
}
