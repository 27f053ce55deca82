namespace NetTraffic;

/// <summary>How a filter compares the columns it looks at with the values it is given.</summary>
public enum FilterOperation
{
    /// <summary>One of the columns has an address that lies in one of the ranges (<see cref="Net.AddressRange"/>).</summary>
    WithinAny,

    /// <summary>One of the columns has one of the values: numbers, or text as it is written.</summary>
    EqualsAny,

    /// <summary>One of the columns has one of the texts; case does not matter.</summary>
    EqualsAnyIgnoringCase,

    /// <summary>The first column has one of the texts, whatever their case, or the second one the number that a text is.</summary>
    NameOrNumber,

    /// <summary>The column's time is the value or later.</summary>
    AtLeast,

    /// <summary>The column's time is before the value.</summary>
    Below,

    /// <summary>What is known of the address in one of the columns (<see cref="FilterKind.Fact"/>) is one of the texts.</summary>
    FactIsAny,
}
