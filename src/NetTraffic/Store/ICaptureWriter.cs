namespace NetTraffic;

/// <summary>
/// Writes one capture's rows. Used by one thread, but for <see cref="Status"/>, <see cref="UpdateStatus"/> and <see
/// cref="StopRequested"/>, which another may use.
/// </summary>
public interface ICaptureWriter : IDisposable
{
    /// <summary>The capture, as it was registered.</summary>
    CaptureStatus Status { get; }

    /// <summary>
    /// Adds rows. Segments are closed by size as needed. <paramref name="interfaces"/> names <see cref="FlowRow.InterfaceIndex"/>.
    /// </summary>
    void Write(ReadOnlySpan<FlowRow> rows, IReadOnlyList<string> interfaces);

    /// <summary>Adds a row to the captures dataset.</summary>
    void Write(CaptureInterval interval);

    /// <summary>
    /// Makes everything written so far durable and visible to readers. With the disk full rows are kept, up to <see
    /// cref="CaptureWriterOptions.MaxPendingRows"/>, and tried again at the next flush; past that the oldest are dropped and counted in
    /// <see cref="LostRows"/>.
    /// </summary>
    void Flush();

    /// <summary>
    /// Publishes the capture's numbers (the status file). Cheap; called about once a second. Never throws for a full disk.
    /// </summary>
    void UpdateStatus();

    /// <summary>Whether somebody asked for this capture to stop.</summary>
    bool StopRequested { get; }

    /// <summary>Rows durable in the store.</summary>
    long WrittenRows { get; }

    /// <summary>Rows given up because the disk stayed full.</summary>
    long LostRows { get; }

    /// <summary>Why the last flush could not write, or null where it could.</summary>
    string? WriteProblem { get; }

    /// <summary>Flushes, closes, and publishes the final state.</summary>
    void Complete(CaptureState state, string? message);

    /// <summary>Removes all of a capture that counts as a whole or not at all, and that there was one.</summary>
    void Discard();
}
