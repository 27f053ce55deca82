using NetTraffic.Packets;

namespace NetTraffic.Store.Parquet;

/// <summary>
/// Flow rows on their way into one segment, as columns. Reused from segment to segment; a row costs no allocation. The columns known here
/// are gathered by hand, since an import spends much of its time with them; any other of the dataset goes the way that its table says.
/// </summary>
internal sealed class FlowColumns
{
    private readonly string captureName, sensorName;
    private readonly IColumnBuilder[] builders;
    private readonly (IFlowColumn Column, ValueColumn Values)[] others;
    private readonly CodeColumn captureId;
    private readonly CodeColumn sensor;
    private readonly CodeColumn interfaceName;
    private readonly NumberColumn flowId = new(false), time = new(false), endTime = new(false), startTime = new(false);
    private readonly AddressColumn source = new(mac: false), destination = new(mac: false);
    private readonly AddressColumn sourceMac = new(mac: true), destinationMac = new(mac: true);
    private readonly NumberColumn sourcePort = new(true), destinationPort = new(true), ipVersion = new(true), ipProtocol = new(true);
    private readonly NumberColumn etherType = new(true), icmpType = new(true), icmpCode = new(true), vlanId = new(true);
    private readonly NumberColumn sourcePackets = new(false), sourceBytes = new(false);
    private readonly NumberColumn destinationPackets = new(false), destinationBytes = new(false);
    private readonly NumberColumn sourceFlags = new(true), destinationFlags = new(true), rtt = new(true);
    private readonly NumberColumn sourceAgain = new(false), destinationAgain = new(false);
    private readonly CodeColumn protocol = new(false, 256, code => ProtocolNames.IpProtocol((byte)code));
    private readonly CodeColumn application = new(true, ApplicationTable.Names.Count, ApplicationTable.Names.ElementAt);
    private readonly CodeColumn tunnel = new(true, Enum.GetValues<TunnelKind>().Length, code => ProtocolNames.Tunnel((TunnelKind)code)!);
    private readonly CodeColumn state = new(false, Enum.GetValues<ConnectionState>().Length, code => ((ConnectionState)code).ToString());
    private readonly CodeColumn endReason = new(true, Enum.GetValues<FlowEndReason>().Length, code => ((FlowEndReason)code).ToString());
    private readonly CommunityIdColumn communityId = new();
    private readonly FlowRow[] batch = new FlowRow[256];
    private int batched;
    private IReadOnlyList<string> interfaces = [];

    /// <summary>Makes the columns of one capture's rows.</summary>
    /// <param name="captureId">The capture.</param>
    /// <param name="sensor">Its sensor.</param>
    /// <param name="byTable">Gathers every column the way that the dataset's table says; tests hold that against the fast way.</param>
    public FlowColumns(string captureId, string sensor, bool byTable = false)
    {
        captureName = captureId;
        sensorName = sensor;
        this.captureId = new CodeColumn(false, 1, _ => captureId);
        this.sensor = new CodeColumn(false, 1, _ => sensor);
        interfaceName = new CodeColumn(false, ushort.MaxValue + 1, InterfaceName);
        Dictionary<string, IColumnBuilder> own = ByHand();
        List<(IFlowColumn, ValueColumn)> rest = [];
        builders =
        [
            .. Datasets.Flows.Columns.Select(column =>
                !byTable && own.TryGetValue(column.Property, out IColumnBuilder? builder) ? builder : Other(column)),
        ];
        others = [.. rest];

        ValueColumn Other(Column column)
        {
            ValueColumn values = new(column);
            rest.Add(((IFlowColumn)column, values));
            return values;
        }
    }

    public int Count { get; private set; }

    /// <summary>Earliest <c>time</c> among the rows, in microseconds.</summary>
    public long FirstUs { get; private set; } = long.MaxValue;

    /// <summary>Latest <c>end_time</c>.</summary>
    public long LastUs { get; private set; } = long.MinValue;

    public void Clear()
    {
        Count = batched = 0;
        FirstUs = long.MaxValue;
        LastUs = long.MinValue;
        foreach (IColumnBuilder column in ByHand().Values.Concat(builders))
        {
            column.Clear();
        }
    }

    /// <summary>Adds a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="names">Names of the capture's interfaces; one that is there keeps its place.</param>
    public void Add(in FlowRow row, IReadOnlyList<string> names)
    {
        interfaces = names;
        Count++;
        FirstUs = Math.Min(FirstUs, row.TimeUs);
        LastUs = Math.Max(LastUs, row.EndTimeUs);
        batch[batched++] = row;
        if (batched == batch.Length)
        {
            Spread();
        }
    }

    // Some rows at once, a few columns at a time: row by row, each would reach into forty places of memory.
    private void Spread()
    {
        ReadOnlySpan<FlowRow> rows = batch.AsSpan(0, batched);
        batched = 0;
        captureId.Add(0, rows.Length);
        sensor.Add(0, rows.Length);
        Times(rows);
        Volumes(rows);
        foreach (ref readonly FlowRow row in rows)
        {
            interfaceName.Add(row.InterfaceIndex);
            state.Add((int)row.State);
            Optional(endReason, (int)row.EndReason);
        }

        foreach (ref readonly FlowRow row in rows)
        {
            Identity(row);
        }

        foreach (ref readonly FlowRow row in rows)
        {
            Link(row);
        }

        foreach (ref readonly FlowRow row in rows)
        {
            bool tcp = row.IpVersion != 0 && row.IpProtocol == 6;
            sourceFlags.Add((int)row.SourceTcpFlags, tcp);
            destinationFlags.Add((int)row.DestinationTcpFlags, tcp);
            rtt.Add(row.HandshakeRttUs, row.HandshakeRttUs >= 0);
        }

        foreach ((IFlowColumn column, ValueColumn values) in others)
        {
            foreach (ref readonly FlowRow row in rows)
            {
                column.Write(row, new FlowOrigin(captureName, sensorName, InterfaceName(row.InterfaceIndex)), values);
            }
        }
    }

    private void Times(ReadOnlySpan<FlowRow> rows)
    {
        Span<long> ids = flowId.Append(rows.Length);
        Span<long> times = time.Append(rows.Length);
        Span<long> ends = endTime.Append(rows.Length);
        Span<long> starts = startTime.Append(rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            ref readonly FlowRow row = ref rows[i];
            ids[i] = (long)row.FlowId;
            times[i] = row.TimeUs;
            ends[i] = row.EndTimeUs;
            starts[i] = row.StartTimeUs;
        }
    }

    private void Volumes(ReadOnlySpan<FlowRow> rows)
    {
        Span<long> packetsOut = sourcePackets.Append(rows.Length);
        Span<long> bytesOut = sourceBytes.Append(rows.Length);
        Span<long> packetsIn = destinationPackets.Append(rows.Length);
        Span<long> bytesIn = destinationBytes.Append(rows.Length);
        Span<long> againOut = sourceAgain.Append(rows.Length);
        Span<long> againIn = destinationAgain.Append(rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            ref readonly FlowRow row = ref rows[i];
            packetsOut[i] = row.SourcePackets;
            bytesOut[i] = row.SourceBytes;
            packetsIn[i] = row.DestinationPackets;
            bytesIn[i] = row.DestinationBytes;
            againOut[i] = row.SourceRetransmissions;
            againIn[i] = row.DestinationRetransmissions;
        }
    }

    /// <summary>The rows as a Parquet file.</summary>
    public ReadOnlyMemory<byte> Encode(ParquetFile file)
    {
        Spread();
        file.Begin(Datasets.Flows.Columns, Count);
        foreach (IColumnBuilder column in builders)
        {
            column.WriteTo(file);
        }

        return file.End();
    }

    private void Identity(in FlowRow row)
    {
        if (row.IpVersion == 0)
        {
            source.AddNull();
            destination.AddNull();
            sourcePort.AddNull();
            destinationPort.AddNull();
            ipVersion.AddNull();
            ipProtocol.AddNull();
            icmpType.AddNull();
            icmpCode.AddNull();

            protocol.Add(ProtocolNames.Protocol(0, 0, row.EtherType, row.LinkType));
            application.AddNull();
            communityId.AddNull();
            return;
        }

        bool ports = ProtocolNames.HasPorts(row.IpProtocol);
        bool icmp = row.IpProtocol is 1 or 58;
        source.Add(row.Source, row.IpVersion);
        destination.Add(row.Destination, row.IpVersion);
        sourcePort.Add(row.SourcePort, ports);
        destinationPort.Add(row.DestinationPort, ports);
        ipVersion.Add(row.IpVersion);
        ipProtocol.Add(row.IpProtocol);
        protocol.Add((int)row.IpProtocol);
        Optional(application, row.Application);
        icmpType.Add(row.SourcePort, icmp);
        icmpCode.Add(row.DestinationPort, icmp);
        communityId.Add(row);
    }

    private void Link(in FlowRow row)
    {
        etherType.Add(row.EtherType, row.EtherType != 0);
        vlanId.Add(row.VlanId, row.VlanId != DecodedPacket.NoVlan);
        Optional(tunnel, (int)row.Tunnel);
        Mac(sourceMac, row.SourceMac);
        Mac(destinationMac, row.DestinationMac);
    }

    private static void Mac(AddressColumn column, ulong mac)
    {
        if (mac == 0)
        {
            column.AddNull();
        }
        else
        {
            column.Add(new IpAddress128(0, mac), 0);
        }
    }

    private static void Optional(CodeColumn column, int code)
    {
        if (code == 0)
        {
            column.AddNull();
        }
        else
        {
            column.Add(code);
        }
    }

    private string InterfaceName(int index) => index < interfaces.Count ? interfaces[index] : "";

    /// <summary>The columns that are gathered by hand, by property.</summary>
    private Dictionary<string, IColumnBuilder> ByHand() => new(StringComparer.Ordinal)
    {
        [nameof(Flow.CaptureId)] = captureId,
        [nameof(Flow.Sensor)] = sensor,
        [nameof(Flow.Interface)] = interfaceName,
        [nameof(Flow.FlowId)] = flowId,
        [nameof(Flow.Time)] = time,
        [nameof(Flow.EndTime)] = endTime,
        [nameof(Flow.StartTime)] = startTime,
        [nameof(Flow.SourceAddress)] = source,
        [nameof(Flow.SourcePort)] = sourcePort,
        [nameof(Flow.DestinationAddress)] = destination,
        [nameof(Flow.DestinationPort)] = destinationPort,
        [nameof(Flow.IpVersion)] = ipVersion,
        [nameof(Flow.IpProtocol)] = ipProtocol,
        [nameof(Flow.Protocol)] = protocol,
        [nameof(Flow.Application)] = application,
        [nameof(Flow.EtherType)] = etherType,
        [nameof(Flow.IcmpType)] = icmpType,
        [nameof(Flow.IcmpCode)] = icmpCode,
        [nameof(Flow.VlanId)] = vlanId,
        [nameof(Flow.Tunnel)] = tunnel,
        [nameof(Flow.SourceMac)] = sourceMac,
        [nameof(Flow.DestinationMac)] = destinationMac,
        [nameof(Flow.SourcePackets)] = sourcePackets,
        [nameof(Flow.SourceBytes)] = sourceBytes,
        [nameof(Flow.DestinationPackets)] = destinationPackets,
        [nameof(Flow.DestinationBytes)] = destinationBytes,
        [nameof(Flow.SourceTcpFlags)] = sourceFlags,
        [nameof(Flow.DestinationTcpFlags)] = destinationFlags,
        [nameof(Flow.State)] = state,
        [nameof(Flow.HandshakeRtt)] = rtt,
        [nameof(Flow.SourceRetransmissions)] = sourceAgain,
        [nameof(Flow.DestinationRetransmissions)] = destinationAgain,
        [nameof(Flow.CommunityId)] = communityId,
        [nameof(Flow.EndReason)] = endReason,
    };
}
