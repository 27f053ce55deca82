using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using NetTraffic.Engine;
using NetTraffic.Packets;
using NetTraffic.Server.Questions;

namespace NetTraffic.Server.Api;

/// <summary>Packets of the rings of captures: what Get-NetPacket answers, in the order of their times, in pages.</summary>
internal static class PacketsApi
{
    private const int DefaultPage = 100, MostPage = 1000;

    public static void MapPackets(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/packets", (Delegate)GetPacketsAsync).WithName("GetPackets").WithTags("Packets")
            .WithSummary("Packets that the rings of captures still have, oldest first, in pages. Their bytes: /api/data/export/pcap.")
            .TakesFilters(PacketFilters)
            .Takes("filter", "A capture filter in libpcap's syntax.", ApiParameter.Text)
            .Takes("top", "Packets of a page at most. Default 100.", ApiParameter.Whole(1, MostPage))
            .Takes("cursor", "The Next of the page before, with the same filters.", ApiParameter.Text)
            .AnswersProblems();

    /// <summary>The filters that packets tell.</summary>
    public static IEnumerable<FilterKind> PacketFilters => TrafficFilters.All.Where(kind => kind.Fact is null);

    private static async Task<Ok<PacketPage>> GetPacketsAsync(HttpContext context)
    {
        QueryReader query = new(context.Request, PacketFilters, "filter", "top", "cursor");
        int top = query.Number("top", DefaultPage, 1, MostPage);
        Place? from = query.Text("cursor") is { } text ? Place.Parse(text) : null;
        TrafficFilter filter = query.Filter;
        if (from is { } place)
        {
            DateTime since = UnixTime.FromNanoseconds(place.TimestampNs);
            filter = filter.Since > since ? filter : filter with { Since = since };
        }

        PacketQuery asked = new() { Filter = filter, BpfFilter = query.Text("filter") };
        return TypedResults.Ok(await context.AskAsync((store, stop) => Read(store, asked, from, top, stop)));
    }

    private static PacketPage Read(ITrafficStore store, PacketQuery query, Place? from, int top, CancellationToken stop)
    {
        // The earliest so many; they need not come in the order of their times.
        PriorityQueue<PacketRow, (long, long)> kept = new(Comparer<(long, long)>.Create((left, right) => right.CompareTo(left)));
        long arrived = 0, seen = 0;
        bool more = false;
        PacketReadResult result = TrafficEngine.ReadPackets(store, query, Take, stop);
        List<PacketRow> items = [];
        while (kept.TryDequeue(out PacketRow? packet, out _))
        {
            items.Add(packet);
        }

        items.Reverse();
        return new PacketPage(items, more && items.Count > 0 ? Place.Behind(items, from).ToString() : null, result.Rings,
            [.. result.Problems.Select(problem => Display.Text($"{problem.CaptureId}: {problem.Message}"))]);

        bool Take(in RawPacket packet, in DecodedPacket decoded, in PacketOrigin origin)
        {
            if (from is { } place && (packet.TimestampNs < place.TimestampNs
                || (packet.TimestampNs == place.TimestampNs && seen++ < place.Given)))
            {
                return true;
            }

            (long, long) order = (packet.TimestampNs, arrived++);
            if (kept.Count == top)
            {
                more = true;
                kept.TryPeek(out _, out (long, long) last);
                if (order.CompareTo(last) >= 0)
                {
                    return true;
                }

                kept.Dequeue();
            }

            kept.Enqueue(PacketRow.Of(PacketMapper.ToPacket(packet, decoded, origin)), order);
            return true;
        }
    }

    /// <summary>Where a page ends.</summary>
    /// <param name="TimestampNs">Time of its last packet, ns since 1970.</param>
    /// <param name="Given">How many packets of that time were given.</param>
    private readonly record struct Place(long TimestampNs, long Given)
    {
        public static Place Parse(string text) => text.Split('.') is [var time, var given]
            && long.TryParse(time, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long ns)
            && long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? new Place(ns, number)
            : throw new TrafficException(TrafficErrors.BadArgument, "The cursor is none that was given.",
                "Give the Next of the page before, with the same filters; or leave it out, for the first page.");

        public static Place Behind(List<PacketRow> page, Place? from)
        {
            long last = page[^1].TimestampNs;
            long given = page.Count(packet => packet.TimestampNs == last);
            return new Place(last, given + (from is { } place && place.TimestampNs == last ? place.Given : 0));
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{TimestampNs}.{Given}");
    }
}

/// <summary>A page of packets.</summary>
/// <param name="Items">The packets.</param>
/// <param name="Next">The cursor of the next page; null: this is the last one.</param>
/// <param name="Rings">How many captures keep packets.</param>
/// <param name="Problems">Rings of which a part could not be read, and why.</param>
internal sealed record PacketPage(IReadOnlyList<PacketRow> Items, string? Next, int Rings, IReadOnlyList<string> Problems);
