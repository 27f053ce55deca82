using System.Management.Automation;

namespace NetTraffic.PowerShell;

/// <summary>
/// Lets a TimeSpan parameter take <c>90s</c>, <c>5m</c>, <c>2h</c>, <c>7d</c>; a bare number is refused, since PowerShell would read it
/// as 100 ns ticks.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationAttribute : ArgumentTransformationAttribute
{
    /// <summary>A word that stands for "no limit", read as null; null: there is none.</summary>
    public string? NoLimit { get; set; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is null or TimeSpan)
        {
            return value;
        }

        // To PowerShell's parser 90s is a 16-bit number and 7d a decimal one; it keeps the text as written for whoever converts to a
        // string.
        string text = LanguagePrimitives.ConvertTo<string>(inputData);
        if (NoLimit is not null && text.Trim().Equals(NoLimit, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return NetTraffic.Duration.TryParse(text, out TimeSpan time)
            ? time
            : throw new ArgumentTransformationMetadataException(
                $"'{Display.Text(text)}' is not a length of time. Give for example "
                    + $"{NetTraffic.Duration.Examples}{(NoLimit is null ? "" : $", or {NoLimit}")}.");
    }
}
