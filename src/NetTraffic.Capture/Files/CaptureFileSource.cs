using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// Packets of a capture file: pcap (micro- and nanosecond, both byte orders) or pcapng, compressed with gzip, zstd or lz4 or not, told
/// apart by content.
/// Formats: draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng.
/// </summary>
public sealed class CaptureFileSource : IPacketSource
{
    private readonly ByteWindow window;
    private readonly PumpedStream? arriving;
    private readonly InterfaceList interfaces = new();
    private readonly SourceCounts counts = new();

    private CaptureFileSource(ByteWindow window, PumpedStream? arriving)
    {
        this.window = window;
        this.arriving = arriving;
    }

    /// <summary>Path that stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>
    /// Whether the packets come from another program, as it sends them: standard input, a named pipe. Time then passes between them.
    /// </summary>
    public bool IsArriving => arriving is not null;

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

    /// <summary>Whether the file is compressed.</summary>
    public bool IsCompressed => window.IsCompressed;

    /// <summary>Whether all of the file was read, and all of it could be unpacked.</summary>
    public bool IsAtEnd => window.IsAtEnd;

    /// <summary>What is odd about the file and lost nothing, as a sentence; null: nothing so far.</summary>
    public string? Remark { get; private set; }

    /// <summary>What the file says was received and lost, per interface that it says so of; as far as it has been read.</summary>
    public IReadOnlyList<InterfaceStatistics> Statistics => counts.Statistics;

    /// <summary>The same where nobody wants to see what is unpacked.</summary>
    public static CaptureFileSource Open(string path, CancellationToken cancellationToken = default) => Open(path, null, cancellationToken);

    /// <summary>
    /// Opens a capture file, a named pipe, or standard input (<see cref="StandardInput"/>), and looks at its first bytes, which a pipe
    /// may take a while to send.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="unpacked">Sees what is unpacked of a compressed file, in order and once; null: nobody wants to.</param>
    /// <param name="cancellationToken">Ends the wait for a pipe's first bytes.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="TrafficException">It is a folder.</exception>
    /// <exception cref="IOException">It cannot be read: a broken disk.</exception>
    /// <exception cref="CaptureFormatException">It is empty, or no capture file; the offset is 0.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static CaptureFileSource Open(string path, Action<ReadOnlySpan<byte>>? unpacked, CancellationToken cancellationToken)
    {
        if (path == StandardInput)
        {
            return OpenArriving(Console.OpenStandardInput, "standard input", cancellationToken);
        }

        if (Directory.Exists(path))
        {
            throw new TrafficException(TrafficErrors.PathIsFolder, $"'{path}' is a folder.",
                $"Name the capture files in it, for example with a wildcard: -Path '{Path.Combine(path, "*.pcap*")}'.");
        }

        // A pipe has no length. It is opened where it is read: that waits for the program at its other end.
        FileInfo info = new(path);
        if (info.Exists && info.Length == 0)
        {
            return OpenArriving(() => OpenFile(path), path, cancellationToken);
        }

        FileStream file = OpenFile(path);
        ByteWindow? opened = null;
        try
        {
            opened = new ByteWindow(file, unpacked);
            CheckFormat(opened, path);
            return new CaptureFileSource(opened, null);
        }
        catch
        {
            opened?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>What a capture file holds, unpacked where it is compressed: else it is the file itself.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Stream OpenContent(string path)
    {
        FileStream file = OpenFile(path);
        Span<byte> start = stackalloc byte[Compression.MagicLength];
        int length = RandomAccess.Read(file.SafeFileHandle, start, 0);
        return Compression.Find(start[..length])?.Open is { } open ? new ContentStream(open(file), file) : file;
    }

    /// <summary>Reads what <see cref="OpenContent"/> gives; 0: it ends here, or cannot be unpacked any further.</summary>
    public static int ReadContent(Stream content, Span<byte> to)
    {
        ArgumentNullException.ThrowIfNull(content);
        try
        {
            return content.Read(to);
        }
        catch (Exception error) when (content is not FileStream && Compression.IsDamage(error))
        {
            return 0;
        }
    }

    /// <inheritdoc/>
    public void Run(IPacketSink sink, CancellationToken cancellationToken)
    {
        bool stopped = false;
        if (arriving is not null)
        {
            arriving.Tick = () =>
            {
                long now = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
                stopped = cancellationToken.IsCancellationRequested || !sink.OnTick(now);
                return !stopped;
            };
        }

        try
        {
            while (ReadOne(sink, cancellationToken))
            {
                Remark ??= $"Another capture file begins at byte {window.Offset}, as if by cat: its packets were read too. "
                    + "mergecap puts files together in the order of time.";
            }
        }
        catch (CaptureFormatException) when (stopped)
        {
            // Whoever stops in the middle of a packet has not found damage.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => window.Dispose();

    /// <summary>Reads to the end; true where another file begins behind the one that was read.</summary>
    private bool ReadOne(IPacketSink sink, CancellationToken cancellationToken) =>
        PcapReader.Recognises(window.Peek(4))
            ? new PcapReader(window, interfaces, counts).Run(sink, cancellationToken)
            : new PcapngReader(window, interfaces, counts).Run(sink, cancellationToken);

    private static FileStream OpenFile(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private static CaptureFileSource OpenArriving(Func<Stream> open, string name, CancellationToken cancellationToken)
    {
        PumpedStream stream = new(open, name) { Tick = () => !cancellationToken.IsCancellationRequested };
        ByteWindow opened = new(stream);
        try
        {
            CheckFormat(opened, name);
            return new CaptureFileSource(opened, stream);
        }
        catch (Exception error)
        {
            opened.Dispose();
            if (error is CaptureFormatException)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            throw;
        }
    }

    private static void CheckFormat(ByteWindow window, string path)
    {
        ReadOnlySpan<byte> start;
        CompressedForm? form = window.Unpack();
        if (form is { Open: null })
        {
            throw new CaptureFormatException(
                $"'{path}' is compressed with {form.Name}, which is not unpacked here (gzip, zstd and lz4 are). Unpack it first: "
                    + form.Unpack,
                0,
                truncated: false);
        }

        try
        {
            start = window.Peek(4);
        }
        catch (CaptureFormatException error)
        {
            string message = $"'{path}' looks like a {form?.Name} file, but cannot be unpacked: {error.Message}";
            throw new CaptureFormatException(message, 0, error.Truncated, error);
        }

        if (start.IsEmpty)
        {
            throw new CaptureFormatException(
                $"'{path}' is empty: not even a capture file's header. Was the capture that wrote it still running, "
                    + "or did its disk fill up?",
                0,
                truncated: true);
        }

        if (!PcapReader.Recognises(start) && !PcapngReader.Recognises(start))
        {
            throw new CaptureFormatException(
                $"'{path}' is not a pcap or pcapng capture file (it begins with {Convert.ToHexString(start)}). "
                    + "Convert other formats first, for example: editcap -F pcapng IN OUT",
                0,
                truncated: false);
        }
    }
}
