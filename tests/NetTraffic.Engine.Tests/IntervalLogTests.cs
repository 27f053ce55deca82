namespace NetTraffic.Engine.Tests;

/// <summary>What the captures dataset says of two interfaces of one capture.</summary>
public sealed class IntervalLogTests
{
    private const long BeginNs = 1_700_000_000_000_000_000, SecondNs = 1_000_000_000;

    [Fact]
    public void An_interval_has_what_was_counted_in_it_and_begins_where_the_one_before_ended()
    {
        WriterDouble writer = new();
        IntervalLog log = new(writer);
        log.Write(0, "eth0", BeginNs + (5 * SecondNs), new CaptureCounters { Packets = 10, ActiveFlows = 4 }, BeginNs);
        log.Write(1, "eth1", BeginNs + (5 * SecondNs), new CaptureCounters { Packets = 3, ActiveFlows = 1 }, BeginNs);
        log.Write(0, "eth0", BeginNs + (10 * SecondNs), new CaptureCounters { Packets = 12, ActiveFlows = 2 }, BeginNs);
        Assert.Equal(
            [("eth0", 0, 5, 10L, 4L), ("eth1", 0, 5, 3L, 1L), ("eth0", 5, 10, 2L, 2L)],
            writer.Intervals.Select(row => (row.Interface, Second(row.Time), Second(row.EndTime), row.Packets, row.ActiveFlows)));
    }

    [Fact]
    public void Lost_rows_are_told_once_whatever_the_number_of_interfaces()
    {
        WriterDouble writer = new() { LostRows = 7 };
        IntervalLog log = new(writer);
        log.Write(0, "eth0", BeginNs, new CaptureCounters(), BeginNs);
        log.Write(1, "eth1", BeginNs, new CaptureCounters(), BeginNs);
        writer.LostRows = 9;
        log.Write(1, "eth1", BeginNs + SecondNs, new CaptureCounters(), BeginNs);
        Assert.Equal([7L, 0L, 2L], writer.Intervals.Select(row => row.LostRows));
    }

    private static int Second(DateTime time) => (int)((time - DateTime.UnixEpoch).TotalSeconds - (BeginNs / SecondNs));

    /// <summary>A writer that keeps what it is given.</summary>
    private sealed class WriterDouble : ICaptureWriter
    {
        public List<CaptureInterval> Intervals { get; } = [];

        public CaptureStatus Status { get; } = new() { CaptureId = "c", Sensor = "s" };

        public bool StopRequested => false;

        public long WrittenRows => 0;

        public long LostRows { get; set; }

        public string? WriteProblem => null;

        public void Write(ReadOnlySpan<FlowRow> rows, IReadOnlyList<string> interfaces)
        {
        }

        public void Write(CaptureInterval interval) => Intervals.Add(interval);

        public void Flush()
        {
        }

        public void UpdateStatus()
        {
        }

        public void Complete(CaptureState state, string? message)
        {
        }

        public void Discard()
        {
        }

        public void Dispose()
        {
        }
    }
}
