using NetTraffic.Capture;
using NetTraffic.Influx;
using NetTraffic.Net;
using NetTraffic.Packets;
using NetTraffic.Settings;
using NetTraffic.Store;

namespace NetTraffic.Engine;

/// <summary>The door for the rooms above: joins the stages. Holds no state of its own.</summary>
public static class TrafficEngine
{
    // LINKTYPE_ETHERNET of the tcpdump registry.
    private const int Ethernet = 1;

    /// <summary>
    /// Folder of the store that is used where none is given: NETTRAFFIC_HOME, else what was set, else the platform's data folder.
    /// </summary>
    public static string DefaultStorePath => TrafficSettings.DefaultStorePath();

    /// <summary>The path that stands for standard input where a capture file is read.</summary>
    public const string StandardInput = CaptureFileSource.StandardInput;

    /// <summary>Opens a store. The folder is made at the first write; reading a folder that is not there finds nothing.</summary>
    /// <param name="path">Folder; null: <see cref="DefaultStorePath"/>.</param>
    /// <param name="remembers">Whether sums of closed hours are remembered, for who is asked the same again and again: a server.</param>
    /// <exception cref="StoreException">The store is from a newer version, or cannot be read.</exception>
    public static ITrafficStore OpenStore(string? path, bool remembers = false)
    {
        string folder = path ?? DefaultStorePath;
        return new TrafficStore(folder, () => StoreFacts.Open(folder), remembers);
    }

    /// <summary>Refuses a capture filter that no Ethernet interface could have.</summary>
    /// <exception cref="CaptureException">It is wrong; or libpcap, which alone could tell, is missing.</exception>
    public static void CheckFilter(string filter) => BpfFilter.Compile(filter, Ethernet).Dispose();

    /// <summary>What is known of addresses for questions about a store's traffic, and about flows that are in none.</summary>
    /// <param name="storePath">Folder; null: <see cref="DefaultStorePath"/>.</param>
    /// <exception cref="SettingException">A setting cannot be.</exception>
    /// <exception cref="InvalidDataException">A table is damaged.</exception>
    public static IAddressFacts OpenFacts(string? storePath) => StoreFacts.Open(storePath ?? DefaultStorePath);

    /// <summary>The settings of a store: what is in force, and how to change it.</summary>
    /// <param name="storePath">Folder; null: <see cref="DefaultStorePath"/>.</param>
    /// <exception cref="StoreException">The store is from a newer version, or is no store.</exception>
    public static ITrafficSettings OpenSettings(string? storePath)
    {
        TrafficSettings settings = new(storePath);
        new TrafficStore(settings.StorePath).Dispose();
        return settings;
    }

    /// <summary>The interfaces of this machine, with whether this process may capture on each.</summary>
    /// <exception cref="CaptureException">libpcap is missing; the message says how to install it.</exception>
    public static IReadOnlyList<CaptureInterface> GetInterfaces() => InterfaceCatalog.GetInterfaces();

    /// <summary>Names of the interfaces, without opening any.</summary>
    /// <exception cref="CaptureException">libpcap is missing; the message says how to install it.</exception>
    public static IReadOnlyList<string> GetInterfaceNames() => InterfaceCatalog.GetNames();

    /// <summary>
    /// The name that is shown and stored for what a user gave: on Windows, Npcap's device, its GUID and the description stand for the
    /// adapter's name. What is no interface stays as it is.
    /// </summary>
    /// <exception cref="CaptureException">libpcap is missing; the message says how to install it.</exception>
    public static string GetInterfaceName(string given) => InterfaceCatalog.NameOf(given);

    /// <summary>The interfaces whose names are most like a wrong one, nearest first, three at most.</summary>
    /// <exception cref="CaptureException">libpcap is missing; the message says how to install it.</exception>
    public static IReadOnlyList<string> GetNearestInterfaceNames(string name) => InterfaceCatalog.NearestNames(name);

    /// <summary>
    /// Opens the interfaces, checks the filter, registers the capture in the store and starts it on threads of its own.
    /// Everything that can be refused is refused here, before anything is stored.
    /// </summary>
    /// <exception cref="CaptureException">Unknown interface (with the nearest names), bad filter (with libpcap's message), or not
    /// permitted (with how to permit it).</exception>
    /// <exception cref="StoreException">The store cannot be written.</exception>
    public static CaptureSession StartCapture(CaptureRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return StartCapture(
            request with { Interfaces = [.. request.Interfaces.Select(InterfaceCatalog.NameOf)] },
            options => request.Engine == CaptureEngine.Libpcap ? new LiveSource(options) : new ChildSource(options, request.Engine),
            InterfaceCatalog.Exists);
    }

    /// <summary>Starts a capture whose packets come from other sources than the machine's interfaces.</summary>
    /// <param name="request">What to capture; its engine counts for nothing here.</param>
    /// <param name="makeSource">Makes the source of one interface; called once for each, and each is opened before the next is
    /// made. Where there are several, it is called again for one that was removed.</param>
    /// <exception cref="CaptureException">A source refuses to open.</exception>
    /// <exception cref="StoreException">The store cannot be written.</exception>
    public static CaptureSession StartCapture(CaptureRequest request, Func<LiveSourceOptions, ILiveSource> makeSource)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(makeSource);
        return StartCapture(request, makeSource, _ => true);
    }

    private static CaptureSession StartCapture(
        CaptureRequest request, Func<LiveSourceOptions, ILiveSource> makeSource, Func<string, bool> isThere)
    {
        GivenNames.Check(request.Name, request.Sensor);
        if (request.Interfaces.Count == 0)
        {
            throw new ArgumentException("A capture needs at least one interface.", nameof(request));
        }

        List<ILiveSource> sources = [];
        ITrafficStore? store = null;
        try
        {
            foreach (string name in request.Interfaces)
            {
                LiveSourceOptions options = new()
                {
                    Interface = name,
                    Filter = request.Filter,
                    Promiscuous = request.Promiscuous,
                    SnapLength = request.SnapLength,
                    BufferSize = request.BufferSize,
                };
                ILiveSource source = request.Interfaces.Count == 1
                    ? makeSource(options)
                    : new ReturningSource(name, () => makeSource(options), () => isThere(name));
                sources.Add(source);
                source.Open();
            }

            store = OpenStore(request.StorePath);
            ITrafficSettings settings = OpenSettings(store.Path);
            TrafficOption option = settings.GetOption();
            FlowOptions flows = request.Flows with
            {
                FlushInterval = request.FlushInterval ?? option.FlushInterval,
                MaxFlows = Math.Max(1, request.Flows.MaxFlows / sources.Count),
            };
            CaptureStatus status = new()
            {
                Name = request.Name ?? string.Join(",", request.Interfaces),
                Interfaces = [.. request.Interfaces],
                Filter = string.IsNullOrWhiteSpace(request.Filter) ? null : request.Filter,
                Sensor = request.Sensor ?? option.Sensor,
                PacketRingSize = Bound(request.PacketRing),
            };
            CaptureSession session = new(request, store, settings, store.CreateCapture(status, new CaptureWriterOptions()), sources, flows,
                TunnelPort.ParseAll(option.TunnelPorts));
            session.Start();
            return session;
        }
        catch
        {
            sources.ForEach(source => source.Dispose());
            store?.Dispose();
            throw;
        }
    }

    /// <summary>Imports one capture file, on the caller's thread. A damaged file gives a result with a message, not an exception.</summary>
    /// <exception cref="IOException">The file cannot be read, or is not a capture (<see cref="Packets.CaptureFormatException"/> with
    /// offset 0).</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was read before is stored and the import is listed as
    /// Stopped.</exception>
    public static ImportResult Import(ImportRequest request, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return FileImport.Run(request, progress, cancellationToken);
    }

    /// <summary>
    /// Flows straight from a capture file, each as it ends; nothing is stored. Constant memory. A damaged file gives its flows and then
    /// throws <see cref="Packets.CaptureFormatException"/>. What is odd about a file and lost nothing is told to <paramref name="remark"/>.
    /// </summary>
    public static IEnumerable<Flow> ReadFlows(string path, TrafficFilter filter, FlowOptions options,
        CancellationToken cancellationToken, Action<string>? remark = null, IReadOnlyList<TunnelPort>? tunnelPorts = null) =>
        FileFlowReader.Read(path, filter, options, tunnelPorts ?? [], new TrafficOption().Sensor, remark, cancellationToken);

    /// <summary>UDP ports on which tunnels are looked for besides their own, as a store's settings have them.</summary>
    /// <param name="storePath">Folder; null: <see cref="DefaultStorePath"/>.</param>
    /// <exception cref="SettingException">A value in the config file or the environment cannot be.</exception>
    /// <exception cref="StoreException">The config file cannot be read.</exception>
    public static IReadOnlyList<TunnelPort> TunnelPortsOf(string? storePath) =>
        TunnelPort.ParseAll(new TrafficSettings(storePath).GetOption().TunnelPorts);

    /// <summary>
    /// Passes on to the InfluxDB that is set what the store holds and was not passed on yet, on the caller's thread. Waits while the
    /// server is away, as long as the options say.
    /// </summary>
    /// <param name="storePath">Folder; null: the default store.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Takes how far it is.</param>
    /// <param name="warn">Takes problems that do not end it.</param>
    /// <param name="cancellationToken">Ends it; the next one goes on from there.</param>
    /// <exception cref="InfluxException">The server does not take it, is away for too long, or none is set; or another process does
    /// it.</exception>
    public static ForwardResult SyncInflux(string? storePath, SyncOptions options, IProgress<ForwardProgress>? progress,
        Action<string> warn, CancellationToken cancellationToken)
    {
        using ITrafficStore store = OpenStore(storePath);
        ITrafficSettings settings = OpenSettings(store.Path);
        using InfluxForwarder forwarder = ForwardService.Open(store, settings, Target(settings), options, warn)
            ?? throw new InfluxException(
            $"Another process passes on '{store.Path}' to this server now: a running capture, or another Sync-NetTrafficInflux. It sends "
                + $"what you would; nothing is to be done.", InfluxProblem.Busy);
        forwarder.Problem += warn;
        return forwarder.SendAsync(progress, cancellationToken).GetAwaiter().GetResult();
    }

    /// <summary>Asks the InfluxDB that is set who it is, and whether it takes a point.</summary>
    /// <exception cref="InfluxException">None is set.</exception>
    public static InfluxProbeResult TestInflux(string? storePath, CancellationToken cancellationToken)
    {
        using ITrafficStore store = OpenStore(storePath);
        InfluxTarget target = Target(OpenSettings(store.Path));
        InfluxProbeResult result = InfluxProbe.TestAsync(target, cancellationToken).GetAwaiter().GetResult();
        return result with { Forward = InfluxForwarder.Look(store.Segments, target) };
    }

    /// <summary>Asks the InfluxDB that is set who it is, changing nothing on it; how far it has the store is not looked at.</summary>
    /// <param name="storePath">Folder; null: the default store.</param>
    /// <param name="limit">How long its answer is waited for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InfluxException">None is set.</exception>
    public static Task<InfluxProbeResult> LookAtInfluxAsync(string? storePath, TimeSpan limit, CancellationToken cancellationToken) =>
        InfluxProbe.LookAsync(Target(OpenSettings(storePath)), limit, cancellationToken);

    /// <summary>How far a store has been passed on to the InfluxDB that is set, asking nobody; null: none is set.</summary>
    /// <param name="store">The store.</param>
    /// <param name="segments">Its segments, where they were listed just now; null: they are listed.</param>
    public static ForwardState? GetForwardState(ITrafficStore store, IReadOnlyList<StoreSegment>? segments = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        return OpenSettings(store.Path).GetInfluxTarget() is { } target
            ? InfluxForwarder.Look(store.Segments, target, segments) : null;
    }

    /// <summary>Makes the database or bucket that is set, and on 2.x the tokens that use it.</summary>
    /// <param name="storePath">Folder; null: the default store.</param>
    /// <param name="request">How.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InfluxException">It cannot be done, or no server is set.</exception>
    /// <exception cref="IOException">A token cannot be kept; then it is deleted on the server again.</exception>
    public static InfluxSetupResult InitializeInflux(string? storePath, InfluxSetupRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using ITrafficStore store = OpenStore(storePath);
        ITrafficSettings settings = OpenSettings(store.Path);
        return InfluxInitializer.Run(store, settings, Target(settings), request, cancellationToken);
    }

    /// <summary>Removes hours of traffic that ended before a time, and the files of packet rings whose packets are older.</summary>
    /// <param name="store">The store.</param>
    /// <param name="before">The time, UTC.</param>
    /// <param name="keepRecentlyWritten">Spares what was written after <paramref name="before"/>, however old its packets are: an import
    /// of old traffic.</param>
    /// <param name="whatIf">Only says what would be removed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static ClearResult Clear(ITrafficStore store, DateTime before, bool keepRecentlyWritten, bool whatIf,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        return StoreKeeper.Clear(store, before, keepRecentlyWritten, whatIf, cancellationToken);
    }

    /// <summary>A ring's bound as a capture's status tells it.</summary>
    internal static long? Bound(PacketRingOptions? ring) => ring is null ? null : ring.MaxBytes == long.MaxValue ? 0 : ring.MaxBytes;

    private static InfluxTarget Target(ITrafficSettings settings) => settings.GetInfluxTarget() ?? throw new InfluxException(
        $"No InfluxDB is set for the store '{settings.StorePath}'. Set one: Set-NetTrafficOption -InfluxUrl http://HOST:8086 "
        + "with -InfluxOrg, -InfluxBucket and -InfluxToken (2.x), or -InfluxDatabase (1.x).", InfluxProblem.NotSet);

    /// <summary>
    /// The packets of a capture file that a query wants, one by one on the caller's thread, in the file's order. Constant memory; reading
    /// ends where the visitor wants no more.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read, or is not a capture; a damaged one gives its packets and then throws
    /// <see cref="Packets.CaptureFormatException"/>.</exception>
    /// <exception cref="CaptureException">The capture filter does not compile for the file's link type.</exception>
    /// <exception cref="FilterException">The query has a filter that packets of a file do not tell, such as flow ids.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static PacketReadResult ReadPackets(string path, PacketQuery query, PacketVisitor visit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(visit);
        return PacketReader.ReadFile(path, query, visit, cancellationToken);
    }

    /// <summary>
    /// The packets that the rings of a store's captures still hold and a query wants, one by one on the caller's thread. Those of one
    /// capture come as they arrived, those of several in the order of their time stamps. Memory does not grow with the rings. Captures
    /// without a ring give nothing.
    /// </summary>
    /// <exception cref="CaptureException">The capture filter does not compile for a ring's link type.</exception>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static PacketReadResult ReadPackets(ITrafficStore store, PacketQuery query, PacketVisitor visit,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(visit);
        return PacketReader.ReadRings(store, query, visit, cancellationToken);
    }

    /// <summary>
    /// Packets straight from an interface, one by one on the caller's thread, until the visitor wants no more. Nothing is stored.
    /// </summary>
    /// <exception cref="CaptureException">Unknown interface, bad filter, or not permitted.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static PacketReadResult ReadPackets(LivePackets live, PacketQuery query, PacketVisitor visit,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(live);
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(visit);
        return PacketReader.ReadInterface(live, query, visit, cancellationToken);
    }
}
