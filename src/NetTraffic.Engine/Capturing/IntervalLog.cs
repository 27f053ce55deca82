namespace NetTraffic.Engine;

/// <summary>Turns a lane's cumulative numbers into rows of the captures dataset.</summary>
internal sealed class IntervalLog(ICaptureWriter writer, string name)
{
    private LaneNumbers last;
    private long startNs;
    private long lostRows;

    /// <summary>Writes the row of the interval that just ended.</summary>
    /// <param name="endNs">Its end, in nanoseconds since 1970.</param>
    /// <param name="now">The lane's numbers then.</param>
    /// <param name="firstNs">Where the first interval began; later ones begin where the one before ended.</param>
    public void Write(long endNs, in LaneNumbers now, long firstNs = long.MaxValue)
    {
        long beginNs = startNs != 0 ? startNs : Math.Min(firstNs, firstNs == long.MaxValue ? UnixTime.ToNanoseconds(writer.Status.StartTime) : endNs);
        writer.Write(new CaptureInterval
        {
            CaptureId = writer.Status.CaptureId,
            Sensor = writer.Status.Sensor,
            Interface = name,
            Time = UnixTime.FromNanoseconds(Math.Min(beginNs, endNs)),
            EndTime = UnixTime.FromNanoseconds(endNs),
            Packets = now.Packets - last.Packets,
            Bytes = now.Bytes - last.Bytes,
            KernelDrops = now.KernelDrops - last.KernelDrops,
            InterfaceDrops = now.InterfaceDrops - last.InterfaceDrops,
            DecodeFailures = now.DecodeFailures - last.DecodeFailures,
            Flows = now.Flows - last.Flows,
            ActiveFlows = now.ActiveFlows,
            EvictedFlows = now.EvictedFlows - last.EvictedFlows,
            LostRows = writer.LostRows - lostRows,
            MemoryBytes = GC.GetTotalMemory(false),
        });
        last = now;
        startNs = endNs;
        lostRows = writer.LostRows;
    }
}
