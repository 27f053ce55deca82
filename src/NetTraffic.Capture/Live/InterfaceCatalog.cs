using System.Globalization;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using NetTraffic.Capture.Native;
using NetTraffic.Net;
using NetTraffic.Packets;
using SharpPcap;
using SharpPcap.LibPcap;

namespace NetTraffic.Capture;

/// <summary>The interfaces of this machine, as libpcap and the system see them.</summary>
public static partial class InterfaceCatalog
{
    private const uint FlagLoopback = 1, FlagUp = 2;

    // libpcap lists sources that are no network interfaces too.
    private static readonly string[] Pseudo = ["nflog", "nfqueue", "dbus-", "bluetooth", "usbmon"];

    /// <summary>Every interface, with whether this process may capture on it now (it is opened for a moment to find out).</summary>
    /// <exception cref="CaptureException">libpcap is missing or fails.</exception>
    public static IReadOnlyList<CaptureInterface> GetInterfaces()
    {
        NetworkInterface[] system = NetworkInterface.GetAllNetworkInterfaces();
        string? defaultName = DefaultName(system);
        List<CaptureInterface> found = [];
        foreach (PcapInterface listed in List())
        {
            NetworkInterface? details = Details(listed, system);
            InterfaceIdentity identity = Identify(listed, details);
            CaptureException? refused = Probe(listed);
            found.Add(new CaptureInterface
            {
                Name = identity.Name,
                DeviceName = listed.Name,
                Description = identity.Description ?? "",
                Addresses = details is null ? [] : [.. Addresses(details)],
                MacAddress = details is null ? null : Mac(details),
                IsUp = (listed.Flags & FlagUp) != 0,
                IsLoopback = (listed.Flags & FlagLoopback) != 0,
                IsDefault = details is not null && details.Name == defaultName,
                CanCapture = refused is null,
                CaptureProblem = refused is null ? null : $"{refused.Message} {refused.NextMove}".TrimEnd(),
            });
        }

        return found;
    }

    /// <summary>Names of all interfaces.</summary>
    public static IReadOnlyList<string> GetNames() => [.. List().Select(found => Identify(found, null).Name)];

    /// <summary>
    /// The name that is shown and stored for what a user gave: on Windows a device, a GUID and a description stand for the adapter's name.
    /// What is no interface stays as it is: opening it says best what is wrong.
    /// </summary>
    /// <exception cref="CaptureException">libpcap is missing or fails.</exception>
    public static string NameOf(string given) =>
        OperatingSystem.IsWindows() && Match(given) is { } found ? Identify(found, null).Name : given;

    /// <summary>The name by which programs of libpcap open an interface.</summary>
    /// <exception cref="CaptureException">libpcap is missing or fails.</exception>
    internal static string DeviceOf(string name) => OperatingSystem.IsWindows() && Match(name) is { } found ? found.Name : name;

    /// <summary>Whether an interface is there now.</summary>
    public static bool Exists(string name) => OperatingSystem.IsLinux() && name != "any"
        ? Directory.Exists("/sys/class/net/" + name)
        : GetNames().Contains(name);

    /// <summary>
    /// The number that the system gave an interface: another one of the same name has another. 0 where there is none ("any" is none), and
    /// on Windows.
    /// </summary>
    internal static uint NumberOf(string name) => OperatingSystem.IsWindows() ? 0 : NameToIndex(name);

    /// <summary>Whether an interface is there but down; false where the system does not tell.</summary>
    public static bool IsDown(string name)
    {
        const int up = 1;
        string file = $"/sys/class/net/{name}/flags";
        return OperatingSystem.IsLinux() && File.Exists(file)
            && int.TryParse(SharedFile.ReadText(file).Trim()[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out int flags)
            && (flags & up) == 0;
    }

    /// <summary>The names most like a wrong one, nearest first, three at most.</summary>
    public static IReadOnlyList<string> NearestNames(string name) =>
        [.. GetNames().Select(known => (known, Distance: NameDistance.Between(name, known)))
            .Where(pair => pair.Distance <= Math.Max(2, name.Length / 2))
            .OrderBy(pair => pair.Distance).Select(pair => pair.known).Take(3)];

    internal static void RequireLibrary()
    {
        if (!PcapNative.IsAvailable)
        {
            throw CaptureErrors.LibraryMissing();
        }
    }

    /// <summary>The interface of this name, one that is no network interface included.</summary>
    /// <exception cref="CaptureException">There is none (with the nearest names), or libpcap is missing or fails.</exception>
    internal static PcapInterface Find(string name) =>
        Match(name) ?? throw CaptureErrors.UnknownInterface(name);

    private static PcapInterface? Match(string name)
    {
        NetworkInterface[] system = OperatingSystem.IsWindows() ? NetworkInterface.GetAllNetworkInterfaces() : [];
        return InterfaceIdentity.Find(ListAll(), listed => Identify(listed, Details(listed, system)), name);
    }

    private static NetworkInterface? Details(PcapInterface listed, NetworkInterface[] system) =>
        Array.Find(system, known => OperatingSystem.IsWindows() ? listed.Name.EndsWith(known.Id, StringComparison.OrdinalIgnoreCase)
            : known.Name == listed.Name);

    private static InterfaceIdentity Identify(PcapInterface listed, NetworkInterface? details) =>
        new(listed.Name, listed.FriendlyName,
            OperatingSystem.IsWindows() ? details?.Description ?? FromUtf8(listed.Description) : listed.Description);

    // SharpPcap asks Npcap for UTF-8, and reads descriptions as text of the system's code page. What that code page lacks is lost; where
    // Windows knows the adapter its own text is taken.
    private static string? FromUtf8(string? misread)
    {
        nint bytes = Marshal.StringToCoTaskMemAnsi(misread);
        try
        {
            return Marshal.PtrToStringUTF8(bytes);
        }
        finally
        {
            Marshal.FreeCoTaskMem(bytes);
        }
    }

    private static IEnumerable<PcapInterface> List() =>
        ListAll().Where(listed => !Pseudo.Any(pseudo => listed.Name.StartsWith(pseudo, StringComparison.Ordinal)));

    private static IReadOnlyList<PcapInterface> ListAll()
    {
        RequireLibrary();
        try
        {
            return PcapInterface.GetAllPcapInterfaces();
        }
        catch (PcapException error)
        {
            throw new CaptureException(CaptureProblem.Other, $"{CaptureErrors.Library} cannot list the interfaces: {error.Message}");
        }
    }

    private static CaptureException? Probe(PcapInterface listed)
    {
        LiveSourceOptions options = new() { Interface = Identify(listed, null).Name, SnapLength = 64, BufferSize = 256 << 10 };
        try
        {
            LiveDevice.Open(listed, options).Dispose();
            return null;
        }
        catch (CaptureException refused)
        {
            return refused;
        }
    }

    private static IEnumerable<string> Addresses(NetworkInterface details) =>
        details.GetIPProperties().UnicastAddresses
            .Where(bound => bound.Address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
            .Select(bound => new System.Net.IPAddress(bound.Address.GetAddressBytes()).ToString());

    private static string? Mac(NetworkInterface details)
    {
        byte[] bytes = details.GetPhysicalAddress().GetAddressBytes();
        return bytes.Length == 6 && bytes.Any(octet => octet != 0) ? string.Join(':', bytes.Select(octet => octet.ToString("x2"))) : null;
    }

    /// <summary>The interface with the default route: /proc/net/route on Linux, else the first one up with a gateway.</summary>
    private static string? DefaultName(IEnumerable<NetworkInterface> system)
    {
        const string routes = "/proc/net/route";
        if (OperatingSystem.IsLinux() && File.Exists(routes))
        {
            // Iface Destination Gateway Flags RefCnt Use Metric Mask ...; the default route has destination and mask 0.
            string? best = SharedFile.ReadLines(routes).Skip(1).Select(line => line.Split('\t', StringSplitOptions.TrimEntries))
                .Where(fields => fields.Length > 7 && fields[1] == "00000000" && fields[7] == "00000000")
                .OrderBy(fields => int.TryParse(fields[6], out int metric) ? metric : int.MaxValue)
                .Select(fields => fields[0]).FirstOrDefault();
            if (best is not null)
            {
                return best;
            }
        }

        return system.FirstOrDefault(known => known.OperationalStatus == OperationalStatus.Up
            && known.NetworkInterfaceType != NetworkInterfaceType.Loopback
            && known.GetIPProperties().GatewayAddresses.Count > 0)?.Name;
    }

    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint NameToIndex(string name);
}
