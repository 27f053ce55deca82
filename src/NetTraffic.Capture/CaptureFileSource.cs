using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// Packets of a capture file: pcap (micro- and nanosecond, both byte orders) or pcapng, gzip'd or not, told apart by content.
/// Formats: draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng.
/// </summary>
public sealed class CaptureFileSource : IPacketSource
{
    private readonly ByteWindow window;
    private readonly InterfaceList interfaces = new();
    private readonly SourceCounts counts = new();

    private CaptureFileSource(ByteWindow window) => this.window = window;

    /// <inheritdoc/>
    public IReadOnlyList<PacketInterface> Interfaces => interfaces;

    /// <inheritdoc/>
    public PacketSourceCounters Counters => new()
    {
        Packets = counts.Packets,
        Bytes = counts.Bytes,
        KernelDrops = counts.KernelDrops,
        InterfaceDrops = counts.InterfaceDrops,
        Position = window.SourcePosition,
        Length = window.SourceLength,
    };

    /// <summary>What the file says was received and lost, per interface that it says so of; as far as it has been read.</summary>
    public IReadOnlyList<InterfaceStatistics> Statistics => counts.Statistics;

    /// <summary>Opens a capture file and looks at its first bytes.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="IOException">It cannot be read: a directory, a broken disk.</exception>
    /// <exception cref="CaptureFormatException">It is empty, or no capture file; the offset is 0.</exception>
    public static CaptureFileSource Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"'{path}' is a folder. Name the capture files in it, for example with a wildcard: {Path.Combine(path, "*.pcap*")}");
        }

        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        ByteWindow? opened = null;
        try
        {
            // A pipe gives its bytes once, so nothing is read ahead of the window, and compressed ones are not told.
            opened = new ByteWindow(file, file.CanSeek && IsGzip(file));
            CheckFormat(opened, path);
            return new CaptureFileSource(opened);
        }
        catch
        {
            opened?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Run(IPacketSink sink, CancellationToken cancellationToken)
    {
        if (PcapReader.Recognises(window.Peek(4)))
        {
            new PcapReader(window, interfaces, counts).Run(sink, cancellationToken);
        }
        else
        {
            new PcapngReader(window, interfaces, counts).Run(sink, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => window.Dispose();

    private static bool IsGzip(FileStream file)
    {
        Span<byte> start = stackalloc byte[3];
        return RandomAccess.Read(file.SafeFileHandle, start, 0) == 3 && start[0] == 0x1F && start[1] == 0x8B && start[2] == 8;
    }

    private static void CheckFormat(ByteWindow window, string path)
    {
        ReadOnlySpan<byte> start;
        try
        {
            start = window.Peek(4);
        }
        catch (CaptureFormatException error)
        {
            throw new CaptureFormatException($"'{path}' looks like a gzip file, but cannot be unpacked: {error.Message}", 0, error.Truncated, error);
        }

        if (start.IsEmpty)
        {
            throw new CaptureFormatException($"'{path}' is empty: not even a capture file's header. Was the capture that wrote it still running, or did its disk fill up?", 0, truncated: true);
        }

        if (!PcapReader.Recognises(start) && !PcapngReader.Recognises(start))
        {
            throw new CaptureFormatException($"'{path}' is not a pcap or pcapng capture file (it begins with {Convert.ToHexString(start)}). Convert other formats first, for example: editcap -F pcapng IN OUT", 0, truncated: false);
        }
    }
}
