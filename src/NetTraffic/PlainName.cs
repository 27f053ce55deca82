using System.Globalization;

namespace NetTraffic;

/// <summary>
/// The one rule for names, wherever they come from: captures, sensors, files, interfaces. What a person gives is refused where it breaks
/// the rule, and what comes from elsewhere (the wire, files, other processes) is made to fit.
/// </summary>
public static class PlainName
{
    /// <summary>Characters of a name at most.</summary>
    public const int Longest = 256;

    /// <summary>Characters of a sensor's name at most: it is a tag of every point in InfluxDB.</summary>
    public const int LongestSensor = 128;

    /// <summary>A name that a person gave, as it is.</summary>
    /// <param name="what">What has such a name, for the message: "a sensor's name".</param>
    /// <param name="name">The name.</param>
    /// <param name="longest">Characters at most.</param>
    /// <exception cref="FormatException">It is blank or too long, or has characters that nobody sees or that reorder text.</exception>
    public static string Check(string what, string name, int longest = Longest)
    {
        ArgumentNullException.ThrowIfNull(name);
        return !string.IsNullOrWhiteSpace(name) && name.Length <= longest && Display.Text(name) == name
            ? name
            : throw new FormatException(string.Create(
                CultureInfo.InvariantCulture,
                $"{what} has 1 to {longest} characters, none of them control characters or invisible ones."));
    }

    /// <summary>A name from elsewhere: safe for a terminal (<see cref="Display.Text"/>), and cut where it is too long.</summary>
    public static string Clean(string? name)
    {
        return Cut(Display.Text(Cut(name ?? "")));

        static string Cut(string text) =>
            text.Length <= Longest ? text : text[..(char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest)];
    }
}
