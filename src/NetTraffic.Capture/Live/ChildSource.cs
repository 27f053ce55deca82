using System.Text.RegularExpressions;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// A live interface through Wireshark's dumpcap or tshark: a child process that may be permitted to capture where this one is not. It
/// writes pcapng to a pipe; what it dropped stands in the Interface Statistics Block with which it ends.
/// </summary>
public sealed partial class ChildSource : ILiveSource
{
    private readonly LiveSourceOptions options;
    private readonly CaptureEngine engine;
    private readonly TimeSpan patience;
    private readonly SourceCounts counts = new();
    private readonly InterfaceList interfaces = new();
    private CaptureChild? child;
    private PumpedStream? stream;
    private long packets;
    private long bytes;
    private uint number;

    /// <summary>Makes a source; nothing runs yet.</summary>
    /// <param name="options">What to capture.</param>
    /// <param name="engine">Which program; not <see cref="CaptureEngine.Libpcap"/>.</param>
    /// <param name="patience">How long the program may take to begin, and to end when asked to; null: 15 s.</param>
    public ChildSource(LiveSourceOptions options, CaptureEngine engine, TimeSpan? patience = null)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)engine, (int)CaptureEngine.Libpcap);
        this.options = options;
        this.engine = engine;
        this.patience = patience ?? TimeSpan.FromSeconds(15);
    }

    /// <inheritdoc/>
    public IReadOnlyList<PacketInterface> Interfaces => interfaces;

    /// <inheritdoc/>
    public PacketSourceCounters Counters => new()
    {
        Packets = Volatile.Read(ref packets),
        Bytes = Volatile.Read(ref bytes),

        // dumpcap puts into isb_ifdrop what the kernel dropped and what it dropped itself.
        KernelDrops = counts.InterfaceDrops + counts.KernelDrops,
        InterfaceDrops = child?.InterfaceDrops ?? 0,
    };

    /// <inheritdoc/>
    public string? Problem => null;

    /// <inheritdoc/>
    public InterfaceState State => InterfaceState.Up;

    private string TryIt => $"Try it by itself: {ProgramName} -i \"{options.Interface}\" -w {(OperatingSystem.IsWindows() ? "NUL" : "/dev/null")}";

    private string ProgramName => engine == CaptureEngine.Dumpcap ? "dumpcap" : "tshark";

    /// <inheritdoc/>
    public void Open()
    {
        string program = options.Program ?? WiresharkPrograms.Find(ProgramName) ?? throw WiresharkPrograms.Missing(ProgramName);
        number = InterfaceCatalog.NumberOf(options.Interface);
        CaptureChild started = CaptureChild.Start(program, Arguments());
        child = started;
        stream = new PumpedStream(() => started.Output, ProgramName);
        try
        {
            // The section header is written once the interface is open and the filter set.
            switch (stream.WaitForBytes(patience))
            {
                case true:
                    return;
                case false:
                    child.WaitForEnd(patience);
                    throw Refusal(child.Errors);
                default:
                    throw new CaptureException(
                        CaptureProblem.ProgramFailed,
                        $"{ProgramName} did not begin to capture on '{options.Interface}' within {patience.TotalSeconds:0} s, "
                            + "and was ended.",
                        TryIt);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Run(IPacketSink sink, CancellationToken cancellationToken)
    {
        if (child is null)
        {
            Open();
        }

        Sink passing = new(this, sink, cancellationToken);
        stream!.Tick = passing.Look;
        CaptureFormatException? damage = null;
        using ByteWindow window = new(stream);
        try
        {
            if (!PcapngReader.Recognises(window.Peek(4)))
            {
                throw new CaptureFormatException("it does not begin as pcapng does", 0, truncated: false);
            }

            new PcapngReader(window, interfaces, counts).Run(passing, CancellationToken.None);
        }
        catch (CaptureFormatException error)
        {
            damage = error;
        }

        if (damage is { Truncated: false })
        {
            string message = $"What {ProgramName} sent is damaged: {damage.Message}; every packet before is kept.";
            throw new CaptureException(CaptureProblem.ProgramFailed, message, null, damage);
        }

        passing.Look();
        if (!child!.WaitForEnd(passing.GivenUp ? TimeSpan.Zero : patience))
        {
            child.Kill();
            throw new CaptureException(
                CaptureProblem.ProgramFailed,
                $"{ProgramName} did not end within {patience.TotalSeconds:0} s of being asked to, and was killed; every packet that it "
                    + "handed over is kept. How many it dropped is not known.");
        }

        if (!passing.AskedToStop)
        {
            if (number != 0 && InterfaceCatalog.NumberOf(options.Interface) != number)
            {
                throw CaptureErrors.Removed(options.Interface);
            }

            string said = child.Errors.Length > 0 ? $" It said: {child.Errors}" : "";
            throw new CaptureException(
                CaptureProblem.ProgramFailed,
                $"{ProgramName} ended by itself ({child.Outcome}); every packet that it handed over is kept.{said}",
                "Start a new capture when the cause is gone.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        child?.Kill();
        stream?.Dispose();
        child?.Dispose();
    }

    private List<string> Arguments()
    {
        // To these programs a number is an interface's place in a list, "-" is standard input, "TCP@..." and "rpcap://..." another machine.
        string name = options.Interface;
        if (name == "-" || name.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0
            || name.AsSpan().ContainsAny('@', '|', '\0') || name.Contains("://", StringComparison.Ordinal))
        {
            throw CaptureErrors.UnknownInterface(name);
        }

        List<string> arguments = ["-q", "-i", InterfaceCatalog.DeviceOf(name)];
        if (!string.IsNullOrWhiteSpace(options.Filter))
        {
            CaptureErrors.RefuseNul(options.Filter);
            arguments.AddRange(["-f", options.Filter]);
        }

        if (!options.Promiscuous)
        {
            arguments.Add("-p");
        }

        int mebibytes = Math.Max(1, options.BufferSize >> 20);
        arguments.AddRange(["-s", Text(options.SnapLength), "-B", Text(mebibytes), "-w", "-"]);
        return arguments;
    }

    private CaptureException Refusal(string errors)
    {
        if (errors.Contains("capture filter", StringComparison.OrdinalIgnoreCase))
        {
            string reason = LibpcapMessage().Match(errors) is { Success: true } quoted ? quoted.Groups["reason"].Value : errors;
            return CaptureErrors.BadFilter(options.Filter ?? "", reason);
        }

        if (errors.Contains("no device named", StringComparison.OrdinalIgnoreCase)
            || errors.Contains("no such device", StringComparison.OrdinalIgnoreCase))
        {
            return CaptureErrors.UnknownInterface(options.Interface);
        }

        if (errors.Contains("permission", StringComparison.OrdinalIgnoreCase))
        {
            return new CaptureException(
                CaptureProblem.NotPermitted,
                $"{ProgramName} may not capture on '{options.Interface}' for this user.",
                WiresharkPrograms.PermissionAdvice());
        }

        string complaint = errors.Length > 0 ? errors : "it said nothing";
        return new CaptureException(
            CaptureProblem.ProgramFailed,
            $"{ProgramName} did not capture on '{options.Interface}' ({child!.Outcome}): {complaint}",
            TryIt);
    }

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"isn't a valid capture filter \((?<reason>.*?)\)\.", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LibpcapMessage();

    /// <summary>
    /// Passes packets on until somebody wants no more; then the program is asked to end, and what it still sends is read for its
    /// statistics.
    /// </summary>
    private sealed class Sink(ChildSource source, IPacketSink inner, CancellationToken cancellation) : IPacketSink
    {
        private long askedAt;
        private long endedAt;
        private bool enough;

        public bool AskedToStop => askedAt != 0;

        public bool OnPacket(in RawPacket packet)
        {
            if (!enough)
            {
                Volatile.Write(ref source.packets, source.packets + 1);
                Volatile.Write(ref source.bytes, source.bytes + packet.WireLength);
                enough = !inner.OnPacket(packet);
            }

            return true;
        }

        public bool OnTick(long nowNs) => true;

        /// <summary>Whether the wait for the program's end, or for the end of what it sends, took too long.</summary>
        public bool GivenUp { get; private set; }

        /// <summary>About ten times a second; false where nothing more is waited for.</summary>
        public bool Look()
        {
            enough = enough || !inner.OnTick((DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100);
            if (askedAt == 0 && (enough || cancellation.IsCancellationRequested))
            {
                askedAt = Math.Max(1, Environment.TickCount64);
                source.child!.AskToStop();
            }

            // The pipe's end is not waited for without end: whoever holds it open may not be the program any more.
            long now = Environment.TickCount64;
            endedAt = endedAt == 0 && source.child!.HasEnded ? now : endedAt;
            GivenUp = GivenUp || Passed(askedAt, now) || Passed(endedAt, now);
            return !GivenUp;
        }

        private bool Passed(long since, long now) => since != 0 && now - since > source.patience.TotalMilliseconds;
    }
}
