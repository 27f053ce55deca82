using SharpPcap;

namespace NetTraffic.Capture;

/// <summary>libpcap's refusals as errors with the user's next move.</summary>
internal static class CaptureErrors
{
    /// <summary>What the capture library is called on this system.</summary>
    public static string Library => OperatingSystem.IsWindows() ? "Npcap" : "libpcap";

    public static CaptureException LibraryMissing() => new(
        CaptureProblem.LibraryMissing,
        $"{Library} is not installed, so packets cannot be captured. Files can still be imported.",
        OperatingSystem.IsWindows() ? "Install Npcap from https://npcap.com."
            : OperatingSystem.IsMacOS() ? "libpcap is part of macOS: check that /usr/lib/libpcap.A.dylib can be loaded."
            : "Install it: 'sudo apt-get install libpcap0.8' (Debian, Ubuntu), 'sudo dnf install libpcap' (Fedora, RHEL), "
                + "'apk add libpcap' (Alpine).");

    public static CaptureException BadFilter(string filter, string message) => new(
        CaptureProblem.BadFilter,
        $"{Library} does not accept the filter '{filter}': {message}",
        (OperatingSystem.IsWindows() ? "See https://www.tcpdump.org/manpages/pcap-filter.7.html" : "See 'man pcap-filter'")
            + " for the syntax, for example: 'tcp port 443 and host 192.0.2.1'.");

    /// <summary>C and other programs would take a filter to end at a NUL.</summary>
    /// <exception cref="CaptureException">The filter has one.</exception>
    public static void RefuseNul(string filter)
    {
        if (filter.Contains('\0', StringComparison.Ordinal))
        {
            throw BadFilter(filter, "it has a NUL character in it");
        }
    }

    public static CaptureException FilterNotForLinkType(string filter, int linkType, string message) => new(
        CaptureProblem.BadFilter,
        $"{Library} has no filter '{filter}' for packets of link type {linkType}: {message}",
        "Choose by -Address, -Port and -Protocol, which know every link type that NetTraffic decodes, or leave out files and interfaces "
            + "of this link type.");

    public static CaptureException UnknownInterface(string name)
    {
        IReadOnlyList<string> near = InterfaceCatalog.NearestNames(name);
        string hint = near.Count > 0 ? $" Did you mean {string.Join(", ", near)}?" : "";
        return new CaptureException(
            CaptureProblem.UnknownInterface,
            $"There is no interface '{name}'.{hint}",
            "Get-NetCaptureInterface lists the interfaces.");
    }

    public static CaptureException Removed(string name) => new(
        CaptureProblem.UnknownInterface,
        $"The interface '{name}' was removed.",
        "Start a new capture when it is back.");

    /// <summary>An interface that libpcap does not open.</summary>
    /// <param name="status">How it refuses.</param>
    /// <param name="name">The interface.</param>
    /// <param name="message">What it says, if anything.</param>
    public static CaptureException FromActivate(PcapError status, string name, string message)
    {
        string text = message.Length > 0 ? message : status.ToString();
        return status switch
        {
            PcapError.NoSuchDevice => UnknownInterface(name),
            PcapError.PermissionDenied or PcapError.PromiscuousPermissionDenied => NotPermitted(name, text),
            PcapError.InterfaceNotUp => new CaptureException(
                CaptureProblem.InterfaceDown,
                $"The interface '{name}' is down.",
                OperatingSystem.IsLinux() ? $"Bring it up ('sudo ip link set {name} up') and try again."
                    : OperatingSystem.IsMacOS() ? $"Bring it up ('sudo ifconfig {name} up') and try again."
                    : $"Enable it ('Enable-NetAdapter -Name \"{name}\"') and try again."),
            _ when text.Contains("permission", StringComparison.OrdinalIgnoreCase) => NotPermitted(name, text),
            _ => new CaptureException(CaptureProblem.Other, $"{Library} cannot capture on '{name}': {text}"),
        };
    }

    private static CaptureException NotPermitted(string name, string text) => new(
        CaptureProblem.NotPermitted,
        $"This process may not capture on '{name}': {text}",
        PermissionAdvice());

    /// <summary>How to permit capturing on this platform.</summary>
    public static string PermissionAdvice()
    {
        string program = Environment.ProcessPath ?? "/path/to/pwsh";
        return OperatingSystem.IsWindows() ? "Run PowerShell as administrator, or install Npcap without 'restrict to administrators'."
            : OperatingSystem.IsMacOS() ? "Run with sudo, or give your user access to /dev/bpf* (Wireshark's ChmodBPF does)."
            : $"Run with sudo, or permit the program once: sudo setcap cap_net_raw,cap_net_admin=eip {program}";
    }
}
