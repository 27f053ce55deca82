using NetTraffic.Net;

namespace NetTraffic;

/// <summary>Questions about the traffic that a store holds. Safe for several threads.</summary>
public interface ITrafficQueries
{
    /// <summary>
    /// Flows, newest first by their last packet among the rows that match, streamed: time and memory do not grow with the store for a small
    /// <paramref name="first"/>.
    /// </summary>
    /// <param name="filter">Which rows count. A flow's numbers are the sums of its matching rows.</param>
    /// <param name="first">How many flows at most; null: all.</param>
    /// <param name="perInterval">Rows as they are stored instead of whole flows.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <param name="after">
    /// Goes on behind a flow that the same question gave before; null: from the newest on. Where rows came meanwhile, flows can be left
    /// out: a question that is to be answered in parts ends at a time (<see cref="TrafficFilter.Until"/>).
    /// </param>
    IEnumerable<Flow> GetFlows(TrafficFilter filter, long? first, bool perInterval, CancellationToken cancellationToken,
        FlowPosition? after = null);

    /// <summary>How much of what an import brought is still there: hours are cleared, and segments can be damaged.</summary>
    StoredTraffic GetImportedTraffic(CaptureStatus import);

    /// <summary>Totals of the rows that match.</summary>
    TrafficSummary GetSummary(TrafficFilter filter, CancellationToken cancellationToken);

    /// <summary>
    /// The largest groups by bytes, largest first; with an interval the largest over the whole time, as a series in time order.
    /// </summary>
    /// <param name="by">The key; <see cref="SummaryKey.None"/> needs an interval.</param>
    /// <param name="top">How many keys at most.</param>
    /// <param name="interval">Width of a time bucket, or null.</param>
    /// <param name="filter">Which rows count.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    IReadOnlyList<TrafficSummaryItem> GetSummary(
        SummaryKey by, int top, TimeSpan? interval, TrafficFilter filter, CancellationToken cancellationToken);

    /// <summary>
    /// Rows of a dataset (flows: merged unless <paramref name="perInterval"/>) written to a Parquet file at <paramref name="path"/>, which
    /// must not exist; returns the number of rows.
    /// </summary>
    /// <param name="dataset">Name of the dataset.</param>
    /// <param name="filter">Which rows count.</param>
    /// <param name="perInterval">Rows as they are stored instead of whole flows.</param>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="pseudonyms">Flows: what takes the place of their addresses (<see cref="FlowPseudonyms"/>); null: nothing.</param>
    /// <param name="enriched">Flows: adds what is known of their addresses, in further columns.</param>
    /// <exception cref="ArgumentException">There is no such dataset, or no pseudonyms for it.</exception>
    long ExportParquet(
        string dataset, TrafficFilter filter, bool perInterval, string path, CancellationToken cancellationToken,
        AddressPseudonyms? pseudonyms = null, bool enriched = false);

    /// <summary>Rows of the captures dataset, oldest first.</summary>
    IEnumerable<CaptureInterval> GetCaptureIntervals(TrafficFilter filter, CancellationToken cancellationToken);

    /// <summary>
    /// Distinct values for completion, most traffic first: Protocol, Application, SourceAddress, DestinationAddress, Address, Interface,
    /// Sensor.
    /// </summary>
    IReadOnlyList<string> GetNames(SummaryKey key, string prefix, int limit);
}
