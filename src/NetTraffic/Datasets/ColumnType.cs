namespace NetTraffic;

/// <summary>Types a dataset column can have.</summary>
public enum ColumnType
{
    /// <summary>UTC time in microseconds (Parquet TIMESTAMP(MICROS, UTC)).</summary>
    Timestamp,

    /// <summary>UTF-8 text.</summary>
    Text,

    /// <summary>8-bit unsigned number.</summary>
    UInt8,

    /// <summary>16-bit unsigned number.</summary>
    UInt16,

    /// <summary>32-bit signed number.</summary>
    Int32,

    /// <summary>64-bit signed number.</summary>
    Int64,

    /// <summary>64-bit unsigned number.</summary>
    UInt64,
}
