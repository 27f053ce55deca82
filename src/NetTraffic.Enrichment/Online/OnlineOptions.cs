namespace NetTraffic.Enrichment.Online;

/// <summary>How patient one is with a service on the network.</summary>
internal sealed record OnlineOptions
{
    /// <summary>For a request and the whole of its answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Bytes that an answer has at most, unpacked.</summary>
    public int LargestAnswer { get; init; } = 1 << 20;

    /// <summary>How often a request that failed at the server or on the way is sent again.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>Before it is sent again the first time; then twice as long. Each by chance longer or shorter.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>After so many requests within five minutes, if at least half of them failed, none is sent for a minute.</summary>
    public int Failures { get; init; } = 5;
}

/// <summary>A service on the network that is asked about addresses.</summary>
/// <param name="Name">The provider's name.</param>
/// <param name="Url">Its base address, without a slash at the end.</param>
/// <param name="UrlSetting">The setting of that, for messages.</param>
/// <param name="Key">Its key; null: none.</param>
/// <param name="KeySetting">The setting of that, for messages.</param>
/// <param name="NeedsKey">Whether it cannot be asked without.</param>
internal sealed record OnlineService(string Name, Uri Url, string UrlSetting, string? Key, string KeySetting, bool NeedsKey)
{
    /// <summary>Its address as messages show it: host and port.</summary>
    public string Host => Url.Authority;

    /// <summary>The address of something of it.</summary>
    /// <param name="path">Path and query, escaped, with a slash at the begin.</param>
    public Uri At(string path) => new(Url.AbsoluteUri.TrimEnd('/') + path);

    /// <summary>Why it cannot be asked at all; null: it can.</summary>
    public string? Obstacle =>
        Key is null && NeedsKey ? $"no key is set: Set-NetTrafficOption -{KeySetting} (Read-Host -AsSecureString)"
        : Key is not null && Key.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? $"the key has characters that no key has; set it again: Set-NetTrafficOption -{KeySetting} (Read-Host -AsSecureString)"
        : Key is not null && Url.Scheme != Uri.UriSchemeHttps && !Url.IsLoopback
            ? $"its key is not sent by plain HTTP; set -{UrlSetting} to an address that begins with https://"
        : null;

    /// <summary>A text of the service's, without the key, safe for a terminal, and not long.</summary>
    public string Quote(string text)
    {
        const int longest = 160;
        string shown = text;
        foreach (string secret in Key is { Length: > 2 } key ? new[] { key, Uri.EscapeDataString(key) } : [])
        {
            shown = shown.Replace(secret, "***", StringComparison.OrdinalIgnoreCase);
        }

        return Display.Short(shown.Trim().TrimEnd('.'), longest);
    }

    /// <summary>Never the key.</summary>
    public override string ToString() => $"{Name} ({Host})";
}

/// <summary>A request that brought no usable answer, which may be different the next time.</summary>
internal sealed class RequestProblem(string message, bool mayRetry = false) : Exception(message)
{
    /// <summary>Whether sending it again at once can help.</summary>
    public bool MayRetry { get; } = mayRetry;
}
