namespace NetTraffic;

/// <summary>What can be given for -Application: the names of <see cref="ApplicationTable"/>, and what summaries print for none.</summary>
public static class ApplicationText
{
    /// <summary>Stands for traffic of no known application, as summaries print it.</summary>
    public const string None = "(none)";

    /// <summary>The names, <see cref="None"/> among them.</summary>
    public static IEnumerable<string> Names => ApplicationTable.Names.Where(name => name.Length > 0).Append(None);

    /// <summary>The name as the store knows it.</summary>
    /// <exception cref="FilterValueException">It can be no flow's application.</exception>
    public static string Parse(string text) =>
        Names.FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? throw Unknown(text);

    /// <summary>The error of a name or a pattern that fits no application.</summary>
    public static FilterValueException Unknown(string text)
    {
        IReadOnlyList<string> near = NearNames.Of(text, Names, within: true);
        string meant = near.Count > 0 ? $" Did you mean {string.Join(", ", near)}?" : "";
        return new FilterValueException(
            $"'{text}' is no application that is known by a port.{meant}",
            "Give a name such as http or dns, a pattern such as http*, or '(none)'; Tab offers the names. -Port asks for any port.");
    }
}
