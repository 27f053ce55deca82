using System.Text;
using CsCheck;
using NetTraffic.Packets;

namespace NetTraffic.Engine.Tests;

/// <summary>Rows written by their table of columns stand in the file as objects from the pipeline do.</summary>
public class DatasetExportTests
{
    private static Gen<T> Const<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static readonly Gen<string> Name = Gen.OneOf(
        Const(
            "eth0", "", " ", "a b", " a", "a ", "=1+1", " =1", "+1", "-1", "@x", "\t=1", "＝1", "'", "\"", "a\"b", "a,b", "a;b", "a\nb",
            "\r", "\0", "\u001b[31m",
            "\u202eabc", "ä", "日本", "😀", "<b>", "&", "\\", "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", "2001:db8::1", "#x", "-", "=", "|x", "'=x"),
        Gen.String);

    private static readonly Gen<DateTime> Time = Gen.OneOf(
        Gen.DateTime.Select(time => DateTime.SpecifyKind(time, DateTimeKind.Utc)),
        Gen.DateTime.Select(time => DateTime.SpecifyKind(time, DateTimeKind.Local)),
        Const(DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc), DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc),
            DateTime.UnixEpoch));

    private static readonly Gen<Flow> Flows = Gen.Select(
        Gen.Select(Time, Time, Time, Gen.ULong), Gen.Select(Name, Name, Name, Name, Name, Name),
        Gen.Select(Gen.Int, Gen.UShort, Gen.Long, Gen.Bool),
        Gen.Select(Const(0L, 1L, 9L, 10L, 999_999L, 1_000_000L, 12_345_678_901L), Gen.Byte)).Select((times, names, numbers, rest) =>
            new Flow
            {
                StartTime = times.Item1,
                EndTime = times.Item2,
                Time = times.Item3,
                FlowId = times.Item4,
                Interface = names.Item1,
                Sensor = names.Item2,
                CaptureId = names.Item3,
                SourceAddress = numbers.Item4 ? names.Item4 : null,
                Application = numbers.Item4 ? names.Item5 : null,
                Protocol = names.Item6,
                SourcePort = numbers.Item4 ? numbers.Item1 : null,
                VlanId = numbers.Item2,
                SourceBytes = numbers.Item3,
                HandshakeRtt = numbers.Item4 ? TimeSpan.FromTicks(rest.Item1 * 10) : null,
                SourceTcpFlags = numbers.Item4 ? (TcpFlags)rest.Item2 : null,
            });

    public static TheoryData<ExportFormat, bool> Formats =>
        new() { { ExportFormat.Csv, false }, { ExportFormat.Json, false }, { ExportFormat.Json, true } };

    [Theory]
    [MemberData(nameof(Formats))]
    public void Flows_stand_in_the_file_as_objects_do(ExportFormat format, bool asArray) =>
        Flows.List[0, 30].Sample(flows => Same(Datasets.Flows, flows, format, asArray), iter: 200);

    [Theory]
    [MemberData(nameof(Formats))]
    public void Intervals_stand_in_the_file_as_objects_do(ExportFormat format, bool asArray) => Same(
        Datasets.Captures,
        [new CaptureInterval(),
            new CaptureInterval { CaptureId = "=x", Interface = "a,\"b", Packets = long.MaxValue, LostRows = -1,
                Time = DateTime.UnixEpoch }],
        format, asArray);

    [Fact]
    public void A_row_is_written_without_allocating()
    {
        Flow flow = new()
        {
            StartTime = DateTime.UnixEpoch,
            EndTime = DateTime.UnixEpoch.AddSeconds(1.5),
            Time = DateTime.UnixEpoch,
            SourceAddress = "2001:db8::1",
            SourcePort = 50_000,
            Protocol = "TCP",
            State = "SF",
            SourceTcpFlags = TcpFlags.Syn | TcpFlags.Ack,
            HandshakeRtt = TimeSpan.FromMicroseconds(17),
            Interface = "eth0",
            Sensor = "probe",
            CaptureId = "20260301T120000-abcdef",
            FlowId = ulong.MaxValue,
        };
        foreach (ExportFormat format in new[] { ExportFormat.Csv, ExportFormat.Json })
        {
            using DatasetWriter writer = DatasetWriter.Create(format, Stream.Null, asArray: false);
            writer.Begin(Datasets.Flows.Fields);
            void Rows()
            {
                for (int i = 0; i < 1000; i++)
                {
                    writer.Write(flow, Datasets.Flows.Fields);
                }
            }

            Rows();
            long before = GC.GetAllocatedBytesForCurrentThread();
            Rows();
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000 * 64);
        }
    }

    private static void Same<TRow>(Dataset<TRow> dataset, IReadOnlyList<TRow> rows, ExportFormat format, bool asArray)
        where TRow : class
    {
        using MemoryStream byTable = new();
        Assert.Equal(rows.Count, DatasetExport.Write(dataset, rows, format, asArray, byTable, null, CancellationToken.None));
        using MemoryStream asObjects = new();
        using (RowWriter writer = RowWriter.Create(format, asObjects, asArray))
        {
            string[] names = [.. dataset.Fields.Select(field => field.Property)];
            writer.Begin(names);
            foreach (TRow row in rows)
            {
                writer.Write(names, [.. names.Select(name => typeof(TRow).GetProperty(name)!.GetValue(row))]);
            }

            writer.Complete();
        }

        Assert.Equal(Encoding.UTF8.GetString(asObjects.ToArray()), Encoding.UTF8.GetString(byTable.ToArray()));
    }
}
