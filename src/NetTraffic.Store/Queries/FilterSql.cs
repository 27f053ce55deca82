using System.Globalization;
using NetTraffic.Net;

namespace NetTraffic.Store;

/// <summary>A <see cref="TrafficFilter"/> as a SQL condition over rows of a dataset: one translation for each kind of operation.</summary>
internal sealed class FilterSql
{
    private FilterSql(string condition, TrafficFilter filter)
    {
        Condition = condition;
        SinceUs = filter.Since is { } from ? UnixTime.ToMicroseconds(from) : long.MinValue;
        UntilUs = filter.Until is { } to ? UnixTime.ToMicroseconds(to) : long.MaxValue;
    }

    /// <summary>The condition; "true" where everything matches.</summary>
    public string Condition { get; }

    /// <summary>Rows at or after this time, in microseconds since 1970.</summary>
    public long SinceUs { get; }

    /// <summary>Rows before this time.</summary>
    public long UntilUs { get; }

    /// <summary>Makes the condition.</summary>
    /// <exception cref="FilterException">The dataset does not have what a filter looks at.</exception>
    public static FilterSql Create(TrafficFilter filter, Dataset dataset, StoreSegments source) =>
        new(string.Join(" AND ", filter.Conditions.Select(condition => Translate(condition, dataset, source)).DefaultIfEmpty("true")),
            filter);

    private static string Translate(FilterCondition condition, Dataset dataset, StoreSegments source)
    {
        if (!condition.Kind.AppliesTo(dataset))
        {
            throw condition.Refuse($"the dataset {dataset.Name}");
        }

        string[] columns = [.. condition.Kind.Properties.Select(property => dataset.Find(property)!.Name)];
        IReadOnlyList<object> values = condition.Values;
        return condition.Kind.Operation switch
        {
            FilterOperation.WithinAny =>
                Any(columns.SelectMany(column => values.Cast<AddressRange>().Select(range => Within(column, range)))),
            FilterOperation.EqualsAny => Any(columns.Select(column => $"{column} IN ({List(values.Select(Literal))})")),
            FilterOperation.EqualsAnyIgnoringCase => Any(columns.Select(column => $"lower({column}) IN ({List(values.Select(Lower))})"
                + (values.Contains(ApplicationText.None) ? $" OR {column} IS NULL" : ""))),
            FilterOperation.NameOrNumber => NameOrNumber(columns[0], columns[1], [.. values.Cast<string>()]),
            FilterOperation.FactIsAny => Any(columns.Select(column =>
                $"{FactFunction.Sql(column, source, condition.Kind.Fact!.Value)} IN ({List(values.Select(Literal))})")),
            FilterOperation.AtLeast => $"{columns[0]} >= {Literal(values[0])}",
            FilterOperation.Below => $"{columns[0]} < {Literal(values[0])}",
            _ => throw new InvalidOperationException($"There is no SQL for {condition.Kind.Operation}."),
        };
    }

    private static string Any(IEnumerable<string> conditions) => "(" + string.Join(" OR ", conditions) + ")";

    private static string List(IEnumerable<string> values) => string.Join(", ", values);

    private static string Lower(object text) => Database.Text(((string)text).ToLowerInvariant());

    private static string Literal(object value) => value switch
    {
        string text => Database.Text(text),
        DateTime time => Database.Time(UnixTime.ToMicroseconds(time)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"There is no SQL for a {value.GetType().Name}."),
    };

    private static string NameOrNumber(string name, string number, string[] values)
    {
        string names = $"lower({name}) IN ({List(values.Select(Lower))})";
        string[] numbers =
        [
            .. values.Where(value => byte.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                .Select(value => byte.Parse(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)),
        ];
        return numbers.Length == 0 ? names : $"({names} OR {number} IN ({List(numbers)}))";
    }

    /// <summary>
    /// Addresses are stored as text. One address is an equality. Of an IPv4 network the whole octets are a prefix and the next octet
    /// a range; an IPv6 network is asked of a function, since RFC 5952 text has no fixed places.
    /// </summary>
    private static string Within(string column, AddressRange range)
    {
        if (range.IsSingle)
        {
            return $"{column} = {Database.Text(range.First.ToString(range.IpVersion))}";
        }

        if (range.IpVersion == 6)
        {
            return string.Create(CultureInfo.InvariantCulture, $"""
                (ip_version = 6 AND {AddressFunction.Name}({column}, {range.First.High}::UBIGINT, {range.First.Low}::UBIGINT) >= 0
                  AND {AddressFunction.Name}({column}, {range.Last.High}::UBIGINT, {range.Last.Low}::UBIGINT) <= 0)
                """);
        }

        uint first = (uint)range.First.Low;
        uint last = (uint)range.Last.Low;
        string prefix = "";
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            uint low = (first >> shift) & 0xFF;
            uint high = (last >> shift) & 0xFF;
            if (low == high)
            {
                prefix += low.ToString(CultureInfo.InvariantCulture) + ".";
                continue;
            }

            string whole = prefix.Length > 0 ? $"starts_with({column}, '{prefix}')" : "ip_version = 4";
            return (low, high) == (0, 255) ? $"({whole} AND ip_version = 4)"
                : $"({whole} AND ip_version = 4 "
                + $"AND TRY_CAST(split_part({column}, '.', {4 - (shift / 8)}) AS UTINYINT) BETWEEN {low} AND {high})";
        }

        return "false";
    }
}
