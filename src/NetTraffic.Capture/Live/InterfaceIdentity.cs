namespace NetTraffic.Capture;

/// <summary>
/// What one interface is called. On Linux and macOS that is one name. On Windows Npcap opens <c>\Device\NPF_{GUID}</c>, and people know the
/// adapter's name ("Ethernet") and its description; any of them is accepted.
/// </summary>
/// <param name="Device">What libpcap lists and opens.</param>
/// <param name="FriendlyName">The adapter's name; null where the system has none.</param>
/// <param name="Description">What the driver says of it.</param>
internal readonly record struct InterfaceIdentity(string Device, string? FriendlyName, string? Description)
{
    private const string NpcapPrefix = @"\Device\NPF_";

    /// <summary>The name for people, and in what is stored. Npcap's loopback adapter is no adapter of Windows: <c>Loopback</c>.</summary>
    public string Name => !IsNpcap ? Device : string.IsNullOrEmpty(FriendlyName) ? Device[NpcapPrefix.Length..] : FriendlyName;

    private bool IsNpcap => Device.StartsWith(NpcapPrefix, StringComparison.Ordinal);

    /// <summary>Whether a name is this interface's: on Windows in any case, with and without prefix and braces.</summary>
    public bool Has(string name) => name == Device
        || (IsNpcap && (Same(name, FriendlyName) || Same(Short(name), Short(Device))));

    /// <summary>Whether a text is its description; several interfaces may have the same.</summary>
    public bool IsDescribedAs(string text) => IsNpcap && text.Length > 0 && Same(text, Description);

    /// <summary>The interface of a name; else the only one of that description; null: none.</summary>
    public static T? Find<T>(IEnumerable<T> all, Func<T, InterfaceIdentity> identity, string name)
        where T : class
    {
        T[] known = [.. all];
        return Array.Find(known, one => identity(one).Has(name))
            ?? (known.Where(one => identity(one).IsDescribedAs(name)).Take(2).ToArray() is [var only] ? only : null);
    }

    private static bool Same(string text, string? other) => string.Equals(text, other, StringComparison.OrdinalIgnoreCase);

    private static string Short(string device) =>
        (device.StartsWith(NpcapPrefix, StringComparison.OrdinalIgnoreCase) ? device[NpcapPrefix.Length..] : device).Trim('{', '}');
}
