using System.Collections;
using System.Management.Automation;
using NetTraffic.PowerShell.Export;

namespace NetTraffic.PowerShell;

/// <summary>Objects of the pipeline as rows of named values.</summary>
internal sealed class PipelineRow
{
    private const int MaxDepth = 8;
    private object?[] values = [];

    /// <summary>Names of the object's properties.</summary>
    public IReadOnlyList<string> Names { get; private set; } = [];

    /// <summary>Their values.</summary>
    public IReadOnlyList<object?> Values => values;

    /// <summary>
    /// Reads an object. Our own records are read without PowerShell's property machinery, unless somebody added properties to one.
    /// </summary>
    public void Read(PSObject input)
    {
        object inner = input.BaseObject;
        if (inner is string or bool or DateTime or DateTimeOffset or TimeSpan or Enum || inner.GetType().IsPrimitive)
        {
            Names = ["Value"];
            values = [inner];
        }
        else if (inner.GetType().Assembly == typeof(Flow).Assembly
            && !input.Properties.Any(property => property.IsInstance && property.MemberType == PSMemberTypes.NoteProperty))
        {
            ObjectShape shape = ObjectShape.Of(inner.GetType());
            values = ReferenceEquals(Names, shape.Names) ? values : new object?[shape.Names.Count];
            Names = shape.Names;
            shape.Read(inner, values);
        }
        else if (inner is IDictionary pairs)
        {
            Names = [.. pairs.Keys.Cast<object>().Select(key => key.ToString() ?? "")];
            values = [.. pairs.Values.Cast<object?>().Select(value => Plain(value, 0))];
        }
        else
        {
            List<PSPropertyInfo> properties = [.. input.Properties.Where(property => property.IsGettable)];
            Names = [.. properties.Select(property => property.Name)];
            values = [.. properties.Select(property => Plain(ValueOf(property), 0))];
        }
    }

    /// <summary>A property whose getter fails counts as absent, as with Export-Csv.</summary>
    private static object? ValueOf(PSPropertyInfo property)
    {
        try
        {
            return property.Value;
        }
        catch (GetValueException)
        {
            return null;
        }
    }

    /// <summary>Takes PowerShell's wrappers off; custom objects become dictionaries.</summary>
    private static object? Plain(object? value, int depth)
    {
        if (value is PSObject wrapped)
        {
            if (wrapped.BaseObject is not PSCustomObject)
            {
                return Plain(wrapped.BaseObject, depth);
            }

            Hashtable pairs = new(StringComparer.OrdinalIgnoreCase);
            foreach (PSPropertyInfo property in wrapped.Properties)
            {
                pairs[property.Name] = depth < MaxDepth ? Plain(ValueOf(property), depth + 1) : ValueOf(property)?.ToString();
            }

            return pairs;
        }

        return value is object?[] several && depth < MaxDepth ? several.Select(one => Plain(one, depth + 1)).ToArray() : value;
    }
}
