namespace NetTraffic;

/// <summary>A filter with the values that are wanted.</summary>
public abstract class FilterCondition
{
    private protected FilterCondition(FilterKind kind) => Kind = kind;

    /// <summary>The filter.</summary>
    public FilterKind Kind { get; }

    /// <summary>The values, of the filter's type.</summary>
    public abstract IReadOnlyList<object> Values { get; }

    /// <summary>The match over flow rows that are in no store.</summary>
    /// <param name="source">Whose rows, for the error.</param>
    /// <exception cref="FilterException">Such rows do not tell.</exception>
    public IRowMatch ToRowMatch(string source) =>
        Kind.StoreOnly is null ? MakeMatch() as IRowMatch ?? ToColumnMatch() : throw Refuse(source);

    /// <summary>The match over packets.</summary>
    /// <param name="source">Whose packets, for the error.</param>
    /// <exception cref="FilterException">Packets do not tell.</exception>
    public IPacketMatch ToPacketMatch(string source) => MakeMatch() as IPacketMatch ?? throw Refuse(source);

    /// <summary>The match over flow rows by the columns alone, as the store's SQL has it.</summary>
    public IRowMatch ToColumnMatch() => new ColumnMatch(this);

    /// <summary>The error of an engine that cannot honour the filter.</summary>
    /// <param name="source">What does not tell: "flows of a file".</param>
    public FilterException Refuse(string source) => new(
        $"The filter {Kind.Name} does not apply to {source}.",
        Kind.StoreOnly ?? "Leave it out, or ask the flows of a store (Get-NetFlow).");

    private protected abstract object? MakeMatch();
}

/// <summary>A filter with the values that are wanted.</summary>
internal sealed class FilterCondition<T>(FilterKind<T> kind, IReadOnlyList<T> values) : FilterCondition(kind)
    where T : notnull
{
    public IReadOnlyList<T> TypedValues { get; } = values;

    public override IReadOnlyList<object> Values => [.. TypedValues.Cast<object>()];

    private protected override object? MakeMatch() => kind.MakeMatch(TypedValues);
}
