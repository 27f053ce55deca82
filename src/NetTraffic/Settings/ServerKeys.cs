using NetTraffic.Net;

namespace NetTraffic;

/// <summary>What the keys of the REST API are held against; the keys themselves are nowhere.</summary>
public sealed record ServerKeys
{
    /// <summary>Of the key that may do everything, as <see cref="ApiKey.Hash"/> keeps it; null: none.</summary>
    public string? Control { get; init; }

    /// <summary>Of the key that may only read; null: none.</summary>
    public string? Read { get; init; }

    /// <summary>Whether there is one at all.</summary>
    public bool Any => Control is not null || Read is not null;

    /// <summary>What settings say.</summary>
    /// <param name="secret">Gives what is set; null: nothing is.</param>
    public static ServerKeys Of(Func<Setting, string?> secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return new ServerKeys { Control = Kept(secret(SettingTable.ServerKey)), Read = Kept(secret(SettingTable.ServerReadKey)) };
    }

    /// <summary>Whether there are keys; never what they are.</summary>
    public override string ToString() => Any ? "set" : "none";

    // A variable of the environment has the key itself.
    private static string? Kept(string? text) => string.IsNullOrEmpty(text) ? null : ApiKey.Hash(text);
}
