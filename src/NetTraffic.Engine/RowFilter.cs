using System.Globalization;
using NetTraffic.Flows;
using NetTraffic.Net;

namespace NetTraffic.Engine;

/// <summary>A <see cref="TrafficFilter"/> over rows that never reach the store. CaptureId does not apply there.</summary>
internal sealed class RowFilter
{
    private readonly TrafficFilter filter;
    private readonly long sinceUs;
    private readonly long untilUs;

    public RowFilter(TrafficFilter filter)
    {
        this.filter = filter;
        sinceUs = filter.Since is { } since ? Microseconds(since) : long.MinValue;
        untilUs = filter.Until is { } until ? Microseconds(until) : long.MaxValue;
    }

    public bool Matches(in FlowRow row)
    {
        if (row.TimeUs < sinceUs || row.TimeUs >= untilUs)
        {
            return false;
        }

        return MatchesAddress(row) && MatchesPort(row) && MatchesProtocol(row) && MatchesApplication(row);
    }

    private bool MatchesAddress(in FlowRow row)
    {
        if (filter.Address.Count == 0)
        {
            return true;
        }

        if (row.IpVersion == 0)
        {
            return false;
        }

        foreach (AddressRange range in filter.Address)
        {
            if (range.Contains(row.Source) || range.Contains(row.Destination))
            {
                return true;
            }
        }

        return false;
    }

    private bool MatchesPort(in FlowRow row)
    {
        if (filter.Port.Count == 0)
        {
            return true;
        }

        if (row.IpVersion == 0 || !ProtocolNames.HasPorts(row.IpProtocol))
        {
            return false;
        }

        foreach (int port in filter.Port)
        {
            if (port == row.SourcePort || port == row.DestinationPort)
            {
                return true;
            }
        }

        return false;
    }

    private bool MatchesProtocol(in FlowRow row)
    {
        if (filter.Protocol.Count == 0)
        {
            return true;
        }

        string transport = ProtocolNames.Transport(row.IpVersion, row.IpProtocol, row.EtherType, row.LinkType);
        foreach (string wanted in filter.Protocol)
        {
            bool number = row.IpVersion != 0 && byte.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out byte protocol) && protocol == row.IpProtocol;
            if (number || wanted.Equals(transport, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private bool MatchesApplication(in FlowRow row)
    {
        if (filter.Application.Count == 0)
        {
            return true;
        }

        string name = ApplicationTable.Name(row.Application);
        foreach (string wanted in filter.Application)
        {
            if (name.Length > 0 && wanted.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static long Microseconds(DateTime time) => (time.ToUniversalTime() - DateTime.UnixEpoch).Ticks / 10;
}
