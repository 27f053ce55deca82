using System.Globalization;
using System.Management.Automation;

namespace NetTraffic.PowerShell;

/// <summary>
/// Lets a DateTime parameter take times of any kind, with or without an offset, and text: ISO 8601, the form that Export-Csv and ToString
/// write in the user's culture, and what PowerShell itself reads. A time without a zone is local.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TimeAttribute : ArgumentTransformationAttribute
{
    private const DateTimeStyles Styles = DateTimeStyles.AssumeLocal | DateTimeStyles.AdjustToUniversal | DateTimeStyles.AllowWhiteSpaces;

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            DateTime time => time.ToUniversalTime(),
            DateTimeOffset time => time.UtcDateTime,
            string text => Read(text) ?? throw new ArgumentTransformationMetadataException(
                $"'{Display.Text(text)}' is not a time. Give for example 2026-03-01, '2026-03-01 12:00' or 2026-03-01T12:00:00Z; without "
                + "a zone it is local."),
            // PowerShell would read it as 100 ns since the year 1.
            null => value,
            _ => value is IConvertible and not Enum && value.GetType().IsPrimitive
                ? throw new ArgumentTransformationMetadataException(
                    $"A number ({Display.Text(value.ToString())}) is not a time. [DateTimeOffset]::FromUnixTimeSeconds makes one of it.")
                : value,
        };
    }

    /// <summary>What a text says, in UTC; null: it is no time.</summary>
    internal static DateTime? Read(string text)
    {
        text = text.Trim();

        // ISO 8601 first: some cultures would read its year in a calendar of their own.
        bool iso = text.Length >= 10 && text[4] == '-' && text[7] == '-';
        return iso && DateTime.TryParse(text, CultureInfo.InvariantCulture, Styles, out DateTime time) ? time
            : DateTime.TryParseExact(text, "G", CultureInfo.CurrentCulture, Styles, out time) ? time
            : DateTime.TryParse(text, CultureInfo.InvariantCulture, Styles, out time) ? time
            : DateTime.TryParse(text, CultureInfo.CurrentCulture, Styles, out time) ? time
            : null;
    }
}
