using DuckDB.NET.Data;
using NetTraffic.Store.Parquet;

namespace NetTraffic.Store.Tests;

/// <summary>What stands in segments is what the tables of columns say.</summary>
public class DatasetTests
{
    [Fact]
    public void A_flow_read_from_the_store_is_the_one_that_the_table_makes_of_its_row() => CsCheck.Check.Sample(
        Rows.Many,
        rows =>
        {
            using Testing.ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path);
            CaptureStatus capture = Rows.Store(store, rows);
            string[] expected =
            [
                .. rows.Select(row => new FlowOrigin(capture.CaptureId, "probe", Rows.Interfaces[row.InterfaceIndex]))
                    .Zip(rows, (origin, row) => Describe(Datasets.Flows.ToFlow(row, origin))),
            ];
            Assert.Equal(
                expected.Order(StringComparer.Ordinal),
                store.GetFlows(new TrafficFilter(), null, perInterval: true, CancellationToken.None).Select(Describe)
                    .Order(StringComparer.Ordinal));
        },
        iter: 6);

    [Fact]
    public void Rows_of_the_captures_dataset_come_back_as_they_were_written()
    {
        using Testing.ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        CaptureInterval written = new()
        {
            Sensor = "s'1",
            Interface = "eth0\t",
            Time = UnixTime.FromMicroseconds(Rows.BaseUs),
            EndTime = UnixTime.FromMicroseconds(Rows.BaseUs + 5_000_001),
            Packets = 1,
            Bytes = 2,
            KernelDrops = 3,
            InterfaceDrops = 4,
            DecodeFailures = 5,
            Flows = 6,
            ActiveFlows = 7,
            EvictedFlows = 8,
            LostRows = 9,
            MemoryBytes = long.MaxValue,
        };
        using (ICaptureWriter writer = store.CreateCapture(new CaptureStatus { Sensor = "s'1" }, new CaptureWriterOptions()))
        {
            written.CaptureId = writer.Status.CaptureId;
            writer.Write(written);
            writer.Complete(CaptureState.Completed, null);
        }

        CaptureInterval found = Assert.Single(store.GetCaptureIntervals(new TrafficFilter(), CancellationToken.None));
        Assert.Equal(Describe(written), Describe(found));
    }

    /// <summary>The columns that are gathered by hand say what the table of columns says.</summary>
    [Fact]
    public void Rows_are_stored_as_the_table_of_columns_says() => CsCheck.Check.Sample(
        Rows.Many,
        rows =>
        {
            using Testing.ScratchFolder folder = new();
            AssertSameRows(
                folder.Path, Encode(rows, byTable: false), Encode(rows, byTable: true), rows.Count);
        },
        iter: 6);

    private static byte[] Encode(List<FlowRow> rows, bool byTable)
    {
        FlowColumns columns = new("capture", "probe", byTable);
        columns.Clear();
        foreach (FlowRow row in rows)
        {
            columns.Add(row, Rows.Interfaces);
        }

        return columns.Encode(new ParquetFile()).ToArray();
    }

    private static void AssertSameRows(string folder, byte[] left, byte[] right, int count)
    {
        string[] paths = [Path.Combine(folder, "left.parquet"), Path.Combine(folder, "right.parquet")];
        File.WriteAllBytes(paths[0], left);
        File.WriteAllBytes(paths[1], right);
        using DuckDBConnection connection = Database.Open(512);
        string[] from = [.. paths.Select(path => $"SELECT * FROM read_parquet({Database.Text(path)})")];
        Assert.Equal((long)count, Database.Scalar(connection, $"SELECT count(*) FROM ({from[0]})"));
        Assert.Equal(0L, Database.Scalar(connection, $"SELECT count(*) FROM ({from[0]} EXCEPT ALL {from[1]})"));
        Assert.Equal(0L, Database.Scalar(connection, $"SELECT count(*) FROM ({from[1]} EXCEPT ALL {from[0]})"));
    }

    private static string Describe<TRow>(TRow row) =>
        string.Join('|', typeof(TRow).GetProperties().Select(property => $"{property.Name}={property.GetValue(row)}"));
}
