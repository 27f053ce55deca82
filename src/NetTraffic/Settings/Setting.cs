namespace NetTraffic;

/// <summary>
/// A row of <see cref="SettingTable"/>: one thing that a user can set. A value is kept as text, in the config file as in an environment
/// variable; of a list the file has an array, and a text its items with commas between them.
/// </summary>
public sealed record Setting
{
    private readonly Func<string, string> check;
    private readonly Func<TrafficOption, string, TrafficOption> apply;
    private readonly Func<TrafficOption, string?> show;

    private Setting(
        string name, Func<string, string> check, Func<TrafficOption, string, TrafficOption> apply, Func<TrafficOption, string?> show)
    {
        Name = name;
        Parameter = name;
        Variable = "NETTRAFFIC_"
            + string.Concat(name.Select((letter, at) => at > 0 && char.IsUpper(letter) ? $"_{letter}" : $"{letter}")).ToUpperInvariant();
        this.check = check;
        this.apply = apply;
        this.show = show;
    }

    /// <summary>Its name in the config file and in <see cref="TrafficOption"/>, where a secret's has Has before it.</summary>
    public string Name { get; }

    /// <summary>Its parameter of Set-NetTrafficOption.</summary>
    public string Parameter { get; init; }

    /// <summary>The environment variable that comes before the config file.</summary>
    public string Variable { get; init; }

    /// <summary>
    /// The variables that are looked at, of which the first one set counts: a secret's can also name a file that holds it.
    /// </summary>
    public IReadOnlyList<string> Variables => IsSecret ? [Variable, Variable + "_FILE"] : [Variable];

    /// <summary>What it is for: the parameter's help, and its line in docs/settings.md.</summary>
    public required string Text { get; init; }

    /// <summary>What kind of value it has, in words.</summary>
    public required string Kind { get; init; }

    /// <summary>A value that it can have.</summary>
    public required string Example { get; init; }

    /// <summary>What holds where nothing is set, in words.</summary>
    public required string Default { get; init; }

    /// <summary>Whether it is kept where only this user may read it, and never shown.</summary>
    public bool IsSecret { get; private init; }

    /// <summary>Whether its value is a list.</summary>
    public bool IsList { get; private init; }

    /// <summary>The only values there are; empty: any that <see cref="Check"/> takes.</summary>
    public IReadOnlyList<string> Choices { get; private init; } = [];

    /// <summary>The value as it is kept.</summary>
    /// <param name="value">A text, a length of time, a list of texts, or what prints as one of them.</param>
    /// <exception cref="ArgumentException">It cannot be this setting's value; the message begins with the setting's name.</exception>
    public string Check(object value)
    {
        string text = value switch
        {
            string one => one,
            TimeSpan span => span.ToString("c"),
            IEnumerable<string> many when many.Any(string.IsNullOrWhiteSpace) => throw new ArgumentException($"{Name}: an item is empty."),
            IEnumerable<string> many => string.Join(',', many),
            _ => value?.ToString() ?? "",
        };
        return Try(check, text, Name);
    }

    /// <summary>The settings with this one set.</summary>
    /// <param name="option">The settings.</param>
    /// <param name="text">The value as text.</param>
    /// <param name="where">Where it is set, for the message.</param>
    /// <exception cref="ArgumentException">It cannot be this setting's value; the message begins with <paramref name="where"/>.</exception>
    public TrafficOption Apply(TrafficOption option, string text, string where) => Try(value => apply(option, value), text, where);

    /// <summary>This setting's value as text; null: it has none. A secret's is not known here: null.</summary>
    public string? Show(TrafficOption option) => show(option);

    /// <summary>A row whose value stands in a property of <see cref="TrafficOption"/>.</summary>
    internal static Setting Of<T>(
        string name,
        SettingType<T> type,
        Func<TrafficOption, object?> get,
        Func<TrafficOption, T, TrafficOption> set,
        SettingWords words) =>
        new(
            name,
            text => type.Write(type.Read(text)),
            (option, text) => set(option, type.Read(text)),
            option => get(option) is T value ? type.Write(value) : null)
        {
            Text = words.Text,
            Kind = type.Kind,
            Example = words.Example,
            Default = words.Default,
            IsList = type.IsList,
            Choices = type.Choices,
        };

    /// <summary>A row of a secret; of it <see cref="TrafficOption"/> has only whether it is set.</summary>
    internal static Setting OfSecret(
        string name, Func<TrafficOption, TrafficOption> set, SettingWords words, SettingType<string>? type = null)
    {
        Func<string, string> read = (type ?? SettingTypes.Secret).Read;
        return new(name, read, (option, text) => read(text).Length > 0 ? set(option) : option, _ => null)
        {
            Text = words.Text,
            Kind = SettingTypes.Secret.Kind,
            Example = words.Example,
            Default = words.Default,
            IsSecret = true,
        };
    }

    private static T Try<T>(Func<string, T> read, string text, string where)
    {
        try
        {
            return read(text);
        }
        catch (FormatException error)
        {
            throw new ArgumentException($"{where}: {error.Message}", error);
        }
    }
}
