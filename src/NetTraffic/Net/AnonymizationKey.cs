using System.Security.Cryptography;
using System.Text;

namespace NetTraffic.Net;

/// <summary>The key of pseudonyms as users write it.</summary>
public static class AnonymizationKey
{
    /// <summary>How to write one, for messages.</summary>
    public const string Form = "give 64 hexadecimal digits (0x in front is taken too), or exactly 32 ASCII characters";

    /// <summary>
    /// Reads a key: 64 hexadecimal digits, with or without 0x, or 32 ASCII characters, which are its bytes; nfdump's nfanon reads the same.
    /// </summary>
    /// <exception cref="FormatException">It is none; the message does not quote it.</exception>
    public static byte[] Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        if (digits.Length == 2 * CryptoPan.KeyLength && digits.All(char.IsAsciiHexDigit))
        {
            return Convert.FromHexString(digits);
        }

        // 32 digits are mostly 16 bytes: half a key.
        return text.Length == CryptoPan.KeyLength && text.All(letter => letter is >= ' ' and <= '~') && !text.All(char.IsAsciiHexDigit)
            ? Encoding.ASCII.GetBytes(text)
            : throw new FormatException($"that is no anonymization key: {Form}.");
    }

    /// <summary>A key that nobody has had before.</summary>
    public static byte[] Random() => RandomNumberGenerator.GetBytes(CryptoPan.KeyLength);
}
