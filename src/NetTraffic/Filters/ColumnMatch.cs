using System.Globalization;
using System.Net;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>
/// A filter over flow rows by its columns alone, the way that the store's SQL has it: what a filter means, and the way of one that has no
/// faster match. A row costs what its columns cost as text.
/// </summary>
internal sealed class ColumnMatch : IRowMatch, IValueWriter
{
    private readonly FilterOperation operation;
    private readonly IFlowColumn[] columns;
    private readonly AddressRange[] ranges;
    private readonly HashSet<string> texts;
    private readonly HashSet<long> numbers;
    private readonly HashSet<ulong> identifiers;
    private readonly long us;
    private byte ipVersion;
    private bool matches;

    public ColumnMatch(FilterCondition condition)
    {
        operation = condition.Kind.Operation;
        columns =
        [
            .. condition.Kind.Properties.Select(property =>
                (IFlowColumn)(Datasets.Flows.Find(property) ?? throw condition.Refuse("flows"))),
        ];
        IReadOnlyList<object> values = condition.Values;
        ranges = [.. values.OfType<AddressRange>()];
        bool exact = operation == FilterOperation.EqualsAny;
        texts = new(values.OfType<string>(), exact ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        identifiers = [.. values.OfType<ulong>()];
        numbers = [.. values.OfType<int>().Select(value => (long)value)];
        foreach (string text in operation == FilterOperation.NameOrNumber ? texts : [])
        {
            if (byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out byte number))
            {
                numbers.Add(number);
            }
        }

        us = values is [DateTime time, ..] ? UnixTime.ToMicroseconds(time) : 0;
    }

    public bool Matches(in FlowRow row, in FlowOrigin origin)
    {
        matches = false;
        ipVersion = row.IpVersion;
        foreach (IFlowColumn column in columns)
        {
            column.Write(row, origin, this);
        }

        return matches;
    }

    public void Null()
    {
    }

    public void Text(string value) => matches |= operation == FilterOperation.WithinAny ? IsWithin(value) : texts.Contains(value);

    public void Number(long value) => matches |= numbers.Contains(value);

    public void Unsigned(ulong value) => matches |= identifiers.Contains(value);

    public void Time(DateTime value) =>
        matches |= operation == FilterOperation.AtLeast ? UnixTime.ToMicroseconds(value) >= us : UnixTime.ToMicroseconds(value) < us;

    public void Duration(TimeSpan value) => matches |= numbers.Contains(value.Ticks / TimeSpan.TicksPerMicrosecond);

    public void Boolean(bool value) => matches |= numbers.Contains(value ? 1 : 0);

    public void Degrees(double value) => throw new NotSupportedException("No filter looks at angles.");

    public void Flags(TcpFlags value) => matches |= numbers.Contains((long)value);

    private bool IsWithin(string text)
    {
        if (!IPAddress.TryParse(text, out IPAddress? parsed))
        {
            return false;
        }

        IpAddress128 address = AddressText.FromIPAddress(parsed);
        return Array.Exists(ranges, range => range.Contains(address, ipVersion));
    }
}
