using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;

namespace NetTraffic.PowerShell.Export;

/// <summary>The public properties of a class as a row; getters are compiled once.</summary>
internal sealed class ObjectShape
{
    private static readonly ConcurrentDictionary<Type, ObjectShape> Known = new();
    private readonly Func<object, object?>[] getters;

    private ObjectShape(Type type)
    {
        // What may be anything (a packet's tree of headers) is no value of a column; flows have the columns of their dataset, in which
        // a folder of this machine is none.
        PropertyInfo[] properties = [.. type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(property => property.CanRead && property.GetIndexParameters().Length == 0 && property.PropertyType != typeof(object)
                && (type != typeof(Flow) || property.Name != nameof(Flow.StorePath)))];
        Names = [.. properties.Select(property => property.Name)];
        getters = [.. properties.Select(property => Compile(type, property))];
    }

    /// <summary>Names of the properties, as declared.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The shape of a class.</summary>
    public static ObjectShape Of(Type type) => Known.GetOrAdd(type, static known => new ObjectShape(known));

    /// <summary>Reads an object's values into <paramref name="values"/>, in the order of <see cref="Names"/>.</summary>
    public void Read(object row, object?[] values)
    {
        for (int i = 0; i < getters.Length; i++)
        {
            values[i] = getters[i](row);
        }
    }

    private static Func<object, object?> Compile(Type type, PropertyInfo property)
    {
        ParameterExpression row = Expression.Parameter(typeof(object));
        return Expression.Lambda<Func<object, object?>>(Expression.Convert(Expression.Property(Expression.Convert(row, type), property),
            typeof(object)), row).Compile();
    }
}
