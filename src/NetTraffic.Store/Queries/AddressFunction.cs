using System.Net;
using DuckDB.NET.Data;
using DuckDB.NET.Data.DataChunk.Reader;
using DuckDB.NET.Data.DataChunk.Writer;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Store;

/// <summary>
/// The one thing about addresses that SQL cannot say: which of two is the higher one, as numbers. Registered once a process.
/// </summary>
internal static class AddressFunction
{
    /// <summary>
    /// compare_address(text, high, low): -1, 0 or 1 as the address that the text is lies below, at or above the one of these two halves;
    /// NULL where
    /// the text is no address.
    /// </summary>
    public const string Name = "compare_address";

    public static void Register(DuckDBConnection connection) => connection.RegisterScalarFunction<string, ulong, ulong, int>(Name, Compare);

    private static void Compare(IReadOnlyList<IDuckDBDataReader> arguments, IDuckDBDataWriter result, ulong rows)
    {
        for (ulong row = 0; row < rows; row++)
        {
            if (arguments[0].IsValid(row) && IPAddress.TryParse(arguments[0].GetValue<string>(row), out IPAddress? parsed))
            {
                IpAddress128 other = new(arguments[1].GetValue<ulong>(row), arguments[2].GetValue<ulong>(row));
                result.WriteValue(Math.Sign(AddressText.FromIPAddress(parsed).CompareTo(other)), row);
            }
            else
            {
                result.WriteNull(row);
            }
        }
    }
}
