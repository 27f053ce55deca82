using System.Globalization;
using NetTraffic.Net;

namespace NetTraffic.Engine;

/// <summary>A flow with what is known of its addresses.</summary>
public sealed class EnrichedFlow
{
    /// <summary>The flow.</summary>
    public Flow Flow { get; set; } = new();

    /// <summary>What is known of its source.</summary>
    internal AddressColumns Source { get; init; } = new();

    /// <summary>What is known of its destination.</summary>
    internal AddressColumns Destination { get; init; } = new();

    /// <summary>What is known of one end.</summary>
    internal sealed record AddressColumns
    {
        public string? Country { get; init; }

        public long? AsNumber { get; init; }

        public string? Organization { get; init; }

        public bool? Suspicious { get; init; }
    }
}

/// <summary>
/// Flows with what is known of their addresses, for exports: the columns of flows, and behind them those of each end. The store's Parquet
/// export has the same ones (ITrafficQueries.ExportParquet).
/// </summary>
public static class EnrichedFlows
{
    /// <summary>The columns.</summary>
    public static Dataset<EnrichedFlow> Dataset { get; } = new(
        Datasets.Flows.Name,
        [
            .. Datasets.Flows.Fields.Select(field => new OfFlow(field)),
            .. End("Source", flow => flow.Source),
            .. End("Destination", flow => flow.Destination),
        ],
        () => new EnrichedFlow(),
        "Flows with what is known of their addresses.");

    /// <summary>Finds out what is known of flows, as they come.</summary>
    /// <param name="flows">The flows.</param>
    /// <param name="facts">Knows addresses.</param>
    /// <param name="pseudonyms">For their addresses, once it is known where these are; null: they stay.</param>
    public static IEnumerable<EnrichedFlow> Of(IEnumerable<Flow> flows, IAddressFacts facts, AddressPseudonyms? pseudonyms = null) =>
        flows.Select(flow => new EnrichedFlow
        {
            Flow = pseudonyms is null ? flow : FlowPseudonyms.Of(flow, pseudonyms),
            Source = Columns(facts, flow.SourceAddress),
            Destination = Columns(facts, flow.DestinationAddress),
        });

    private static EnrichedFlow.AddressColumns Columns(IAddressFacts facts, string? address)
    {
        if (address is null)
        {
            return new();
        }

        string? system = AddressFacts.Text(facts, AddressFact.AsNumber, address);
        return new()
        {
            Country = AddressFacts.Text(facts, AddressFact.CountryCode, address),
            AsNumber = system is null ? null : long.Parse(system.AsSpan(2), CultureInfo.InvariantCulture),
            Organization = AddressFacts.Text(facts, AddressFact.Organization, address),
            Suspicious = AddressFacts.Text(facts, AddressFact.Suspicious, address) is not null,
        };
    }

    private static Column<EnrichedFlow>[] End(string end, Func<EnrichedFlow, EnrichedFlow.AddressColumns> of) =>
    [
        new Column<EnrichedFlow, string?>($"{end}Country", null, ColumnType.Text, ColumnMerge.Same, ValueForm.OptionalText,
            "ISO 3166-1 code of its country.", flow => of(flow).Country, null),
        new Column<EnrichedFlow, long?>($"{end}AsNumber", null, ColumnType.Int64, ColumnMerge.Same, ValueForm.OptionalInt64,
            "Number of its autonomous system.", flow => of(flow).AsNumber, null),
        new Column<EnrichedFlow, string?>($"{end}Organization", null, ColumnType.Text, ColumnMerge.Same, ValueForm.OptionalText,
            "Holder of the autonomous system.", flow => of(flow).Organization, null),
        new Column<EnrichedFlow, bool?>($"{end}Suspicious", null, ColumnType.UInt8, ColumnMerge.Same, ValueForm.OptionalBoolean,
            "Whether it is suspicious.", flow => of(flow).Suspicious, null),
    ];

    /// <summary>A column of the flow itself.</summary>
    private sealed class OfFlow(Column<Flow> column) : Column<EnrichedFlow>(
        column.Property, null, column.Type, column.Nullable, column.Merge, column.Description)
    {
        public override void Write(EnrichedFlow row, IValueWriter to) => column.Write(row.Flow, to);

        public override void Read(EnrichedFlow row, IValueReader from) => column.Read(row.Flow, from);
    }
}
