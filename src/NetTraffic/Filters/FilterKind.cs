namespace NetTraffic;

/// <summary>
/// Something that a question about traffic can be narrowed by: a row of <see cref="TrafficFilters"/>. Each engine makes its own of it: the
/// store a piece of SQL by <see cref="Operation"/>, those that work on flow rows or packets a match. An engine that has nothing to compare
/// refuses (<see cref="FilterException"/>); none leaves a filter out.
/// </summary>
public abstract class FilterKind
{
    private protected FilterKind(string name, IReadOnlyList<string> properties, FilterOperation operation, string description)
    {
        Name = name;
        Properties = properties;
        Operation = operation;
        Description = description;
    }

    /// <summary>Name, as users write it.</summary>
    public string Name { get; }

    /// <summary>The columns it looks at, by the names that users see.</summary>
    public IReadOnlyList<string> Properties { get; }

    /// <summary>How columns and values are compared.</summary>
    public FilterOperation Operation { get; }

    /// <summary>Which traffic it lets pass, as a sentence.</summary>
    public string Description { get; }

    /// <summary>Where completion finds values; null: nowhere.</summary>
    public SummaryKey? Completion { get; init; }

    /// <summary>What must be known of an address to compare it; null: the columns say all.</summary>
    public AddressFact? Fact { get; init; }

    /// <summary>Why only a store can be asked, and what to do instead; null: flows and packets of files tell it too.</summary>
    public string? StoreOnly { get; init; }

    /// <summary>Whether a dataset has the columns that it looks at.</summary>
    public bool AppliesTo(Dataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return Properties.All(property => dataset.Find(property) is not null);
    }

    /// <summary>A filter narrowed by this too.</summary>
    /// <param name="filter">What the question is about so far.</param>
    /// <param name="values">Values of its type, or texts.</param>
    /// <exception cref="FilterValueException">A text is no such value.</exception>
    public abstract TrafficFilter AddTo(TrafficFilter filter, IEnumerable<object> values);
}

/// <summary>A filter by values of one type.</summary>
/// <param name="name">Name, as users write it.</param>
/// <param name="properties">The columns it looks at.</param>
/// <param name="operation">How columns and values are compared.</param>
/// <param name="description">Which traffic it lets pass, as a sentence.</param>
/// <param name="parse">Reads a value that a user wrote; throws <see cref="FormatException"/>.</param>
/// <param name="match">
/// Makes the match over flow rows (<see cref="IRowMatch"/>) and packets (<see cref="IPacketMatch"/>); null: flow rows are compared column
/// by column, and packets cannot be.
/// </param>
public sealed class FilterKind<T>(
    string name, IReadOnlyList<string> properties, FilterOperation operation, string description, Func<string, T> parse,
    Func<IReadOnlyList<T>, object>? match = null) : FilterKind(name, properties, operation, description)
    where T : notnull
{
    /// <inheritdoc/>
    public override TrafficFilter AddTo(TrafficFilter filter, IEnumerable<object> values)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(values);
        return filter.With(this, [.. values.Select(value => value is T typed and not string ? typed : parse(value.ToString() ?? ""))]);
    }

    internal object? MakeMatch(IReadOnlyList<T> values) => match?.Invoke(values);
}
