using Microsoft.AspNetCore.Http.HttpResults;
using NetTraffic.Engine;
using NetTraffic.Net;
using NetTraffic.Packets;
using NetTraffic.Server.Questions;

namespace NetTraffic.Server.Api;

/// <summary>What is known of addresses: Invoke-IpEnrichment, Get-IpEnrichment, Get-SuspiciousAddress.</summary>
internal static class EnrichmentApi
{
    public static void MapEnrichment(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/api/enrichment").WithTags("Enrichment");
        group.MapPost("/trigger", Trigger).WithName("TriggerEnrichment")
            .WithSummary("Asks the providers that are set about addresses, or about the largest talkers; answers with a job to look at.")
            .AnswersProblems();
        group.MapGet("/jobs/{id}", GetJob).WithName("GetEnrichmentJob").WithSummary("How far a job is, and what it found.")
            .AnswersProblems();
        group.MapGet("/suspicious", GetSuspiciousAsync).WithName("GetSuspicious")
            .WithSummary("Addresses of the traffic that are suspicious, with their traffic, most suspicious first.")
            .TakesFilters(TrafficFilters.All)
            .Takes("threshold", "Least score; default the one that is set.", ApiParameter.Whole(1, 100))
            .Takes("top", "How many at most. Default 100.", ApiParameter.Whole(1, StatisticsApi.MostTop))
            .Produces<SuspiciousAddress[]>().AnswersProblems();
        group.MapGet("/geo", GetGeoAsync).WithName("GetGeo")
            .WithSummary("What is known of addresses, asking nobody: those that are named, else the largest talkers.")
            .TakesFilters(TrafficFilters.All)
            .Takes("top", "How many at most. Default 100.", ApiParameter.Whole(1, 1000))
            .Produces<IpEnrichment[]>().AnswersProblems();
    }

    private static Accepted<EnrichmentJob> Trigger(EnrichmentTrigger body, EnrichmentJobs jobs)
    {
        EnrichmentJob job = jobs.Start(body);
        return TypedResults.Accepted($"/api/enrichment/jobs/{job.Id}", job);
    }

    private static Ok<EnrichmentJob> GetJob(string id, HttpContext context, EnrichmentJobs jobs)
    {
        _ = new QueryReader(context.Request, []);
        return TypedResults.Ok(jobs.Find(id));
    }

    private static Task<IResult> GetSuspiciousAsync(HttpContext context, AnswerCache answers)
    {
        QueryReader query = new(context.Request, TrafficFilters.All, "threshold", "top");
        int threshold = query.Number("threshold", 0, 1, 100);
        int top = query.Number("top", 100, 1, StatisticsApi.MostTop);
        return answers.AnswerAsync(context, TimeSpan.FromSeconds(10), (store, stop) =>
        {
            using EnrichmentService service = EnrichmentService.Open(store, null, (string[])[], _ => { });
            int least = threshold > 0 ? threshold : Math.Max(1, TrafficEngine.OpenSettings(store.Path).GetOption().SuspicionThreshold);
            return service.GetSuspicious(query.Filter, least, stop).Take(top).ToArray();
        });
    }

    private static Task<IResult> GetGeoAsync(HttpContext context, AnswerCache answers)
    {
        QueryReader query = new(context.Request, TrafficFilters.All, "top");
        int top = query.Number("top", 100, 1, 1000);
        string[] named =
            [.. query.Filter.Address.Select(range => range.ToString()).Where(text => AddressText.TryParse(text, out _, out _))];
        return answers.AnswerAsync(context, TimeSpan.FromSeconds(10), (store, stop) =>
        {
            using EnrichmentService service = EnrichmentService.Open(store, null, (string[])[], _ => { });
            IReadOnlyCollection<string> addresses = named.Length > 0 && named.Length == query.Filter.Address.Count ? named
                : [.. store.GetSummary(SummaryKey.Address, top, null, query.Filter, stop).Select(item => item.Address).OfType<string>()];
            return service.GetKnown(addresses, stop).Take(top).ToArray();
        });
    }
}

/// <summary>What is to be found out: the parameters of Invoke-IpEnrichment.</summary>
internal sealed record EnrichmentTrigger
{
    /// <summary>Addresses; none: the largest talkers that are not enriched yet.</summary>
    public string[] Address { get; init; } = [];

    /// <summary>Providers to ask; null: those that are set.</summary>
    public string[]? Provider { get; init; }

    /// <summary>Without addresses: so many talkers.</summary>
    public int Top { get; init; } = 25;

    /// <summary>Without addresses: the talkers of the last so much time.</summary>
    public TimeSpan? Last { get; init; }

    /// <summary>Asks again what is known and still counts.</summary>
    public bool Force { get; init; }

    /// <summary>The addresses as flows have them.</summary>
    /// <exception cref="TrafficException">Something cannot be.</exception>
    public string[] Check()
    {
        if (Top is < 1 or > 1000 || Address.Length > 1000)
        {
            throw new TrafficException(TrafficErrors.BadArgument, "Top, or the number of addresses, cannot be.", "Give 1 to 1000.");
        }

        return
        [
            .. Address.Select(text => AddressText.TryParse(text, out IpAddress128 address, out byte version) ? address.ToString(version)
                : throw new TrafficException(TrafficErrors.BadAddress, $"'{text}' is no IP address.")),
        ];
    }
}
