namespace NetTraffic;

/// <summary>Names that a flow's row does not have itself, since all rows of a capture share them.</summary>
/// <param name="CaptureId">The capture or import; empty where nothing is stored.</param>
/// <param name="Sensor">Name of the capturing machine or tap.</param>
/// <param name="Interface">Name of the row's interface.</param>
public readonly record struct FlowOrigin(string CaptureId, string Sensor, string Interface);

/// <summary>Takes a column's value from a flow's row, before it is stored.</summary>
public delegate TValue FromFlowRow<out TValue>(in FlowRow row, in FlowOrigin origin);

/// <summary>A column of the flows dataset: its value also comes straight from a row of the flow table.</summary>
public interface IFlowColumn
{
    /// <summary>Hands on the value that a row has.</summary>
    void Write(in FlowRow row, in FlowOrigin origin, IValueWriter to);

    /// <summary>Puts the value that a row has into a flow.</summary>
    void Copy(in FlowRow row, in FlowOrigin origin, Flow flow);
}

/// <summary>A column of the flows dataset.</summary>
/// <param name="property">PascalCase name that users see.</param>
/// <param name="name">snake_case name in Parquet files and SQL.</param>
/// <param name="type">Type in Parquet files and SQL.</param>
/// <param name="merge">How interval rows combine.</param>
/// <param name="form">How its values are written and read.</param>
/// <param name="description">What it holds, with its unit.</param>
/// <param name="get">Takes the value from a flow.</param>
/// <param name="set">Puts a value into a flow.</param>
/// <param name="from">Takes the value from a row of the flow table.</param>
public sealed class FlowColumn<TValue>(
    string property, string name, ColumnType type, ColumnMerge merge, ValueForm<TValue> form, string description,
    Func<Flow, TValue> get, Action<Flow, TValue> set, FromFlowRow<TValue> from)
    : Column<Flow, TValue>(property, name, type, merge, form, description, get, set), IFlowColumn
{
    /// <inheritdoc/>
    public void Write(in FlowRow row, in FlowOrigin origin, IValueWriter to) => Form.Write(from(row, origin), to);

    /// <inheritdoc/>
    public void Copy(in FlowRow row, in FlowOrigin origin, Flow flow) => Set(flow, from(row, origin));
}
