using System.Security.Cryptography;
using System.Text;

namespace NetTraffic.Net;

/// <summary>
/// Keys of the REST API as they are kept: <c>sha256:SALT:HASH</c> in hexadecimal. Keys are long and of chance, so one round of a fast hash
/// keeps them: what a slow one would add, each request would pay.
/// </summary>
public static class ApiKey
{
    /// <summary>Characters at least.</summary>
    public const int Shortest = 20;

    private const string Prefix = "sha256:";
    private const int SaltBytes = 16;

    /// <summary>A new key: 256 bits of chance.</summary>
    public static string NewKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>What is kept of a key; of what is kept already, itself.</summary>
    /// <exception cref="FormatException">
    /// It is too short, or has characters that no header carries. The message does not quote it.
    /// </exception>
    public static string Hash(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length == 0 || Parse(key) is not null)
        {
            return key;
        }

        if (key.Length < Shortest || key.Any(letter => letter is <= ' ' or > '~'))
        {
            throw new FormatException($"a key has at least {Shortest} characters, all of ASCII and none a space.");
        }

        byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return $"{Prefix}{Convert.ToHexStringLower(salt)}:{Convert.ToHexStringLower(Digest(salt, key))}";
    }

    /// <summary>Whether a key is the one of which something is kept. Takes as long whatever the key is.</summary>
    /// <param name="kept">What <see cref="Hash"/> gave; null: there is none, and no key is it.</param>
    /// <param name="key">What somebody gave.</param>
    public static bool Matches(string? kept, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return kept is not null && Parse(kept) is var (salt, hash) && CryptographicOperations.FixedTimeEquals(Digest(salt, key), hash);
    }

    private static (byte[] Salt, byte[] Hash)? Parse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text[Prefix.Length..].Split(':') is not [var salt, var hash]
            || salt.Length != 2 * SaltBytes || hash.Length != 2 * SHA256.HashSizeInBytes
            || !salt.Concat(hash).All(char.IsAsciiHexDigit))
        {
            return null;
        }

        return (Convert.FromHexString(salt), Convert.FromHexString(hash));
    }

    private static byte[] Digest(byte[] salt, string key) => SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(key)]);
}
