using System.Globalization;
using DuckDB.NET.Data;
using NetTraffic.Net;

namespace NetTraffic.Store;

/// <summary>A <see cref="TrafficFilter"/> as a SQL condition over rows of the flows dataset.</summary>
internal sealed class FlowFilter
{
    private static int functions;

    private FlowFilter(string condition, long sinceUs, long untilUs)
    {
        Condition = condition;
        SinceUs = sinceUs;
        UntilUs = untilUs;
    }

    /// <summary>The condition; "true" where everything matches.</summary>
    public string Condition { get; }

    /// <summary>Rows at or after this time, in microseconds since 1970.</summary>
    public long SinceUs { get; }

    /// <summary>Rows before this time.</summary>
    public long UntilUs { get; }

    /// <summary>Makes the condition; what SQL cannot say of an address is registered as a function of the connection's database.</summary>
    public static FlowFilter Create(TrafficFilter filter, DuckDBConnection connection)
    {
        List<string> parts = [];
        long since = filter.Since is { } from ? UnixTime.ToMicroseconds(from) : long.MinValue;
        long until = filter.Until is { } to ? UnixTime.ToMicroseconds(to) : long.MaxValue;
        if (since != long.MinValue)
        {
            parts.Add($"time >= {Database.Time(since)}");
        }

        if (until != long.MaxValue)
        {
            parts.Add($"time < {Database.Time(until)}");
        }

        if (filter.Address.Count > 0)
        {
            parts.Add(Any(filter.Address.SelectMany(range => new[] { Address("source_address", range, connection), Address("destination_address", range, connection) })));
        }

        if (filter.Port.Count > 0)
        {
            string ports = string.Join(", ", filter.Port.Select(port => port.ToString(CultureInfo.InvariantCulture)));
            parts.Add($"(source_port IN ({ports}) OR destination_port IN ({ports}))");
        }

        if (filter.Protocol.Count > 0)
        {
            parts.Add(Any(filter.Protocol.Select(Protocol)));
        }

        if (filter.Application.Count > 0)
        {
            parts.Add($"lower(application) IN ({Texts(filter.Application)})");
        }

        if (filter.CaptureId.Count > 0)
        {
            parts.Add($"lower(capture_id) IN ({Texts(filter.CaptureId)})");
        }

        if (filter.FlowId.Count > 0)
        {
            parts.Add($"flow_id IN ({string.Join(", ", filter.FlowId.Select(id => id.ToString(CultureInfo.InvariantCulture)))})");
        }

        if (filter.CommunityId.Count > 0)
        {
            parts.Add($"community_id IN ({string.Join(", ", filter.CommunityId.Select(Database.Text))})");
        }

        return new FlowFilter(parts.Count == 0 ? "true" : string.Join(" AND ", parts), since, until);
    }

    private static string Any(IEnumerable<string> conditions) => "(" + string.Join(" OR ", conditions) + ")";

    private static string Texts(IEnumerable<string> values) => string.Join(", ", values.Select(value => Database.Text(value.ToLowerInvariant())));

    private static string Protocol(string wanted)
    {
        string name = $"lower(transport) = {Database.Text(wanted.ToLowerInvariant())}";
        return byte.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out byte number) ? $"({name} OR ip_protocol = {number})" : name;
    }

    /// <summary>
    /// Addresses are stored as text. One address is an equality. Of an IPv4 network the whole octets are a prefix and the next octet
    /// a range; an IPv6 network is asked of a function, since RFC 5952 text has no fixed places.
    /// </summary>
    private static string Address(string column, AddressRange range, DuckDBConnection connection)
    {
        if (range.IsSingle)
        {
            return $"{column} = {Database.Text(range.First.ToString())}";
        }

        if (!range.First.IsIPv4)
        {
            return $"(ip_version = 6 AND {Register(range, connection)}({column}))";
        }

        uint first = (uint)range.First.Low;
        uint last = (uint)range.Last.Low;
        string prefix = "";
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            uint low = (first >> shift) & 0xFF;
            uint high = (last >> shift) & 0xFF;
            if (low == high)
            {
                prefix += low.ToString(CultureInfo.InvariantCulture) + ".";
                continue;
            }

            string whole = prefix.Length > 0 ? $"starts_with({column}, '{prefix}')" : "ip_version = 4";
            return (low, high) == (0, 255) ? $"({whole} AND ip_version = 4)"
                : $"({whole} AND ip_version = 4 AND TRY_CAST(split_part({column}, '.', {4 - (shift / 8)}) AS UTINYINT) BETWEEN {low} AND {high})";
        }

        return "false";
    }

    private static string Register(AddressRange range, DuckDBConnection connection)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"address_in_{Interlocked.Increment(ref functions)}");
        connection.RegisterScalarFunction<string, bool>(
            name,
            (readers, writer, rows) =>
            {
                for (ulong row = 0; row < rows; row++)
                {
                    bool inside = readers[0].IsValid(row) && System.Net.IPAddress.TryParse(readers[0].GetValue<string>(row), out System.Net.IPAddress? address)
                        && range.Contains(AddressText.FromIPAddress(address));
                    writer.WriteValue(inside, row);
                }
            });
        return name;
    }
}
