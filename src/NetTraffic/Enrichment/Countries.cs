using System.Collections.Frozen;
using System.Globalization;

namespace NetTraffic;

/// <summary>
/// The countries of ISO 3166-1, with their names in English and a point in their middle: the centre of the largest part of each (after
/// Natural Earth, public domain), to a hundredth of a degree.
/// </summary>
public static class Countries
{
    private static readonly FrozenDictionary<string, Country> ByCode = Load();

    /// <summary>A country.</summary>
    /// <param name="Code">ISO 3166-1 alpha-2.</param>
    /// <param name="Name">In English.</param>
    /// <param name="Latitude">Degrees north of its centre.</param>
    /// <param name="Longitude">Degrees east of it.</param>
    public sealed record Country(string Code, string Name, double Latitude, double Longitude);

    /// <summary>All of them.</summary>
    public static IReadOnlyCollection<Country> All => ByCode.Values;

    /// <summary>The country of a code, whatever its case; null: there is none.</summary>
    public static Country? Find(string? code) => code is not null && ByCode.TryGetValue(code, out Country? country) ? country : null;

    /// <summary>The code of a country that a user named by its code or its name in English.</summary>
    /// <exception cref="FilterValueException">There is none; the message has the nearest names.</exception>
    public static string Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string given = text.Trim();
        if ((Find(given) ?? All.FirstOrDefault(country => country.Name.Equals(given, StringComparison.OrdinalIgnoreCase))) is { } found)
        {
            return found.Code;
        }

        IReadOnlyList<string> near = NearNames.Of(given, All.Select(country => country.Name), within: true);
        throw new FilterValueException($"'{text}' is no country.",
            near.Count > 0 ? $"Did you mean {string.Join(" or ", near)}? A code of two letters will do too."
                : "Give a code such as DE, or a name in English.");
    }

    private static FrozenDictionary<string, Country> Load()
    {
        using StreamReader reader = new(typeof(Countries).Assembly.GetManifestResourceStream("countries.csv")!);
        List<Country> countries = [];
        _ = reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            string[] fields = line.Split(',');
            countries.Add(new(fields[0], fields[1], double.Parse(fields[2], CultureInfo.InvariantCulture),
                double.Parse(fields[3], CultureInfo.InvariantCulture)));
        }

        return countries.ToFrozenDictionary(country => country.Code, StringComparer.OrdinalIgnoreCase);
    }
}
