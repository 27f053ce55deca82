using System.Collections;
using System.Management.Automation;

namespace NetTraffic.PowerShell;

/// <summary>
/// Lets a parameter take interfaces, as Get-NetCaptureInterface gives them or by name, and nothing else: PowerShell makes text of any
/// object, and the name of its type would be the interface's.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class InterfaceNameAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is null ? null
            : value is IEnumerable and not string
                ? LanguagePrimitives.GetEnumerable(value).Cast<object?>().Select(Name).ToArray()
                : new[] { Name(inputData) };
    }

    private static string Name(object? one)
    {
        PSObject? wrapped = one is null ? null : PSObject.AsPSObject(one);
        if (wrapped?.BaseObject is string name)
        {
            return name;
        }

        // Copies (Select-Object, jobs, Import-Clixml) have their type's name with something before it.
        if (wrapped is not null && wrapped.TypeNames.Any(type => type.EndsWith("NetTraffic.CaptureInterface", StringComparison.Ordinal))
            && wrapped.Properties["Name"]?.Value is string { Length: > 0 } known)
        {
            return known;
        }

        // With this inner exception the binder goes on to the object's properties.
        string type = Display.Text(wrapped?.BaseObject.GetType().Name ?? "null");
        string text = $"A {type} is no interface: give its name, or what Get-NetCaptureInterface gives.";
        throw new ArgumentTransformationMetadataException(text, new PSInvalidCastException(text));
    }
}
