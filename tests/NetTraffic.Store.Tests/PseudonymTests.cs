using System.Text.Json;
using CsCheck;
using DuckDB.NET.Data;
using NetTraffic.Net;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

/// <summary>Flows under pseudonyms: those of Parquet files are those of the records, and neither has an address left.</summary>
public sealed class PseudonymTests : IDisposable
{
    private readonly AddressPseudonyms pseudonyms = new([.. Enumerable.Range(3, CryptoPan.KeyLength).Select(number => (byte)number)]);

    public void Dispose() => pseudonyms.Dispose();

    [Fact]
    public void A_Parquet_file_has_the_pseudonyms_that_records_have() => Gen.Select(Rows.Many, Gen.Bool).Sample(
        (rows, perInterval) =>
        {
            using ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path);
            Rows.Store(store, rows);
            string file = Path.Combine(folder.Path, "flows.parquet");
            List<Flow> flows =
                [.. FlowPseudonyms.HideAll(store.GetFlows(new TrafficFilter(), null, perInterval, CancellationToken.None), pseudonyms)];
            Assert.Equal(flows.Count,
                store.ExportParquet("flows", new TrafficFilter(), perInterval, file, CancellationToken.None, pseudonyms));
            Assert.Equal(flows.Select(Describe).Order(StringComparer.Ordinal),
                Read(store, file).Select(Describe).Order(StringComparer.Ordinal));
        },
        iter: 12);

    [Fact]
    public void Everything_but_addresses_stays_and_the_Community_ID_is_that_of_the_pseudonyms() => Rows.Many.Sample(
        rows =>
        {
            using ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path);
            Rows.Store(store, rows);
            foreach (Flow flow in store.GetFlows(new TrafficFilter(), null, perInterval: true, CancellationToken.None))
            {
                string before = Describe(flow);
                Flow hidden = FlowPseudonyms.Of(flow, pseudonyms);
                Assert.Equal(before, Describe(flow));
                FlowRow row = rows.First(row => row.FlowId == flow.FlowId);
                if (row.IpVersion == 0)
                {
                    Assert.Null(hidden.CommunityId);
                }
                else
                {
                    row.Source = Of(row.Source, row.IpVersion);
                    row.Destination = Of(row.Destination, row.IpVersion);
                    Assert.Equal(
                        (row.Source.ToString(row.IpVersion), row.Destination.ToString(row.IpVersion), CommunityId.Compute(row)),
                        (hidden.SourceAddress, hidden.DestinationAddress, hidden.CommunityId));
                }

                Assert.Equal(AddressText.Mac(pseudonyms.OfMac(row.SourceMac)), hidden.SourceMac);
                Assert.Equal(AddressText.Mac(pseudonyms.OfMac(row.DestinationMac)), hidden.DestinationMac);
                (hidden.SourceAddress, hidden.DestinationAddress, hidden.CommunityId, hidden.SourceMac, hidden.DestinationMac) =
                    (flow.SourceAddress, flow.DestinationAddress, flow.CommunityId, flow.SourceMac, flow.DestinationMac);
                Assert.Equal(before, Describe(hidden));
            }
        },
        iter: 12);

    /// <summary>Who gives flows another property says here that it gives no address away, or hides it in FlowPseudonyms.</summary>
    [Fact]
    public void Every_property_of_a_flow_is_hidden_or_harmless()
    {
        string[] hidden = ["SourceAddress", "DestinationAddress", "SourceMac", "DestinationMac", "CommunityId"];
        string[] harmless =
        [
            "StartTime", "EndTime", "Duration", "Time", "SourcePort", "DestinationPort", "IpVersion", "IpProtocol", "Protocol",
                "Application",
            "State", "Packets", "Bytes", "SourcePackets", "SourceBytes", "DestinationPackets", "DestinationBytes", "SourceTcpFlags",
            "DestinationTcpFlags", "HandshakeRtt", "SourceRetransmissions", "DestinationRetransmissions", "IcmpType", "IcmpCode", "VlanId",
            "Tunnel", "EtherType", "EndReason", "Interface", "Sensor", "CaptureId", "FlowId",
        ];
        string[] known = [.. hidden.Concat(harmless).Order(StringComparer.Ordinal)];
        Assert.Equal(known, Datasets.Flows.Fields.Select(field => field.Property).Order(StringComparer.Ordinal));
        Assert.Equal(
            known.Append(nameof(Flow.StorePath)).Order(StringComparer.Ordinal),
            typeof(Flow).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Only_flows_are_known_to_have_no_address_left()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        foreach (Dataset dataset in Datasets.All.Where(dataset => dataset != Datasets.Flows))
        {
            Assert.Throws<ArgumentException>(() => store.ExportParquet(
                dataset.Name, new TrafficFilter(), true, Path.Combine(folder.Path, "x.parquet"), CancellationToken.None, pseudonyms));
        }
    }

    private IpAddress128 Of(in IpAddress128 address, byte version) =>
        version == 4 ? IpAddress128.FromIPv4(pseudonyms.OfIPv4((uint)address.Low)) : pseudonyms.OfIPv6(address);

    private static string Describe(Flow flow) => JsonSerializer.Serialize(flow);

    private static List<Flow> Read(TrafficStore store, string file)
    {
        using DuckDBConnection connection = store.Connect();
        using RowReader<Flow> reader = new(
            Datasets.Flows, connection, $"SELECT * FROM read_parquet({Database.Text(file)})", CancellationToken.None);
        List<Flow> read = [];
        while (reader.Read() is { } flow)
        {
            read.Add(flow);
        }

        return read;
    }
}
