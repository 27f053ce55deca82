namespace NetTraffic;

/// <summary>The captures of a store, seen by every process that uses it. Safe for several threads.</summary>
public interface ICaptureCatalog
{
    /// <summary>
    /// Every running or past capture, newest first; a Running one whose process is gone is given as Crashed (and marked so in the store
    /// where
    /// it can be written).
    /// </summary>
    IReadOnlyList<CaptureStatus> GetCaptures();

    /// <summary>Makes a capture visible, as Running, to every process that uses the store, and opens its writer.</summary>
    ICaptureWriter CreateCapture(CaptureStatus status, CaptureWriterOptions options);

    /// <summary>
    /// Waits until no other import into the store is about to complete, and keeps others from it until disposed of: so of two imports of
    /// one file the second finds the first.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    IDisposable LockImports(CancellationToken cancellationToken);

    /// <summary>Asks the process that runs a capture to stop it; false where it is not running.</summary>
    bool RequestStop(string captureId);

    /// <summary>Folder where a capture's raw packets are kept; not there where none are.</summary>
    /// <exception cref="ArgumentException">That is no capture's identifier.</exception>
    string GetPacketFolder(string captureId);

    /// <summary>Imports that have not completed, of which nothing counts: neither flows nor packets.</summary>
    IReadOnlyCollection<string> GetUnfinishedImports();

    /// <summary>The captures that have such a folder, oldest first.</summary>
    IReadOnlyList<string> GetPacketCaptures();
}
