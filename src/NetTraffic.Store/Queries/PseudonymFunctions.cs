using System.Collections.Concurrent;
using System.Globalization;
using DuckDB.NET.Data;
using DuckDB.NET.Data.DataChunk.Reader;
using DuckDB.NET.Data.DataChunk.Writer;
using NetTraffic.Net;

namespace NetTraffic.Store;

/// <summary>
/// What SQL calls for an export under pseudonyms (<see cref="FlowPseudonyms"/> for rows that never become flows). Registered once a
/// process;
/// DuckDB calls them from several threads. A query names its pseudonyms by a number, since a key has no place in SQL.
/// </summary>
internal static class PseudonymFunctions
{
    private const string Address = "pseudonym_of_address", Station = "pseudonym_of_mac", Hash = "community_id";
    private static readonly ConcurrentDictionary<ulong, AddressPseudonyms> InUse = new();
    private static ulong last;

    public static void Register(DuckDBConnection connection)
    {
        connection.RegisterScalarFunction<ulong, string, string>(
            Address, (arguments, result, rows) => Replace(arguments, result, rows, (pseudonyms, text) => pseudonyms.OfText(text)));
        connection.RegisterScalarFunction<ulong, string, string>(
            Station, (arguments, result, rows) => Replace(arguments, result, rows, (pseudonyms, text) => pseudonyms.OfMacText(text)));
        connection.RegisterScalarFunction<string, string, byte, uint, string>(Hash, CommunityIds);
    }

    /// <summary>Pseudonyms that queries can name, until it is disposed.</summary>
    public static Use Open(AddressPseudonyms pseudonyms)
    {
        ulong number = Interlocked.Increment(ref last);
        InUse[number] = pseudonyms;
        return new Use(number);
    }

    private static void Replace(
        IReadOnlyList<IDuckDBDataReader> arguments, IDuckDBDataWriter result, ulong rows, Func<AddressPseudonyms, string, string> replace)
    {
        for (ulong row = 0; row < rows; row++)
        {
            if (arguments[1].IsValid(row))
            {
                result.WriteValue(replace(InUse[arguments[0].GetValue<ulong>(row)], arguments[1].GetValue<string>(row)), row);
            }
            else
            {
                result.WriteNull(row);
            }
        }
    }

    private static void CommunityIds(IReadOnlyList<IDuckDBDataReader> arguments, IDuckDBDataWriter result, ulong rows)
    {
        for (ulong row = 0; row < rows; row++)
        {
            if (arguments[0].IsValid(row) && arguments[1].IsValid(row) && arguments[2].IsValid(row))
            {
                uint ports = arguments[3].GetValue<uint>(row);
                result.WriteValue(
                    CommunityId.Compute(arguments[0].GetValue<string>(row), arguments[1].GetValue<string>(row),
                        arguments[2].GetValue<byte>(row), (ushort)(ports >> 16), (ushort)ports),
                    row);
            }
            else
            {
                result.WriteNull(row);
            }
        }
    }

    /// <summary>Pseudonyms in use.</summary>
    public sealed class Use(ulong number) : IDisposable
    {
        /// <summary>Flows that a query selects, with the columns of their dataset, under pseudonyms.</summary>
        public string Select(string flows) => string.Create(CultureInfo.InvariantCulture, $"""
            SELECT * REPLACE (CASE WHEN community_id IS NULL THEN NULL ELSE {Hash}(source_address, destination_address, ip_protocol,
                coalesce(source_port, icmp_type, 0)::UINTEGER * 65536 + coalesce(destination_port, icmp_code, 0)::UINTEGER) END
                AS community_id)
            FROM (SELECT * REPLACE (
                {Address}({number}::UBIGINT, source_address) AS source_address,
                {Address}({number}::UBIGINT, destination_address) AS destination_address,
                {Station}({number}::UBIGINT, source_mac) AS source_mac,
                {Station}({number}::UBIGINT, destination_mac) AS destination_mac)
                FROM ({flows}))
            """);

        public void Dispose() => InUse.TryRemove(number, out _);
    }
}
