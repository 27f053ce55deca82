using CsCheck;
using NetTraffic.Packets;

namespace NetTraffic.Store.Tests;

/// <summary>Random flow rows, and a store made of them.</summary>
internal static class Rows
{
    public static readonly long BaseUs = (new DateTime(2026, 3, 1, 11, 59, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks / 10;

    /// <summary>Addresses with their IP version; some of IPv6 headers are IPv4-mapped, ::ffff:10.0.0.1 beside 10.0.0.1.</summary>
    private static readonly Gen<(IpAddress128 Address, byte Version)> Address = Gen.Frequency(
        (6, Gen.UInt[0x0A000000, 0x0A000020].Select(value => (IpAddress128.FromIPv4(value), (byte)4))),
        (2, Gen.UInt.Select(value => (IpAddress128.FromIPv4(value), (byte)4))),
        (2, Gen.UInt[0x0A000000, 0x0A000020].Select(value => (IpAddress128.FromIPv4(value), (byte)6))),
        (2, Gen.ULong[0, 12].Select(low => (new IpAddress128(0x20010DB8_00000000, low), (byte)6))),
        (1,
            Gen.Select(Gen.ULong[0x2000_0000_0000_0000, 0x3FFF_FFFF_FFFF_FFFF], Gen.ULong)
                .Select(pair => (new IpAddress128(pair.Item1, pair.Item2), (byte)6))));

    /// <summary>A flow of one to five interval rows within two hours; source and destination have one family.</summary>
    public static readonly Gen<FlowRow[]> Flow = Gen.Select(
        Gen.Select(Address, Address, Gen.Int[0, 6].Select(i => new byte[] { 1, 6, 17, 58, 132, 47, 0 }[i])),
        Gen.Select(Gen.UShort, Gen.Int[0, 3].Select(i => new ushort[] { 53, 80, 443, 50000 }[i]), Gen.Int[0, 2], Gen.Int[0, 3]),
        Gen.Select(Gen.Long[0, 7_200_000_000], Gen.Int[1, 5], Gen.ULong),
        Gen.Select(Gen.Int[0, 100], Gen.Long[0, 1_000_000], Gen.Int[0, 3])).Select((identity, ports, time, numbers) =>
            Make(identity, ports, time, numbers));

    /// <summary>Up to 60 flows with identifiers that differ.</summary>
    public static readonly Gen<List<FlowRow>> Many = Flow.List[0, 60].Select(flows =>
    {
        List<FlowRow> rows = [];
        ulong id = 1000;
        foreach (FlowRow[] flow in flows)
        {
            id++;
            rows.AddRange(flow.Select(row => row with { FlowId = id }));
        }

        rows.Sort((left, right) => left.EndTimeUs.CompareTo(right.EndTimeUs));
        return rows;
    });

    public static readonly string[] Interfaces = ["eth0", "wlan0", "evil'; DROP TABLE\t\u001b[31m"];

    /// <summary>Stores rows as one capture, in segments of a few rows.</summary>
    public static CaptureStatus Store(TrafficStore store, IEnumerable<FlowRow> rows, string sensor = "probe", int segmentRows = 7)
    {
        CaptureStatus status = new() { Name = "test", Sensor = sensor };
        using ICaptureWriter writer = store.CreateCapture(status, new CaptureWriterOptions { MaxSegmentRows = segmentRows });
        writer.Write(rows.ToArray(), Interfaces);
        writer.Complete(CaptureState.Completed, null);
        Assert.Null(writer.WriteProblem);
        return status;
    }

    private static FlowRow[] Make(
        ((IpAddress128 Address, byte Version) Source, (IpAddress128 Address, byte Version) Destination, byte Protocol) identity,
        (ushort Source, ushort Destination, int Interface, int State) ports,
        (long Start, int Rows, ulong Mac) time, (int Packets, long Bytes, int Kind) numbers)
    {
        bool ip = numbers.Kind != 3;
        if (identity.Protocol is 1 or 58)
        {
            // Type and code.
            ports.Source %= 256;
            ports.Destination %= 256;
        }

        byte version = identity.Source.Version;
        IpAddress128 destination = version == identity.Destination.Version ? identity.Destination.Address : identity.Source.Address;
        FlowRow[] rows = new FlowRow[time.Rows];
        for (int i = 0; i < rows.Length; i++)
        {
            long at = BaseUs + time.Start + (i * 400_000_000L);
            rows[i] = new FlowRow
            {
                StartTimeUs = BaseUs + time.Start,
                TimeUs = at,
                EndTimeUs = at + numbers.Bytes,
                Source = ip ? identity.Source.Address : default,
                Destination = ip ? destination : default,
                IpVersion = ip ? version : (byte)0,
                IpProtocol = ip ? identity.Protocol : (byte)0,
                SourcePort = ip ? ports.Source : (ushort)0,
                DestinationPort = ip ? ports.Destination : (ushort)0,
                EtherType = (ushort)(ip ? 0x0800 : numbers.Packets % 2 == 0 ? 0x0806 : 0),
                LinkType = 1,
                VlanId = numbers.Packets % 3 == 0 ? DecodedPacket.NoVlan : (ushort)(numbers.Packets % 4096),
                InterfaceIndex = (ushort)ports.Interface,
                Application = ip ? ApplicationTable.Find(identity.Protocol, ports.Source, ports.Destination) : (ushort)0,
                SourceMac = time.Mac & 0xFFFF_FFFF_FFFF,
                DestinationMac = numbers.Packets % 5 == 0 ? 0 : (time.Mac >> 16) & 0xFFFF_FFFF_FFFF,
                SourcePackets = numbers.Packets + i,
                SourceBytes = numbers.Bytes + (i * 3),
                DestinationPackets = numbers.Packets % 7,
                DestinationBytes = numbers.Bytes / 3,
                SourceRetransmissions = numbers.Packets % 4,
                DestinationRetransmissions = i,
                HandshakeRttUs = numbers.Packets % 2 == 0 ? -1 : numbers.Packets * 17,
                SourceTcpFlags = (TcpFlags)(numbers.Packets & 0xFF),
                DestinationTcpFlags = (TcpFlags)(numbers.Bytes & 0xFF),
                Tunnel = (TunnelKind)(numbers.Packets % Enum.GetValues<TunnelKind>().Length),
                State = (ConnectionState)(ports.State + i),
                EndReason = i == rows.Length - 1 ? (FlowEndReason)(numbers.Packets % 6) : FlowEndReason.Ongoing,
            };
        }

        return rows;
    }
}
