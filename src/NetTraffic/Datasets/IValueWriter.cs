using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>Takes values of columns, one by one: a CSV or JSON file, a column of a segment.</summary>
public interface IValueWriter
{
    /// <summary>No value.</summary>
    void Null();

    /// <summary>Text.</summary>
    void Text(string value);

    /// <summary>A whole number.</summary>
    void Number(long value);

    /// <summary>A whole number without sign: an identifier.</summary>
    void Unsigned(ulong value);

    /// <summary>A time, UTC.</summary>
    void Time(DateTime value);

    /// <summary>A length of time.</summary>
    void Duration(TimeSpan value);

    /// <summary>Yes or no.</summary>
    void Boolean(bool value);

    /// <summary>An angle in degrees, to a millionth.</summary>
    void Degrees(double value);

    /// <summary>TCP flags.</summary>
    void Flags(TcpFlags value);
}
