using System.Collections;
using System.Management.Automation;

namespace NetTraffic.PowerShell;

/// <summary>
/// Takes names of an enum that is no set of flags. PowerShell would or the numbers of several names together into the value of a third one,
/// and answer a question that nobody asked.
/// </summary>
/// <param name="type">The enum.</param>
/// <param name="what">What its names are, for messages: a key, a state.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EnumNameAttribute(Type type, string what) : ArgumentTransformationAttribute
{
    /// <summary>Whether the parameter takes several.</summary>
    public bool Several { get; set; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object[] given = [.. Flatten(inputData)];
        if (Several && inputData is null)
        {
            return null;
        }

        if (Several)
        {
            Array values = Array.CreateInstance(type, given.Length);
            for (int i = 0; i < given.Length; i++)
            {
                values.SetValue(One(given[i]), i);
            }

            return values;
        }

        return given.Length switch
        {
            0 => throw new ArgumentTransformationMetadataException($"A {what} is missing. {Choices()}"),
            1 => One(given[0]),
            _ => throw new ArgumentTransformationMetadataException(
                $"It takes one {what}, and got {given.Length}: {Display.List(given.Select(value => value.ToString() ?? ""))}. Next: give "
                    + $"one of them, and run the command once for each. {Choices()}"),
        };
    }

    /// <summary>Values one by one; text with commas is a list as well.</summary>
    private static IEnumerable<object> Flatten(object? input)
    {
        object? value = input is PSObject wrapped ? wrapped.BaseObject : input;
        return value switch
        {
            null => [],
            string text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            IEnumerable several => several.Cast<object?>().SelectMany(Flatten),
            _ => [value],
        };
    }

    private object One(object value)
    {
        if (value.GetType() == type && Enum.IsDefined(type, value))
        {
            return value;
        }

        // As PowerShell has it: case does not matter, and a beginning that fits one name only will do.
        string text = value.ToString() ?? "";
        string[] names = Enum.GetNames(type);
        string[] fitting = [.. names.Where(name => name.Equals(text, StringComparison.OrdinalIgnoreCase))];
        fitting = fitting.Length > 0 ? fitting : [.. names.Where(name => name.StartsWith(text, StringComparison.OrdinalIgnoreCase))];
        if (fitting.Length == 1)
        {
            return Enum.Parse(type, fitting[0]);
        }

        IReadOnlyList<string> near = NearNames.Of(text, names.Where(name => name != "None"), within: true);
        string meant = near.Count > 0 ? $" Did you mean {string.Join(" or ", near)}?" : "";
        throw new ArgumentTransformationMetadataException($"'{Display.Text(text)}' is not a {what}.{meant} {Choices()}");
    }

    private string Choices() => $"There are: {string.Join(", ", Enum.GetNames(type).Where(name => name != "None"))}.";
}
