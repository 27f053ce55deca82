namespace NetTraffic.PowerShell;

/// <summary>
/// The captures a query is about, gathered over the pipeline by store, so that many piped captures make one query, newest first over all.
/// Input that named no capture at all is told from input that never came: an empty pipeline asks for nothing, not for everything.
/// </summary>
internal sealed class PipedCaptures
{
    private readonly Dictionary<string, List<string>> byStore = new(StringComparer.Ordinal);
    private readonly HashSet<string> everything = new(StringComparer.Ordinal);

    public void Add(string? store, string[]? captureIds)
    {
        string key = store ?? "";
        if (captureIds is null)
        {
            everything.Add(key);
        }

        if (!byStore.TryGetValue(key, out List<string>? ids))
        {
            byStore.Add(key, ids = []);
        }

        ids.AddRange(captureIds ?? []);
    }

    /// <summary>Each store (null: the default one) with its captures; none means all.</summary>
    public IEnumerable<(string? Store, List<string> CaptureIds)> Queries() =>
        byStore.Select(pair => ((string?)(pair.Key.Length == 0 ? null : pair.Key), everything.Contains(pair.Key) ? [] : pair.Value));
}
