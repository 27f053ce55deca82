using System.Diagnostics;
using NetTraffic.Capture;

namespace NetTraffic.Engine;

/// <summary>What a running capture does for its store besides writing: retention and compaction, in the background, now and then.</summary>
internal sealed class StoreKeeper(ITrafficStore store, ITrafficSettings settings, Action<string> warn) : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(15), First = TimeSpan.FromMinutes(1);
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly CancellationTokenSource stop = new();
    private readonly HashSet<string> named = new(StringComparer.Ordinal);
    private TimeSpan next = First;
    private Task work = Task.CompletedTask;

    /// <summary>Begins the work where it is due; returns at once.</summary>
    public void Look()
    {
        if (clock.Elapsed >= next && work.IsCompleted)
        {
            next = clock.Elapsed + Every;
            work = Task.Factory.StartNew(Work, stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    /// <summary>Ends the work, and waits for its end.</summary>
    public void Dispose()
    {
        stop.Cancel();
        ((IAsyncResult)work).AsyncWaitHandle.WaitOne();
        stop.Dispose();
    }

    /// <summary>Removes old hours, and old files of packet rings.</summary>
    public static ClearResult Clear(ITrafficStore store, DateTime before, bool keepRecentlyWritten, bool whatIf,
        CancellationToken cancellationToken)
    {
        ClearResult result = store.Clear(before, keepRecentlyWritten, whatIf, cancellationToken);
        Dictionary<string, CaptureStatus> captures = store.GetCaptures()
            .ToDictionary(capture => capture.CaptureId, StringComparer.OrdinalIgnoreCase);
        foreach (string id in store.GetPacketCaptures())
        {
            cancellationToken.ThrowIfCancellationRequested();
            CaptureStatus? capture = captures.GetValueOrDefault(id);
            if (keepRecentlyWritten && capture is { Kind: "Import" } && (capture.EndTime?.ToUniversalTime() ?? DateTime.MaxValue) >= before)
            {
                continue;
            }

            PacketRingCleared cleared = PacketRingFolder.Clear(
                store.GetPacketFolder(id), UnixTime.ToNanoseconds(before), whatIf, keepNewest: capture is { State: CaptureState.Running },
                result.HeldFiles);
            result.PacketFiles += cleared.Files;
            result.FreedBytes += cleared.Bytes;
        }

        return result;
    }

    private void Work()
    {
        try
        {
            if (settings.GetOption().Retention is { } kept)
            {
                ClearResult cleared = Clear(store, DateTime.UtcNow - kept, keepRecentlyWritten: true, whatIf: false, stop.Token);
                if (cleared.HeldFiles is [var held, ..] && named.Add(held))
                {
                    warn($"{cleared.HeldFiles.Count} files older than the retention stay for now, since another program has them open or "
                        + $"they may not be deleted, '{held}' first. The rest is removed.");
                }
            }

            store.Compact(stop.Token);
            foreach (DamagedFile file in store.DamagedFiles.Where(file => file.IsReadable && named.Add(file.Path)))
            {
                warn($"'{file.Path}' is damaged and left out: {file.Reason} It is moved to the store's folder 'quarantine' "
                    + "as soon as nobody holds it open; answers lack what it had.");
            }
        }
        catch (OperationCanceledException)
        {
            // The capture ends.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            warn($"The store's upkeep failed, and is tried again later: {error.Message}");
        }
    }
}
