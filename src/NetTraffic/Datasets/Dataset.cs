namespace NetTraffic;

/// <summary>
/// A named, append-only table of the store. Its columns drive the files, the SQL, what is read back and exported, and docs/data.md.
/// </summary>
/// <param name="name">Folder name in the store.</param>
/// <param name="fields">What a row has, in the order that users see: columns, and values that are worked out from them.</param>
/// <param name="description">What a row is.</param>
public abstract class Dataset(string name, IReadOnlyList<Column> fields, string description)
{
    /// <summary>Folder name in the store.</summary>
    public string Name { get; } = name;

    /// <summary>What a row has, in the order that users see: columns, and values that are worked out from them.</summary>
    public IReadOnlyList<Column> Fields { get; } = fields;

    /// <summary>The columns that are stored, in file order.</summary>
    public IReadOnlyList<Column> Columns { get; } = [.. fields.Where(field => field.IsStored)];

    /// <summary>What a row is.</summary>
    public string Description { get; } = description;

    /// <summary>The column behind a property's name; null: none is stored under it.</summary>
    public Column? Find(string property) => Columns.FirstOrDefault(column => column.Property == property);
}

/// <summary>A dataset whose rows users see as <typeparamref name="TRow"/>.</summary>
/// <param name="name">Folder name in the store.</param>
/// <param name="fields">What a row has, in the order that users see.</param>
/// <param name="create">Makes an empty record.</param>
/// <param name="description">What a row is.</param>
public class Dataset<TRow>(string name, IReadOnlyList<Column<TRow>> fields, Func<TRow> create, string description)
    : Dataset(name, fields, description)
    where TRow : class
{
    /// <summary>What a row has, in the order that users see: columns, and values that are worked out from them.</summary>
    public new IReadOnlyList<Column<TRow>> Fields { get; } = fields;

    /// <summary>The columns that are stored, in file order.</summary>
    public new IReadOnlyList<Column<TRow>> Columns { get; } = [.. fields.Where(field => field.IsStored)];

    /// <summary>Makes an empty record.</summary>
    public TRow Create() => create();
}
