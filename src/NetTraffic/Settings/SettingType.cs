namespace NetTraffic;

/// <summary>What values a setting can have, and how they are written.</summary>
/// <param name="Kind">In words.</param>
/// <param name="Read">The value of a text; a <see cref="FormatException"/> says what it has to be.</param>
/// <param name="Write">A text that <paramref name="Read"/> takes again.</param>
internal sealed record SettingType<T>(string Kind, Func<string, T> Read, Func<T, string> Write)
{
    /// <summary>Whether a value is a list.</summary>
    public bool IsList { get; init; }

    /// <summary>The only values; empty: there are others.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];
}

/// <summary>What a row says of itself to people.</summary>
/// <param name="Text">What it is for.</param>
/// <param name="Default">What holds where nothing is set.</param>
/// <param name="Example">A value that it can have.</param>
internal sealed record SettingWords(string Text, string Default, string Example);
