namespace NetTraffic;

/// <summary>Gives the value that a column has in a row that is being read.</summary>
public interface IValueReader
{
    /// <summary>Whether there is no value.</summary>
    bool IsNull { get; }

    /// <summary>The value as text.</summary>
    string Text();

    /// <summary>The value as a whole number.</summary>
    long Number();

    /// <summary>The value as a whole number without sign.</summary>
    ulong Unsigned();

    /// <summary>The value as a time, UTC.</summary>
    DateTime Time();
}
