namespace NetTraffic.Engine;

/// <summary>Writes rows of the captures dataset: what each interface of a capture counted in each interval.</summary>
internal sealed class IntervalLog(ICaptureWriter writer)
{
    private readonly Dictionary<int, (CaptureCounters Counters, long EndNs)> last = [];
    private long lostRows;

    /// <summary>Writes the row of an interval that just ended.</summary>
    /// <param name="number">Which interface, from 0.</param>
    /// <param name="name">Its name.</param>
    /// <param name="endNs">The interval's end, in nanoseconds since 1970.</param>
    /// <param name="now">What the interface has counted until then.</param>
    /// <param name="firstNs">Where the interface's first interval began; later ones begin where the one before ended.</param>
    public void Write(int number, string name, long endNs, CaptureCounters now, long firstNs)
    {
        (CaptureCounters before, long beginNs) = last.GetValueOrDefault(number, (new CaptureCounters(), Math.Min(firstNs, endNs)));
        CaptureInterval interval = new()
        {
            CaptureId = writer.Status.CaptureId,
            Sensor = writer.Status.Sensor,
            Interface = name,
            Time = UnixTime.FromNanoseconds(Math.Min(beginNs, endNs)),
            EndTime = UnixTime.FromNanoseconds(endNs),
        };
        interval.CopyFrom(now.Since(before));

        // Rows are lost by the capture as a whole: the interface whose interval ends next tells of them, and no other does.
        interval.LostRows = writer.LostRows - lostRows;
        lostRows = writer.LostRows;
        last[number] = (now, endNs);
        writer.Write(interval);
    }
}
