using System.Diagnostics;
using NetTraffic.Capture;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>Imports one capture file into a store.</summary>
internal static class FileImport
{
    private static readonly TimeSpan StatusEvery = TimeSpan.FromSeconds(1);

    public static ImportResult Run(ImportRequest request, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        Stopwatch clock = Stopwatch.StartNew();
        GivenNames.Check(request.Name, request.Sensor);
        using FileContent content = new(request.Path);
        using CaptureFileSource source = CaptureFileSource.Open(request.Path, content.OnUnpacked, cancellationToken);
        using ITrafficStore store = TrafficEngine.OpenStore(request.StorePath);
        EarlierImport? earlier = source.IsArriving ? null : EarlierImport.Find(store, request.Path);
        if (request.SkipKnown && earlier is { IsWhole: true })
        {
            return Known(request, earlier, clock.Elapsed);
        }

        if (!source.IsArriving && !source.IsCompressed)
        {
            content.Begin();
        }

        using LaterPackets? later = request.SkipKnown && earlier is not null ? new LaterPackets(source, earlier.Packets) : null;
        IPacketSource packets = later ?? (IPacketSource)source;
        bool input = request.Path == CaptureFileSource.StandardInput;
        string file = input ? "stdin" : Path.GetFileName(request.Path);
        TrafficOption option = TrafficEngine.OpenSettings(store.Path).GetOption();
        CaptureStatus status = new()
        {
            Kind = "Import",
            Path = input ? request.Path : Path.GetFullPath(request.Path),
            Name = request.Name ?? file,
            Sensor = request.Sensor ?? option.Sensor,
            PacketRingSize = TrafficEngine.Bound(request.PacketRing),
        };
        using ICaptureWriter writer = store.CreateCapture(
            status,
            new CaptureWriterOptions { WholeOrNothing = !source.IsArriving });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using PacketRing? ring = request.PacketRing is { } kept
            ? new PacketRing(store.GetPacketFolder(status.CaptureId), kept with { Wait = true })
            : null;
        using ImportPipeline pipeline = new(packets, writer, request.Flows, file, source.IsArriving, ring,
            TunnelPort.ParseAll(option.TunnelPorts), stop.Token);
        TimeSpan published = TimeSpan.Zero;
        Exception? damage;
        try
        {
            damage = pipeline.Run(() =>
            {
                PacketSourceCounters counters = source.Counters;
                progress?.Report(new ImportProgress(counters.Position, counters.Length, counters.Packets, pipeline.Flows.Flows));
                if (clock.Elapsed - published >= StatusEvery)
                {
                    published = clock.Elapsed;
                    Refresh(status, source, pipeline, ring);
                    writer.UpdateStatus();
                    if (writer.StopRequested)
                    {
                        stop.Cancel();
                    }
                }
            });
            ring?.Complete();
            Refresh(status, source, pipeline, ring);
            writer.Flush();
            if (writer.WriteProblem is { } problem)
            {
                throw new StoreException(problem);
            }
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or InvalidOperationException or OutOfMemoryException)
        {
            ring?.Complete();
            Refresh(status, source, pipeline, ring);
            writer.Complete(CaptureState.Failed, error.Message);
            throw;
        }

        ImportResult result = Result(request, packets, pipeline, status);
        result.EarlierCaptureId = earlier?.Import.CaptureId;
        result.EarlierPackets = earlier?.Packets ?? 0;
        result.PacketRingMessage = ring?.LastProblem;
        result.Message = source.Remark;
        if (damage is CaptureFormatException found)
        {
            result.DamageOffset = found.Offset;
            result.Message = found.Message;
            result.Complete = false;
        }
        else if (damage is not null and not OperationCanceledException)
        {
            writer.Complete(CaptureState.Failed, damage.Message);
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(damage);
        }

        if (stop.IsCancellationRequested)
        {
            writer.Complete(CaptureState.Stopped, "Stopped before the file's end.");
            cancellationToken.ThrowIfCancellationRequested();
            result.Complete = false;
            result.Message = "Stopped before the file's end.";
        }

        if (!source.IsArriving)
        {
            Remember(status, content, result.Complete ? source.Counters.Position : 0, source.IsAtEnd);
            status.FilePackets = result.Packets + (later is null ? 0 : earlier!.Packets);
            status.FirstPacketTime = result.StartTime;
            status.LastPacketTime = result.EndTime;
        }

        using (source.IsArriving ? null : store.LockImports(cancellationToken))
        {
            // Another process may have brought the file meanwhile, or a part of it.
            if (!source.IsArriving && FindAgain(store, request.Path) is { } meanwhile
                && meanwhile.Import.CaptureId != earlier?.Import.CaptureId)
            {
                if (request.SkipKnown)
                {
                    writer.Discard();
                    return Run(request, progress, cancellationToken);
                }

                result.EarlierCaptureId = meanwhile.Import.CaptureId;
                result.EarlierPackets = meanwhile.Packets;
            }

            writer.Complete(CaptureState.Completed,
                result.Message is null ? result.PacketRingMessage : Display.Damage(result.Message, result.DamageOffset));
        }

        if (!source.IsArriving && writer.WriteProblem is { } unpublished)
        {
            throw new StoreException(unpublished);
        }

        progress?.Report(new ImportProgress(source.Counters.Position, source.Counters.Length, result.Packets, result.Flows));
        result.Elapsed = clock.Elapsed;
        return result;
    }

    /// <summary>The earlier import of a file that was imported; null where somebody removed the file meanwhile.</summary>
    private static EarlierImport? FindAgain(ITrafficStore store, string path)
    {
        try
        {
            return EarlierImport.Find(store, path);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException and not TrafficException)
        {
            return null;
        }
    }

    /// <summary>What a file is that the store has already, and that is not imported again.</summary>
    private static ImportResult Known(ImportRequest request, EarlierImport earlier, TimeSpan elapsed) => new()
    {
        Path = request.Path,
        CaptureId = earlier.Import.CaptureId,
        Complete = true,
        EarlierCaptureId = earlier.Import.CaptureId,
        EarlierPackets = earlier.Packets,
        Message = earlier.IsStored ? null
            : "The store has it already, though a part of its traffic was cleared since, or is damaged. It is not imported "
            + "again, since the rest would count twice; import it into a store of its own with -StorePath.",
        Elapsed = elapsed,
    };

    /// <summary>
    /// Notes what the file is known by when it is imported again. One that somebody removed meanwhile is stored all the same, and not
    /// known.
    /// </summary>
    private static void Remember(CaptureStatus status, FileContent content, long read, bool toItsEnd)
    {
        try
        {
            (status.FileBytes, FileFingerprint fingerprint) = content.Finish(read, toItsEnd);
            status.FileFingerprint = fingerprint.ToString();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            status.FileFingerprint = null;
        }
    }

    private static ImportResult Result(ImportRequest request, IPacketSource source, ImportPipeline pipeline, CaptureStatus status) =>
        new()
        {
            Path = request.Path,
            CaptureId = status.CaptureId,
            Complete = true,
            Packets = source.Counters.Packets,
            Bytes = source.Counters.Bytes,
            Flows = pipeline.Flows.Flows,
            DecodeFailures = status.DecodeFailures,
            DecodeFailureReasons = status.DecodeFailureReasons,
            PacketRingPackets = status.PacketRingPackets,
            PacketRingLostPackets = status.PacketRingLostPackets,
            StartTime = pipeline.FirstNs == long.MaxValue ? null : UnixTime.FromNanoseconds(pipeline.FirstNs),
            EndTime = pipeline.FirstNs == long.MaxValue ? null : UnixTime.FromNanoseconds(pipeline.LastNs),
        };

    private static void Refresh(CaptureStatus status, CaptureFileSource source, ImportPipeline pipeline, PacketRing? ring)
    {
        LaneCounters.Refresh(status, [pipeline.Counters], ring, TimeSpan.Zero);
        status.Interfaces = [.. source.Interfaces.Select(known => known.Name).Where(name => name.Length > 0).Distinct()];
    }
}
