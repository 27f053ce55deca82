using System.Net.NetworkInformation;
using System.Net.Sockets;
using NetTraffic.Capture.Native;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>The interfaces of this machine, as libpcap and the system see them.</summary>
public static unsafe class InterfaceCatalog
{
    private const uint FlagLoopback = 1, FlagUp = 2;

    // libpcap lists sources that are no network interfaces too.
    private static readonly string[] Pseudo = ["nflog", "nfqueue", "dbus-", "bluetooth", "usbmon"];

    /// <summary>Every interface, with whether this process may capture on it now (it is opened for a moment to find out).</summary>
    /// <exception cref="CaptureException">libpcap is missing or fails.</exception>
    public static IReadOnlyList<CaptureInterface> GetInterfaces()
    {
        Dictionary<string, NetworkInterface> system = new(StringComparer.OrdinalIgnoreCase);
        foreach (NetworkInterface known in NetworkInterface.GetAllNetworkInterfaces())
        {
            system[known.Name] = known;
            system[@"\Device\NPF_" + known.Id] = known;
        }

        string? defaultName = DefaultName(system.Values);
        List<CaptureInterface> found = [];
        foreach ((string name, string description, uint flags) in List())
        {
            system.TryGetValue(name, out NetworkInterface? details);
            CaptureException? refused = Probe(name);
            found.Add(new CaptureInterface
            {
                Name = name,
                Description = description,
                Addresses = details is null ? [] : [.. Addresses(details)],
                MacAddress = details is null ? null : Mac(details),
                IsUp = (flags & FlagUp) != 0,
                IsLoopback = (flags & FlagLoopback) != 0,
                IsDefault = details is not null && details.Name == defaultName,
                CanCapture = refused is null,
                CaptureProblem = refused is null ? null : $"{refused.Message} {refused.NextMove}".TrimEnd(),
            });
        }

        return found;
    }

    /// <summary>Names of all interfaces.</summary>
    public static IReadOnlyList<string> GetNames() => [.. List().Select(found => found.Name)];

    /// <summary>Whether an interface is there now.</summary>
    public static bool Exists(string name) => OperatingSystem.IsLinux() && name != "any" ? Directory.Exists("/sys/class/net/" + name) : GetNames().Contains(name);

    /// <summary>Whether an interface is there but down; false where the system does not tell.</summary>
    public static bool IsDown(string name)
    {
        const int up = 1;
        string file = $"/sys/class/net/{name}/flags";
        return OperatingSystem.IsLinux() && File.Exists(file)
            && int.TryParse(File.ReadAllText(file).Trim()[2..], System.Globalization.NumberStyles.AllowHexSpecifier, null, out int flags) && (flags & up) == 0;
    }

    /// <summary>The names most like a wrong one, nearest first, three at most.</summary>
    public static IReadOnlyList<string> NearestNames(string name) =>
        [.. GetNames().Select(known => (known, Distance: NameDistance.Between(name, known)))
            .Where(pair => pair.Distance <= Math.Max(2, name.Length / 2)).OrderBy(pair => pair.Distance).Select(pair => pair.known).Take(3)];

    internal static void RequireLibrary()
    {
        if (!LibPcap.IsAvailable)
        {
            throw CaptureErrors.LibraryMissing();
        }
    }

    private static List<(string Name, string Description, uint Flags)> List()
    {
        RequireLibrary();
        byte* errorBuffer = stackalloc byte[LibPcap.ErrorBufferSize];
        *errorBuffer = 0;
        LibPcap.PcapInterface* first = null;
        if (LibPcap.FindAllDevices(&first, errorBuffer) != 0)
        {
            throw new CaptureException(CaptureProblem.Other, $"libpcap cannot list the interfaces: {LibPcap.Text(errorBuffer)}");
        }

        List<(string, string, uint)> found = [];
        for (LibPcap.PcapInterface* device = first; device != null; device = device->Next)
        {
            string name = LibPcap.Text(device->Name);
            if (!Pseudo.Any(pseudo => name.StartsWith(pseudo, StringComparison.Ordinal)))
            {
                found.Add((name, LibPcap.Text(device->Description), device->Flags));
            }
        }

        LibPcap.FreeAllDevices(first);
        return found;
    }

    private static CaptureException? Probe(string name)
    {
        using LiveSource source = new(new LiveSourceOptions { Interface = name, SnapLength = 64, BufferSize = 256 << 10 });
        try
        {
            source.Open();
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
            string? best = File.ReadLines(routes).Skip(1).Select(line => line.Split('\t', StringSplitOptions.TrimEntries))
                .Where(fields => fields.Length > 7 && fields[1] == "00000000" && fields[7] == "00000000")
                .OrderBy(fields => int.TryParse(fields[6], out int metric) ? metric : int.MaxValue)
                .Select(fields => fields[0]).FirstOrDefault();
            if (best is not null)
            {
                return best;
            }
        }

        return system.FirstOrDefault(known => known.OperationalStatus == OperationalStatus.Up && known.NetworkInterfaceType != NetworkInterfaceType.Loopback
            && known.GetIPProperties().GatewayAddresses.Count > 0)?.Name;
    }
}
