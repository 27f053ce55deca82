using System.Globalization;

namespace NetTraffic.Engine;

/// <summary>Writes rows of named values to a stream.</summary>
public abstract class RowWriter : IDisposable
{
    /// <summary>Makes the writer of a format; the stream stays open.</summary>
    /// <param name="format">CSV or JSON.</param>
    /// <param name="stream">Where the text goes.</param>
    /// <param name="asArray">JSON: one array instead of one object a line.</param>
    public static RowWriter Create(ExportFormat format, Stream stream, bool asArray) => format switch
    {
        ExportFormat.Csv => new CsvRowWriter(stream),
        ExportFormat.Json => new JsonRowWriter(stream, asArray),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "rows go to CSV or JSON"),
    };

    /// <summary>Writes what must stand in the file even if no row comes: CSV's header.</summary>
    public virtual void Begin(IReadOnlyList<string> names)
    {
    }

    /// <summary>Writes one row.</summary>
    public abstract void Write(IReadOnlyList<string> names, IReadOnlyList<object?> values);

    /// <summary>Finishes the text and hands everything to the stream.</summary>
    public abstract void Complete();

    /// <summary>Names that later rows had and the file has no place for.</summary>
    public virtual IReadOnlyCollection<string> LeftOut => [];

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>A value inside a list or beside its name: the same text whatever the user's culture.</summary>
    private protected static string Plain(object? value) => value switch
    {
        DateTime time => Text(time),
        DateTimeOffset time => Text(time.UtcDateTime),
        TimeSpan time => time.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        Enum name => name.ToString(),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString() ?? "",
    };

    /// <summary>A time as files have it: UTC, ISO 8601, microseconds.</summary>
    private protected static string Text(DateTime time) => time.ToUniversalTime().ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>UTC, ISO 8601, microseconds. A time of unknown kind counts as local, as everywhere in PowerShell.</summary>
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";
}
