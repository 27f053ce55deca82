namespace NetTraffic;

/// <summary>One column of a dataset, or a value that is worked out from its columns and not stored.</summary>
/// <param name="property">PascalCase name that users see.</param>
/// <param name="name">snake_case name in Parquet files and SQL; null: the value is not stored.</param>
/// <param name="type">Type in Parquet files and SQL.</param>
/// <param name="nullable">Whether a value can be absent.</param>
/// <param name="merge">How interval rows combine.</param>
/// <param name="description">What it holds, with its unit.</param>
public class Column(string property, string? name, ColumnType type, bool nullable, ColumnMerge merge, string description)
{
    /// <summary>PascalCase name that users see.</summary>
    public string Property { get; } = property;

    /// <summary>snake_case name in Parquet files and SQL; empty where the value is not stored.</summary>
    public string Name { get; } = name ?? "";

    /// <summary>Whether it stands in files; else it is worked out from what does.</summary>
    public bool IsStored => Name.Length > 0;

    /// <summary>Type in Parquet files and SQL.</summary>
    public ColumnType Type { get; } = type;

    /// <summary>Whether a value can be absent.</summary>
    public bool Nullable { get; } = nullable;

    /// <summary>How interval rows combine.</summary>
    public ColumnMerge Merge { get; } = merge;

    /// <summary>What it holds, with its unit.</summary>
    public string Description { get; } = description;
}

/// <summary>A column whose value can be taken from a record and put into one.</summary>
/// <typeparam name="TRow">The record that users see a row as.</typeparam>
public abstract class Column<TRow>(string property, string? name, ColumnType type, bool nullable, ColumnMerge merge, string description)
    : Column(property, name, type, nullable, merge, description)
{
    /// <summary>Hands on the value that a record has.</summary>
    public abstract void Write(TRow row, IValueWriter to);

    /// <summary>Puts the value that is read into a record.</summary>
    /// <exception cref="InvalidOperationException">The value is not stored.</exception>
    public abstract void Read(TRow row, IValueReader from);
}

/// <summary>A column of values of one type.</summary>
/// <typeparam name="TRow">The record that users see a row as.</typeparam>
/// <typeparam name="TValue">Type of the record's property.</typeparam>
/// <param name="property">PascalCase name that users see.</param>
/// <param name="name">snake_case name in Parquet files and SQL; null: the value is not stored.</param>
/// <param name="type">Type in Parquet files and SQL.</param>
/// <param name="merge">How interval rows combine.</param>
/// <param name="form">How its values are written and read.</param>
/// <param name="description">What it holds, with its unit.</param>
/// <param name="get">Takes the value from a record.</param>
/// <param name="set">Puts a value into a record; null where it is not stored.</param>
public class Column<TRow, TValue>(
    string property, string? name, ColumnType type, ColumnMerge merge, ValueForm<TValue> form, string description,
    Func<TRow, TValue> get, Action<TRow, TValue>? set) : Column<TRow>(property, name, type, form.IsOptional, merge, description)
{
    /// <summary>How its values are written and read.</summary>
    protected ValueForm<TValue> Form { get; } = form;

    /// <inheritdoc/>
    public override void Write(TRow row, IValueWriter to) => Form.Write(get(row), to);

    /// <inheritdoc/>
    public override void Read(TRow row, IValueReader from) => Set(row, Form.Read(from));

    /// <summary>Puts a value into a record.</summary>
    /// <exception cref="InvalidOperationException">The value is not stored.</exception>
    protected void Set(TRow row, TValue value) =>
        (set ?? throw new InvalidOperationException($"{Property} is worked out from other values."))(row, value);
}
