namespace NetTraffic.Flows;

/// <summary>Test double of whatever takes rows: keeps them.</summary>
public sealed class FlowRowList : IFlowRowSink
{
    /// <summary>The rows, in the order they came.</summary>
    public List<FlowRow> Rows { get; } = [];

    /// <inheritdoc/>
    public void OnRow(in FlowRow row) => Rows.Add(row);
}
