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

            IReadOnlyList<TrafficSummaryItem> found =
                store.GetSummary(key, int.MaxValue, null, new TrafficFilter(), CancellationToken.None);
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
                    && (wanted(row.Source, row.IpVersion) || wanted(row.Destination, row.IpVersion)))
                    .Sum(row => row.SourcePackets + row.DestinationPackets);
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_no_table_tells_is_refused_and_not_answered_with_nothing(bool rows)
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path, () => new Facts { Tells = AddressFact.Suspicious });
        if (rows)
        {
            Rows.Store(store, Rows.Many.Where(some => some.Count > 0).Single());
        }

        Action[] questions =
        [
            () => store.GetSummary(SummaryKey.Country, 10, null, new TrafficFilter(), CancellationToken.None),
            () => store.GetSummary(SummaryKey.AsNumber, 10, TimeSpan.FromHours(1), new TrafficFilter(), CancellationToken.None),
            () => store.GetSummary(new TrafficFilter { Country = ["DE"] }, CancellationToken.None),
            () => Assert.Empty(store.GetFlows(new TrafficFilter { AsNumber = ["AS1"] }, null, false, CancellationToken.None)),
            () => store.ExportParquet(
                "flows", new TrafficFilter(), false, Path.Combine(folder.Path, "x"), CancellationToken.None, enriched: true),
        ];
        Assert.All(questions, question => Assert.Equal(TrafficErrors.NoGeoDatabase, Assert.Throws<TrafficException>(question).Error));
        store.GetSummary(new TrafficFilter { Suspicious = true }, CancellationToken.None);
    }

    /// <summary>Countries by the last bits of an address; a quarter of the addresses is in none.</summary>
    private sealed class Facts : IAddressFacts
    {
        /// <summary>The only fact that it can tell; null: all.</summary>
        public AddressFact? Tells { get; init; }

        public bool CanTell(AddressFact fact) => Tells is null || fact == Tells;

        private static readonly string?[] Codes = ["DE", "US", null, "FR"];

        public string? CountryCode(in IpAddress128 address, byte ipVersion) => Codes[(int)(address.Low & 3)];

        public long? AsNumber(in IpAddress128 address, byte ipVersion) => (address.Low & 4) == 0 ? null : 64500 + (long)(address.Low & 3);

        public string? Organization(in IpAddress128 address, byte ipVersion) => (address.Low & 4) == 0 ? null : "Exämple, Inc. 'quoted'";

        public bool IsSuspicious(in IpAddress128 address, byte ipVersion) => (address.Low & 7) == 5;
    }
}
