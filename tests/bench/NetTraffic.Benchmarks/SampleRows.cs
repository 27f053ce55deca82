using NetTraffic.Packets;

namespace NetTraffic.Benchmarks;

/// <summary>Flow rows as captures make them, one segment of them (131,072), in the order of time; always the same ones.</summary>
internal static class SampleRows
{
    public const int Count = 131_072;

    /// <summary>
    /// Clients of an office: 500 local hosts, 20,000 servers of which few have most of the traffic, two rows a flow on average.
    /// </summary>
    public static FlowRow[] Clients() => Make(locals: 500, servers: 20_000, continued: 0.5, attempts: 0.05);

    /// <summary>A scan: each row another source, one packet.</summary>
    public static FlowRow[] Scan() => Make(locals: Count * 4, servers: 256, continued: 0, attempts: 0.95);

    private static FlowRow[] Make(int locals, int servers, double continued, double attempts)
    {
        Random random = new(7);
        FlowRow[] rows = new FlowRow[Count];
        List<FlowRow> open = [];
        long now = 1_700_000_000_000_000;
        for (int i = 0; i < rows.Length; i++)
        {
            now += random.Next(60);
            FlowRow row;
            if (open.Count > 200 && random.NextDouble() < continued)
            {
                int place = random.Next(open.Count);
                row = open[place];
                open.RemoveAt(place);
            }
            else
            {
                row = Begin(random, now, locals, servers, attempts);
            }

            row.TimeUs = now;
            row.EndTimeUs = now + (row.State == ConnectionState.S0 ? 0 : random.Next(5_000_000));
            row.SourcePackets = 1 + (row.State == ConnectionState.S0 ? 0 : Skewed(random, 200));
            row.SourceBytes = row.SourcePackets * (60 + random.Next(400));
            row.DestinationPackets = row.State == ConnectionState.S0 ? 0 : 1 + Skewed(random, 400);
            row.DestinationBytes = row.DestinationPackets * (60 + random.Next(1400));
            row.SourceRetransmissions = random.Next(50) == 0 ? 1 + random.Next(3) : 0;
            row.EndReason = random.NextDouble() < continued ? FlowEndReason.Ongoing : FlowEndReason.Idle;
            rows[i] = row;
            if (row.EndReason == FlowEndReason.Ongoing)
            {
                open.Add(row);
            }
        }

        return rows;
    }

    private static FlowRow Begin(Random random, long now, int locals, int servers, double attempts)
    {
        int local = random.Next(locals), server = Skewed(random, servers);
        bool v6 = server % 10 == 0;
        double kind = random.NextDouble();
        byte protocol = kind < 0.68 ? (byte)6 : kind < 0.97 ? (byte)17 : (byte)1;
        bool arp = kind > 0.99;
        bool attempt = protocol == 6 && random.NextDouble() < attempts;
        FlowRow row = new()
        {
            FlowId = (ulong)random.NextInt64(),
            StartTimeUs = now,
            Source = v6 ? new(0x2001_0db8_0000_0001, (ulong)local * 0x9E37_79B9_7F4A_7C15) : IpAddress128.FromIPv4(
                0x0A00_0000u + (uint)local),
            Destination = v6 ? new(0x2a00_1450_4001_0000, (ulong)server) : IpAddress128.FromIPv4(
                0x5000_0000u + ((uint)server * 2_654_435_761u >> 2)),
            SourceMac = 0x0200_0000_0000 + (ulong)(local % 500),
            DestinationMac = 0x0200_0000_ffff,
            EtherType = arp ? (ushort)0x0806 : v6 ? (ushort)0x86dd : (ushort)0x0800,
            LinkType = 1,
            VlanId = DecodedPacket.NoVlan,
            IpVersion = arp ? (byte)0 : v6 ? (byte)6 : (byte)4,
            IpProtocol = protocol,
            SourcePort = protocol == 1 ? (ushort)8 : (ushort)(32_768 + random.Next(28_000)),
            DestinationPort = protocol == 1 ? (ushort)0 : Pick(random, protocol),
            HandshakeRttUs = protocol == 6 && !attempt ? 500 + Skewed(random, 200_000) : -1,
            SourceTcpFlags = protocol == 6 ? (TcpFlags)(attempt ? 2 : 27) : 0,
            DestinationTcpFlags = protocol == 6 ? (TcpFlags)(attempt ? 0 : 27) : 0,
            State = attempt ? ConnectionState.S0 : protocol == 6 ? ConnectionState.SF : ConnectionState.OTH,
        };
        row.Application = ApplicationTable.Find(protocol, row.SourcePort, row.DestinationPort);
        return row;
    }

    private static ushort Pick(Random random, byte protocol) => random.Next(10) switch
    {
        < 6 => protocol == 17 ? (ushort)53 : (ushort)443,
        < 8 => protocol == 17 ? (ushort)443 : (ushort)80,
        8 => 22,
        _ => (ushort)random.Next(1_024, 65_536),
    };

    /// <summary>Small numbers often, large ones seldom.</summary>
    private static int Skewed(Random random, int most) => (int)(most * Math.Pow(random.NextDouble(), 4));
}
