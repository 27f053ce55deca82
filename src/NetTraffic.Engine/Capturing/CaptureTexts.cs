namespace NetTraffic.Engine;

/// <summary>A capture's numbers in words.</summary>
public static class CaptureTexts
{
    /// <summary>One line for progress bars and job lists.</summary>
    public static string Numbers(CaptureStatus now)
    {
        long drops = now.KernelDrops + now.InterfaceDrops;
        return $"{Display.Count(now.Packets)} packets, {Display.Bytes(now.Bytes)}, {Display.PacketRate(now.PacketsPerSecond)}, "
            + $"{Display.BitRate(now.BitsPerSecond)}, {Display.Count(now.Flows)} flows, {Display.Count(drops)} dropped";
    }

    /// <summary>The error of a capture that failed.</summary>
    public static CaptureException Failure(CaptureStatus last) => new(
        CaptureProblem.Other, last.Message ?? "The capture failed.",
            $"What was captured before is stored: Get-NetFlow -CaptureId {last.CaptureId}");

    /// <summary>How far a capture with an end is, in per cent; -1 for one without.</summary>
    public static int Percent(CaptureStatus now, TimeSpan? duration, long? packets)
    {
        double byTime = duration is { } length ? (DateTime.UtcNow - now.StartTime.ToUniversalTime()) / length : -1;
        double byCount = packets is { } count ? (double)now.Packets / count : -1;
        double done = Math.Max(byTime, byCount);
        return done < 0 ? -1 : (int)Math.Clamp(100 * done, 0, 100);
    }

    /// <summary>Seconds left, or -1.</summary>
    public static int SecondsLeft(CaptureStatus now, TimeSpan? duration) =>
        duration is { } length
            ? (int)Math.Clamp((now.StartTime.ToUniversalTime() + length - DateTime.UtcNow).TotalSeconds, 0, int.MaxValue)
            : -1;
}
