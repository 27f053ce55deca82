using NetTraffic.Engine;
using NetTraffic.Server.Questions;

namespace NetTraffic.Server.Api;

/// <summary>Totals: what Get-TrafficSummary answers.</summary>
internal static class StatisticsApi
{
    /// <summary>The default number of rows, as the cmdlet's.</summary>
    public const int DefaultTop = 10;

    public const int MostTop = 10_000;
    // Of the time asked for, so much may pass before the answer is another one: a pixel of a chart.
    private const int StepsOfSpan = 360;

    private static readonly TimeSpan ShortestStep = TimeSpan.FromSeconds(1), LongestStep = TimeSpan.FromSeconds(10);

    // What is known of addresses is read anew every minute.
    private static readonly TimeSpan UntilNews = TimeSpan.FromMinutes(1);

    public static void MapStatistics(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/stats/summary", GetSummaryAsync).WithName("GetSummary").WithTags("Statistics")
            .WithSummary("Totals of the traffic; with 'by' the largest by a key, with 'interval' a time series.")
            .TakesFilters(TrafficFilters.All)
            .Takes("by", "What to group by; without it, one object with the totals.", ApiParameter.Choice<SummaryKey>())
            .Takes("top", "How many keys at most, largest first. Default 10.", ApiParameter.Whole(1, MostTop))
            .Takes("interval", "Width of the points of a time series: 10s, 5m, 1h.", ApiParameter.Length)
            .Produces<SummaryAnswer>().AnswersProblems();

    /// <summary>
    /// How long an answer counts at most, where the store has no new segments: of a question that ends now as long as its step, within
    /// bounds; else the answer stays the same.
    /// </summary>
    /// <param name="interval">Width of a series' points.</param>
    /// <param name="last">The length of time that ends now; null: it does not end now.</param>
    public static TimeSpan Step(TimeSpan? interval, TimeSpan? last) => last is not { } span ? UntilNews
        : (interval ?? span / StepsOfSpan) is var step && step < ShortestStep ? ShortestStep : step > LongestStep ? LongestStep : step;

    private static Task<IResult> GetSummaryAsync(HttpContext context, AnswerCache answers)
    {
        QueryReader query = new(context.Request, TrafficFilters.All, "by", "top", "interval");
        SummaryKey by = query.OneOf("by", SummaryKey.None);
        TimeSpan? interval = query.Span("interval");
        int top = query.Number("top", DefaultTop, 1, MostTop);
        if (interval < TimeSpan.FromMilliseconds(1))
        {
            throw new TrafficException(TrafficErrors.BadInterval, "interval must be at least 1ms.");
        }

        return answers.AnswerAsync(
            context, Step(interval, query.Span(QueryReader.Last)), (store, stop) => Ask(store, query, by, top, interval, stop));
    }

    private static SummaryAnswer Ask(
        ITrafficStore store, QueryReader query, SummaryKey by, int top, TimeSpan? interval, CancellationToken stop)
    {
        TrafficFilter filter = query.Filter;
        if (interval is { } width)
        {
            DateTime? until = filter.Until ?? (query.EndsNow ? DateTime.UtcNow : null);
            bool gaps = false;
            TrafficSummaryItem[] points = [.. SummarySeries.Filled(
                store.GetSummary(by, top, width, filter, stop), width, by, filter.Since, until, () => gaps = true)];
            return new SummaryAnswer { Items = points, HasGaps = gaps };
        }

        if (by == SummaryKey.None)
        {
            return new SummaryAnswer { Total = store.GetSummary(filter, stop) };
        }

        IReadOnlyList<TrafficSummaryItem> found = store.GetSummary(by, top + 1, null, filter, stop);
        return new SummaryAnswer { Items = [.. found.Take(top)], HasMore = found.Count > top };
    }
}

/// <summary>Totals: either of all, or of the largest by some key.</summary>
internal sealed record SummaryAnswer
{
    /// <summary>Of everything that matched; null where it was asked by a key, or for a time series.</summary>
    public TrafficSummary? Total { get; init; }

    /// <summary>By key or time, as asked; null where <see cref="Total"/> is not.</summary>
    public IReadOnlyList<TrafficSummaryItem>? Items { get; init; }

    /// <summary>Whether there are more keys than were asked for.</summary>
    public bool HasMore { get; init; }

    /// <summary>Whether intervals without traffic were left out of a series that would be too long.</summary>
    public bool HasGaps { get; init; }
}
