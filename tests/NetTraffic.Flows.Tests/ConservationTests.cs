using System.Runtime.InteropServices;
using CsCheck;
using NetTraffic.Packets;

namespace NetTraffic.Flows.Tests;

/// <summary>Whatever comes in goes out, once: properties over random packets.</summary>
public sealed class ConservationTests
{
    private static readonly Gen<DecodedPacket> Packet = Gen.Select(
        Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 3], Gen.Int[0, 4], Gen.Byte, Gen.Int[20, 2000], Gen.UInt[0, 3000],
        Gen.Long[-200_000_000, 3_000_000_000],
        (source, destination, port, kind, flags, length, sequence, stepNs) => new DecodedPacket
        {
            TimestampNs = stepNs, // a step here; made into a time below
            Source = IpAddress128.FromIPv4(0x0A000000 + (uint)source),
            Destination = IpAddress128.FromIPv4(0x0A000000 + (uint)destination),
            SourceMac = (ulong)source,
            DestinationMac = (ulong)destination,
            SourcePort = (ushort)(1000 + port),
            DestinationPort = (ushort)(kind == 2 ? 0 : 80),
            IpProtocol = kind switch { 0 or 1 => 6, 2 => 1, 3 => 17, _ => 0 },
            IpVersion = (byte)(kind == 4 ? 0 : 4),
            EtherType = (ushort)(kind == 4 ? 0x0806 : 0x0800),
            TcpFlags = (TcpFlags)flags,
            TcpSequence = sequence,
            PayloadLength = length - 20,
            WireLength = length,
            Traits = PacketTraits.HasTransport,
            LinkType = 1,
            VlanId = DecodedPacket.NoVlan,
        });

    private static readonly Gen<List<DecodedPacket>> Packets = Packet.List[0, 120].Select(InTime);

    private static readonly Gen<FlowOptions> Options = Gen.Select(
        Gen.Int[1, 12], Gen.Int[0, 6], Gen.Int[1, 20], Gen.Int[0, 60],
        (flows, flush, idle, active) => new FlowOptions
        {
            MaxFlows = flows,
            FlushInterval = TimeSpan.FromSeconds(flush),
            IdleTimeout = TimeSpan.FromSeconds(idle),
            TcpIdleTimeout = TimeSpan.FromSeconds(2 * idle),
            ActiveTimeout = TimeSpan.FromSeconds(active),
        });

    [Fact]
    public void The_rows_sums_are_the_inputs() => Gen.Select(Packets, Options).Sample(
        (packets, options) =>
        {
            (FlowTable table, List<FlowRow> rows) = Run(packets, options);
            Assert.Equal(packets.Count, rows.Sum(row => row.SourcePackets + row.DestinationPackets));
            Assert.Equal(packets.Sum(packet => (long)packet.WireLength), rows.Sum(row => row.SourceBytes + row.DestinationBytes));
            Assert.Equal((packets.Count, rows.Count, 0L),
                ((int)table.Counters.Packets, (int)table.Counters.Rows, table.Counters.ActiveFlows));
        },
        iter: 3000);

    [Fact]
    public void Each_direction_of_each_pair_keeps_its_own_counts() => Gen.Select(Packets, Options).Sample(
        (packets, options) =>
        {
            (_, List<FlowRow> rows) = Run(packets, options);
            Dictionary<string, long> sent = packets.GroupBy(Sender)
                .ToDictionary(group => group.Key, group => (long)group.Sum(packet => packet.WireLength));
            Dictionary<string, long> counted = [];
            foreach (FlowRow row in rows)
            {
                Count(counted, row, row.Source, row.SourceMac, row.Destination, row.DestinationMac, row.SourceBytes);
                Count(counted, row, row.Destination, row.DestinationMac, row.Source, row.SourceMac, row.DestinationBytes);
            }

            Assert.Equal(sent.OrderBy(pair => pair.Key, StringComparer.Ordinal), counted.OrderBy(pair => pair.Key, StringComparer.Ordinal));
        },
        iter: 1500);

    [Fact]
    public void A_row_lies_within_one_interval_as_long_as_the_clock_goes_forward() => Gen.Select(Packets, Options).Sample(
        (packets, options) =>
        {
            packets.Sort((left, right) => left.TimestampNs.CompareTo(right.TimestampNs));
            long interval = options.FlushInterval.Ticks / 10;
            (_, List<FlowRow> rows) = Run(packets, options);
            Assert.All(rows, row =>
            {
                Assert.InRange(row.TimeUs, row.StartTimeUs, row.EndTimeUs);
                if (interval > 0)
                {
                    Assert.Equal(row.TimeUs / interval, row.EndTimeUs / interval);
                }
            });
        },
        iter: 1500);

    [Fact]
    public void No_more_flows_are_held_than_allowed_and_nothing_of_the_evicted_is_lost() => Packets.Sample(
        packets =>
        {
            FlowOptions options = new()
            {
                MaxFlows = 3,
                FlushInterval = TimeSpan.Zero,
                IdleTimeout = TimeSpan.FromHours(9),
                TcpIdleTimeout = TimeSpan.FromHours(9),
                TcpCloseDelay = TimeSpan.FromHours(9),
                ActiveTimeout = TimeSpan.Zero
            };
            FlowRowList rows = new();
            FlowTable table = new(options, rows);
            foreach (DecodedPacket packet in packets)
            {
                table.Add(packet);
                Assert.InRange(table.Counters.ActiveFlows, 1, 3);
            }

            table.Close();
            Assert.Equal(table.Counters.EvictedFlows, rows.Rows.Count(row => row.EndReason == FlowEndReason.Evicted));
            Assert.Equal(packets.Count, rows.Rows.Sum(row => row.SourcePackets + row.DestinationPackets));
        },
        iter: 1000);

    [Theory]
    [InlineData(10)] // nearly every packet puts a flow out and takes its place
    [InlineData(1000)]
    public void A_flush_writes_everything_so_far_however_often_places_were_used_again(int maxFlows)
    {
        FlowRowList rows = new();
        FlowTable table = new(new FlowOptions { MaxFlows = maxFlows, FlushInterval = TimeSpan.FromHours(1) }, rows);
        Random random = new(1);
        DecodedPacket packet =
            new() { IpVersion = 4, IpProtocol = 17, WireLength = 100, TimestampNs = 1, Traits = PacketTraits.HasTransport };
        for (int i = 1; i <= 20_000; i++)
        {
            packet.SourcePort = (ushort)random.Next(3000);
            table.Add(packet);
            if (i % 7000 == 0)
            {
                table.Flush();
                Assert.Equal(i, rows.Rows.Sum(row => row.SourcePackets + row.DestinationPackets));
            }
        }
    }

    [Fact]
    public void One_at_a_time_or_in_batches_gives_the_same_rows() => Gen.Select(Packets, Options).Sample(
        (packets, options) =>
        {
            FlowRowList single = new();
            FlowTable one = new(options, single);
            packets.ForEach(packet => one.Add(packet));
            one.Close();
            (_, List<FlowRow> batched) = Run(packets, options);
            Assert.Equal(single.Rows.Select(WithoutId), batched.Select(WithoutId));
        },
        iter: 500);

    private static (FlowTable Table, List<FlowRow> Rows) Run(List<DecodedPacket> packets, FlowOptions options)
    {
        FlowRowList rows = new();
        FlowTable table = new(options, rows);
        table.Add(CollectionsMarshal.AsSpan(packets));
        table.Close();
        return (table, rows.Rows);
    }

    private static List<DecodedPacket> InTime(List<DecodedPacket> steps)
    {
        long now = 1_700_000_000_000_000_000;
        return [.. steps.Select(packet => packet with { TimestampNs = now += packet.TimestampNs })];
    }

    private static string Sender(DecodedPacket packet) =>
        packet.IpVersion == 0 ? $"{packet.SourceMac}-{packet.DestinationMac}" : $"{packet.Source}-{packet.Destination} {packet.IpProtocol}";

    private static void Count(Dictionary<string, long> counted, in FlowRow row, IpAddress128 from, ulong fromMac, IpAddress128 to,
        ulong toMac, long bytes)
    {
        string key = row.IpVersion == 0 ? $"{fromMac}-{toMac}" : $"{from}-{to} {row.IpProtocol}";
        if (bytes > 0)
        {
            counted[key] = counted.GetValueOrDefault(key) + bytes;
        }
    }

    private static string WithoutId(FlowRow row) =>
        $"{row.StartTimeUs} {row.TimeUs} {row.EndTimeUs} {row.Source} {row.SourcePort} {row.Destination} {row.DestinationPort} "
            + $"{row.SourcePackets} {row.SourceBytes} {row.DestinationPackets} {row.DestinationBytes} {row.State} {row.EndReason} "
            + $"{row.HandshakeRttUs} {row.SourceRetransmissions}";
}
