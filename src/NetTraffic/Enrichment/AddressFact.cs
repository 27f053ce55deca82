using System.Collections.Concurrent;
using System.Globalization;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>Something that is known of an address, and that traffic can be filtered or grouped by.</summary>
public enum AddressFact
{
    /// <summary>ISO 3166-1 alpha-2 code of its country.</summary>
    CountryCode,

    /// <summary>Its country's name in English.</summary>
    Country,

    /// <summary>Its autonomous system, as <c>AS15169</c>.</summary>
    AsNumber,

    /// <summary>The autonomous system's holder.</summary>
    Organization,

    /// <summary>Whether it is suspicious: <c>true</c>, or nothing.</summary>
    Suspicious,
}

/// <summary>Facts of addresses as text.</summary>
public static class AddressFacts
{
    // As many as there are autonomous systems in the traffic.
    private static readonly ConcurrentDictionary<long, string> AsTexts = new();

    /// <summary>The fact that a key of a summary groups by; null: it groups by something else.</summary>
    public static AddressFact? Of(SummaryKey key) => key switch
    {
        SummaryKey.Country => AddressFact.Country,
        SummaryKey.AsNumber => AddressFact.AsNumber,
        SummaryKey.Organization => AddressFact.Organization,
        _ => null,
    };

    /// <summary>Refuses a question that nothing here can answer: no table and no database.</summary>
    /// <exception cref="TrafficException">It cannot be told.</exception>
    public static void Require(IAddressFacts facts, AddressFact fact)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (!facts.CanTell(fact))
        {
            string what = fact is AddressFact.AsNumber or AddressFact.Organization ? "autonomous systems" : "countries";
            throw new TrafficException(TrafficErrors.NoGeoDatabase, $"There is no table of {what} here, so nothing is known of that.");
        }
    }

    /// <summary>A fact of an address; null: not known, or no address.</summary>
    /// <param name="facts">Who knows.</param>
    /// <param name="fact">What is asked.</param>
    /// <param name="address">The address as flows have it.</param>
    public static string? Text(IAddressFacts facts, AddressFact fact, ReadOnlySpan<char> address)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (!AddressText.TryParse(address, out IpAddress128 value, out byte version))
        {
            return null;
        }

        return fact switch
        {
            AddressFact.CountryCode => facts.CountryCode(value, version),
            AddressFact.Country => facts.Country(value, version),
            AddressFact.AsNumber => facts.AsNumber(value, version) is { } number ? AsText(number) : null,
            AddressFact.Organization => facts.Organization(value, version),
            AddressFact.Suspicious => facts.IsSuspicious(value, version) ? "true" : null,
            _ => throw new ArgumentOutOfRangeException(nameof(fact), fact, "There is no such fact."),
        };
    }

    /// <summary>An autonomous system's number as <c>AS15169</c>.</summary>
    public static string AsText(long number) =>
        AsTexts.GetOrAdd(number, static number => string.Create(CultureInfo.InvariantCulture, $"AS{number}"));

    /// <summary>Reads <c>AS15169</c> or <c>15169</c>, and gives the former.</summary>
    /// <exception cref="FilterValueException">It is none.</exception>
    public static string ParseAs(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string digits = text.Trim();
        digits = digits.StartsWith("AS", StringComparison.OrdinalIgnoreCase) ? digits[2..] : digits;
        return uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? AsText(number)
            : throw new FilterValueException($"'{text}' is no autonomous system.", "Give its number, as AS15169 or 15169.");
    }
}
