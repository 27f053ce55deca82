using System.Collections.Concurrent;
using System.Globalization;
using DuckDB.NET.Data;
using DuckDB.NET.Data.DataChunk.Reader;
using DuckDB.NET.Data.DataChunk.Writer;

namespace NetTraffic.Store;

/// <summary>
/// What is known of addresses, as a function of SQL. It is registered once a process, as all stores of a process share a DuckDB; whose
/// knowledge is asked is an argument.
/// </summary>
internal static class FactFunction
{
    private const string Name = "address_fact";
    private static readonly ConcurrentDictionary<int, IAddressFacts> Known = new();
    private static int last;

    /// <summary>address_fact(text, who, what): the fact as text; NULL where it is not known.</summary>
    public static void Register(DuckDBConnection connection) => connection.RegisterScalarFunction<string, int, int, string>(Name, Run);

    /// <summary>The call for a column.</summary>
    /// <param name="column">Column with the address.</param>
    /// <param name="source">Whose knowledge is asked.</param>
    /// <param name="fact">What is asked.</param>
    /// <exception cref="TrafficException">Nothing there can tell that.</exception>
    public static string Sql(string column, StoreSegments source, AddressFact fact) =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}({column}, {source.WhoTells(fact)}, {(int)fact})");

    /// <summary>Flows that a query selects, with what is known of their addresses in further columns.</summary>
    /// <param name="flows">The query.</param>
    /// <param name="source">Whose knowledge is asked.</param>
    public static string Select(string flows, StoreSegments source)
    {
        string Of(string end) => string.Join(", ",
            $"{Sql($"{end}_address", source, AddressFact.CountryCode)} AS {end}_country",
            $"TRY_CAST({Sql($"{end}_address", source, AddressFact.AsNumber)}[3:] AS BIGINT) AS {end}_as_number",
            $"{Sql($"{end}_address", source, AddressFact.Organization)} AS {end}_organization",
            $"CASE WHEN {end}_address IS NULL THEN NULL ELSE {Sql($"{end}_address", source, AddressFact.Suspicious)} IS NOT NULL END AS "
            + $"{end}_suspicious");
        return $"SELECT *, {Of("source")}, {Of("destination")} FROM ({flows})";
    }

    /// <summary>Makes knowledge known to SQL.</summary>
    public static int Add(IAddressFacts facts)
    {
        int who = Interlocked.Increment(ref last);
        Known[who] = facts;
        return who;
    }

    /// <summary>Forgets it.</summary>
    public static void Remove(int who) => Known.TryRemove(who, out _);

    private static void Run(IReadOnlyList<IDuckDBDataReader> arguments, IDuckDBDataWriter result, ulong rows)
    {
        IAddressFacts? facts = null;
        AddressFact fact = default;
        string? text = null;
        string? before = null;
        for (ulong row = 0; row < rows; row++)
        {
            if (row == 0)
            {
                Known.TryGetValue(arguments[1].GetValue<int>(0), out facts);
                fact = (AddressFact)arguments[2].GetValue<int>(0);
            }

            string? address = arguments[0].IsValid(row) ? arguments[0].GetValue<string>(row) : null;
            if (address is not null && address != before)
            {
                // Rows of an address often stand together.
                before = address;
                text = facts is null ? null : AddressFacts.Text(facts, fact, address);
            }

            if (address is null || text is null)
            {
                result.WriteNull(row);
            }
            else
            {
                result.WriteValue(text, row);
            }
        }
    }
}
