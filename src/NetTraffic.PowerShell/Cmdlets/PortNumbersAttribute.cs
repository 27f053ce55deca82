using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace NetTraffic.PowerShell;

/// <summary>Takes port numbers, also as text with commas, and says what to do with what is none: a service's name, a range.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PortNumbersAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        inputData is null ? null : Numbers(inputData).ToArray();

    private static IEnumerable<int> Numbers(object? input)
    {
        object? value = input is PSObject wrapped ? wrapped.BaseObject : input;
        return value switch
        {
            int number => [number],
            string text => text.Split(',', StringSplitOptions.TrimEntries).Select(Number),
            IEnumerable several => several.Cast<object?>().SelectMany(Numbers),
            _ => [Number(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")],
        };
    }

    private static int Number(string text)
    {
        if (int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int number))
        {
            return number;
        }

        string move = ApplicationTable.Names.Contains(text, StringComparer.OrdinalIgnoreCase) ? $"For the service give -Application {text}."
            : text.Contains('-', StringComparison.Ordinal)
                || text.Contains("..", StringComparison.Ordinal) ? "A range is written as a PowerShell expression: -Port (8000..8010)."
            : "Give numbers such as 443, or 80, 443; for services there is -Application.";
        throw new ArgumentTransformationMetadataException($"'{Display.Text(text)}' is not a port number. {move}");
    }
}
