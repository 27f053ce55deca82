using System.Globalization;
using System.Text.RegularExpressions;

namespace NetTraffic.Engine;

/// <summary>A capture to be scheduled: when, and what a PowerShell of its own is to run then.</summary>
public sealed partial record CaptureTask
{
    // Between two runs there is the start of one, and the storing of what the other still held.
    private static readonly TimeSpan Gap = TimeSpan.FromSeconds(30);

    /// <summary>Its name: letters, digits, dots, hyphens and underscores, as it becomes part of files' names.</summary>
    public required string Name { get; init; }

    /// <summary>When it runs.</summary>
    public required TaskSchedule Schedule { get; init; }

    /// <summary>PowerShell, by its full path; two words where .NET's own program runs it.</summary>
    public required IReadOnlyList<string> PowerShell { get; init; }

    /// <summary>The module's manifest, by its full path.</summary>
    public required string Module { get; init; }

    /// <summary>Folder of the store, by its full path.</summary>
    public required string StorePath { get; init; }

    /// <summary>
    /// Parameters of Start-NetCapture, but -Name, -StorePath and -Wait: text, lists of it, whole numbers, lengths of time, enums, switches.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, object>> Parameters { get; init; } = [];

    /// <summary>Where .NET is, if PowerShell does not find it by itself; null: it does.</summary>
    public string? DotnetRoot { get; init; }

    /// <summary>What PowerShell runs. Texts are in single quotes, in which nothing is run or replaced.</summary>
    /// <exception cref="TrafficException">A text has a line end or a control character.</exception>
    public string Script => string.Join(' ', [
        "$ErrorActionPreference = 'Stop'; Import-Module", PlainWord.PowerShell(Module) + "; Start-NetCapture",
        .. Parameters.Select(parameter => $"-{parameter.Key}{Value(parameter.Value)}"),
        "-Name", PlainWord.PowerShell(Name), "-StorePath", PlainWord.PowerShell(StorePath), "-Wait"]);

    /// <summary>The whole command, a word each.</summary>
    /// <exception cref="TrafficException">See <see cref="Script"/>.</exception>
    public IReadOnlyList<string> Command => [.. PowerShell, "-NoProfile", "-NonInteractive", "-Command", Script];

    /// <summary>Refuses what would not run as it is meant.</summary>
    /// <exception cref="TrafficException">The name is none; or runs would go on for ever, or into one another.</exception>
    public void Check()
    {
        if (!IsName(Name))
        {
            throw new TrafficException(TrafficErrors.BadArgument, $"'{Display.Text(Name)}' is no name for a task.",
                "Give 1 to 64 letters, digits, dots, hyphens and underscores, the first of them a letter or digit.");
        }

        TimeSpan? duration = Parameters.Where(parameter => parameter.Key == "Duration").Select(parameter => (TimeSpan?)parameter.Value)
            .FirstOrDefault();
        if (duration is null && Parameters.All(parameter => parameter.Key != "PacketCount"))
        {
            throw new TrafficException(TrafficErrors.BadSchedule, "A scheduled capture needs an end.",
                "Give -Duration or -PacketCount. One that runs all the time is no scheduled one: capture in a server "
                + "(Start-NetTrafficServer -AsService).");
        }

        if (Schedule.Every is { } every && !(duration <= every - Gap))
        {
            throw new TrafficException(TrafficErrors.BadSchedule,
                $"Every {Display.Span(every)} a capture begins, and the one before has not ended for sure.",
                $"Give a -Duration of {Display.Span(every - Gap)} at most: a run needs {Display.Span(Gap)} to start and to store the "
                + "rest.");
        }
    }

    /// <summary>Whether a text is a name that a task can have.</summary>
    public static bool IsName(string text) => NamePattern().IsMatch(text);

    private static string Value(object value) => value switch
    {
        bool on => on ? "" : ":$false",
        string text => " " + PlainWord.PowerShell(text),
        IEnumerable<string> texts => " " + string.Join(',', texts.Select(PlainWord.PowerShell)),
        TimeSpan time => string.Create(CultureInfo.InvariantCulture, $" {time.TotalMilliseconds:0}ms"),
        Enum one => $" {one}",
        int or long => string.Create(CultureInfo.InvariantCulture, $" {value}"),
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "no way to write it"),
    };

    // \z: $ would let a line end pass.
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NamePattern();
}
