using CsCheck;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

/// <summary>Questions about what is known of addresses: where they are, and whether they are suspicious.</summary>
public class FactTests
{
    private const int Tries = 6;
    private static readonly Facts Known = new();

    [Theory]
    [InlineData(SummaryKey.Country)]
    [InlineData(SummaryKey.AsNumber)]
    [InlineData(SummaryKey.Organization)]
    public void Groups_count_what_stays_within_one_once(SummaryKey key) => Rows.Many.Sample(
        rows =>
        {
            using ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path, () => Known);
            Rows.Store(store, rows);
            AddressFact fact = AddressFacts.Of(key)!.Value;
            Dictionary<string, (long Packets, long Sent, long Received, HashSet<ulong> Flows)> expected = new(StringComparer.Ordinal);
            foreach (FlowRow row in rows)
            {
                string source = Text(row.IpVersion, row.Source);
                string destination = Text(row.IpVersion, row.Destination);
                bool within = source == destination;
                long bytes = row.SourceBytes + row.DestinationBytes;
                Add(source, row, within ? bytes : row.SourceBytes, within ? bytes : row.DestinationBytes);
                if (!within)
                {
                    Add(destination, row, row.DestinationBytes, row.SourceBytes);
                }
            }

            IReadOnlyList<TrafficSummaryItem> found = store.GetSummary(key, int.MaxValue, null, new TrafficFilter(), CancellationToken.None);
            Assert.Equal(expected.Count, found.Count);
            Assert.All(found, item =>
            {
                (long packets, long sent, long received, HashSet<ulong> flows) = expected[item.Name];
                Assert.Equal((packets, sent, received, flows.Count), (item.Packets, item.SentBytes, item.ReceivedBytes, (int)item.Flows));
            });
            long series = store.GetSummary(key, int.MaxValue, TimeSpan.FromMinutes(10), new TrafficFilter(), CancellationToken.None)
                .Sum(item => item.Packets);
            Assert.Equal(expected.Values.Sum(sums => sums.Packets), series);

            string Text(byte version, IpAddress128 address) =>
                (version == 0 ? null : AddressFacts.Text(Known, fact, address.ToString(version))) ?? "(none)";

            void Add(string name, FlowRow row, long sent, long received)
            {
                (long Packets, long Sent, long Received, HashSet<ulong> Flows) sums =
                    expected.TryGetValue(name, out var known) ? known : (0, 0, 0, []);
                sums.Flows.Add(row.FlowId);
                expected[name] = (sums.Packets + row.SourcePackets + row.DestinationPackets, sums.Sent + sent, sums.Received + received,
                    sums.Flows);
            }
        },
        iter: Tries);

    [Fact]
    public void Filters_choose_by_either_end() => Rows.Many.Sample(
        rows =>
        {
            using ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path, () => Known);
            Rows.Store(store, rows);
            (TrafficFilter Filter, Func<IpAddress128, byte, bool> Wanted)[] filters =
            [
                (new TrafficFilter { Country = ["DE"] }, (address, version) => Known.CountryCode(address, version) == "DE"),
                (new TrafficFilter { AsNumber = ["AS64500"] }, (address, version) => Known.AsNumber(address, version) == 64500),
                (new TrafficFilter { Suspicious = true }, (address, version) => Known.IsSuspicious(address, version)),
            ];
            foreach ((TrafficFilter filter, Func<IpAddress128, byte, bool> wanted) in filters)
            {
                long expected = rows.Where(row => row.IpVersion != 0
                    && (wanted(row.Source, row.IpVersion) || wanted(row.Destination, row.IpVersion))).Sum(row => row.SourcePackets + row.DestinationPackets);
                Assert.Equal(expected, store.GetSummary(filter, CancellationToken.None).Packets);
                Assert.Equal(expected, store.GetFlows(filter, null, perInterval: true, CancellationToken.None).Sum(flow => flow.Packets));
            }
        },
        iter: Tries);

    [Fact]
    public void A_store_that_knows_nothing_of_addresses_refuses()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Rows.Store(store, Rows.Many.Single());
        Assert.Throws<InvalidOperationException>(() => store.GetSummary(new TrafficFilter { Country = ["DE"] }, CancellationToken.None));
    }

    /// <summary>Countries by the last bits of an address; a quarter of the addresses is in none.</summary>
    private sealed class Facts : IAddressFacts
    {
        private static readonly string?[] Codes = ["DE", "US", null, "FR"];

        public string? CountryCode(in IpAddress128 address, byte ipVersion) => Codes[(int)(address.Low & 3)];

        public long? AsNumber(in IpAddress128 address, byte ipVersion) => (address.Low & 4) == 0 ? null : 64500 + (long)(address.Low & 3);

        public string? Organization(in IpAddress128 address, byte ipVersion) => (address.Low & 4) == 0 ? null : "Exämple, Inc. 'quoted'";

        public bool IsSuspicious(in IpAddress128 address, byte ipVersion) => (address.Low & 7) == 5;
    }
}
