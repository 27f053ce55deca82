namespace NetTraffic;

/// <summary>How a column's values combine when a flow's interval rows become one flow.</summary>
public enum ColumnMerge
{
    /// <summary>The same in every row of a flow.</summary>
    Same,

    /// <summary>The lowest value.</summary>
    Min,

    /// <summary>The highest value.</summary>
    Max,

    /// <summary>The sum.</summary>
    Sum,

    /// <summary>The value of the newest row.</summary>
    Last,
}
