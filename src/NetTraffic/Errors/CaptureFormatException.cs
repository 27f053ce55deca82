namespace NetTraffic.Packets;

/// <summary>A capture file or stream is not what it should be from some byte on.</summary>
/// <param name="message">What is wrong, without the offset.</param>
/// <param name="offset">Byte offset in the (uncompressed) stream where the damage begins; 0: not a capture at all.</param>
/// <param name="truncated">True where the data merely ends too early.</param>
/// <param name="inner">The error beneath, if any.</param>
public sealed class CaptureFormatException(string message, long offset, bool truncated, Exception? inner = null) : TrafficException(
    offset == 0 ? TrafficErrors.NotACaptureFile : TrafficErrors.DamagedCaptureFile,
    message,
    offset == 0 ? null : $"The damage begins at byte {offset}; everything before it was read.",
    inner)
{
    /// <summary>Byte offset in the (uncompressed) stream where the damage begins; 0: not a capture at all.</summary>
    public long Offset { get; } = offset;

    /// <summary>True where the data merely ends too early.</summary>
    public bool Truncated { get; } = truncated;
}
