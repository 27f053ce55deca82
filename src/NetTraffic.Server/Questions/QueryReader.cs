using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace NetTraffic.Server.Questions;

/// <summary>
/// Reads a request's query by the table of filters: each is a parameter of its name, given several times or with commas between its values.
/// What is none of them, nor of the endpoint's own, is refused: an answer without a filter that somebody meant would be a wrong one.
/// </summary>
internal sealed class QueryReader
{
    /// <summary>Traffic of the last so much time.</summary>
    public const string Last = "last";

    private readonly IQueryCollection query;

    /// <summary>Looks at a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="filters">The filters that apply.</param>
    /// <param name="own">The endpoint's own parameters.</param>
    /// <exception cref="TrafficException">It has others.</exception>
    public QueryReader(HttpRequest request, IEnumerable<FilterKind> filters, params IEnumerable<string> own)
    {
        query = request.Query;
        FilterKind[] kinds = [.. filters];
        string[] known = [.. kinds.Select(ParameterOf), .. kinds.Contains(TrafficFilters.Since) ? [Last] : (string[])[], .. own];
        if (query.Keys.FirstOrDefault(key => !known.Contains(key, StringComparer.OrdinalIgnoreCase)) is { } foreign)
        {
            IReadOnlyList<string> near = NearNames.Of(foreign, known, within: true);
            throw new TrafficException(TrafficErrors.BadArgument, $"There is no parameter '{foreign}' here.",
                near.Count > 0 ? $"Did you mean {string.Join(", ", near)}?"
                    : known.Length > 0 ? $"These are known: {string.Join(", ", known)}." : "Leave it out: there is none.");
        }

        Filter = ReadFilter(kinds);
    }

    /// <summary>What the filters ask for.</summary>
    public TrafficFilter Filter { get; }

    /// <summary>Whether the time asked for ends now.</summary>
    public bool EndsNow => query.ContainsKey(Last);

    /// <summary>A filter's parameter: its name, the first letter small.</summary>
    public static string ParameterOf(FilterKind kind) => char.ToLowerInvariant(kind.Name[0]) + kind.Name[1..];

    /// <summary>A text; null: it is not given.</summary>
    public string? Text(string name) => query.TryGetValue(name, out StringValues values)
        ? values.Count == 1 && values[0] is { Length: > 0 } text ? text : throw Refuse(name, values, "one value")
        : null;

    /// <summary>A whole number.</summary>
    public int Number(string name, int otherwise, int least, int most) => Text(name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most ? number
        : throw Refuse(name, text, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));

    /// <summary>Yes or no; a name without a value is a yes.</summary>
    public bool Flag(string name) => query.TryGetValue(name, out StringValues values) && (values.ToString() switch
    {
        "" or "true" or "1" => true,
        "false" or "0" => false,
        string other => throw Refuse(name, other, "true or false"),
    });

    /// <summary>A length of time; null: it is not given.</summary>
    public TimeSpan? Span(string name) => Text(name) is not { } text ? null
        : Duration.TryParse(text, out TimeSpan span) ? span : throw Refuse(name, text, "a length of time such as 5m, 2h or 7d");

    /// <summary>One of some names.</summary>
    public T OneOf<T>(string name, T otherwise)
        where T : struct, Enum =>
        Text(name) is not { } text ? otherwise
        : Enum.GetNames<T>().FirstOrDefault(one => one.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } found
            ? Enum.Parse<T>(found) : throw Refuse(name, text, string.Join(", ", Enum.GetNames<T>()));

    private static TrafficException Refuse(string name, StringValues given, string right) => new(
        TrafficErrors.BadArgument, $"'{given}' cannot be the parameter {name}.", $"Give {right}.");

    private TrafficFilter ReadFilter(FilterKind[] kinds)
    {
        TrafficFilter filter = new();
        if (kinds.Contains(TrafficFilters.Since) && Span(Last) is { } last)
        {
            if (query.ContainsKey(ParameterOf(TrafficFilters.Since)) || query.ContainsKey(ParameterOf(TrafficFilters.Until)))
            {
                throw new TrafficException(TrafficErrors.ConflictingTimes, "last cannot be combined with since or until.");
            }

            // More than there is of time is no limit.
            filter = last < DateTime.UtcNow - DateTime.MinValue ? filter with { Since = DateTime.UtcNow - last } : filter;
        }

        foreach (FilterKind kind in kinds)
        {
            string name = ParameterOf(kind);
            if (!query.TryGetValue(name, out StringValues values))
            {
                continue;
            }

            if (kind == TrafficFilters.Suspicious)
            {
                filter = Flag(name) ? kind.AddTo(filter, [true]) : filter;
            }
            else if (kind == TrafficFilters.Since || kind == TrafficFilters.Until)
            {
                filter = kind.AddTo(filter, [QueryTime.Parse(Text(name)!)]);
            }
            else
            {
                string[] items = [.. values.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries))];
                filter = items.All(item => item.Length > 0) ? kind.AddTo(filter, items)
                    : throw Refuse(name, values, "values that are not empty");
            }
        }

        return filter.Since >= filter.Until
            ? throw new TrafficException(TrafficErrors.EmptyTimeRange, "since is not before until, so nothing can match.") : filter;
    }
}
