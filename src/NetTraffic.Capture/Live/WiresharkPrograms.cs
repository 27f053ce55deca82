namespace NetTraffic.Capture;

/// <summary>Where Wireshark's programs are.</summary>
public static class WiresharkPrograms
{
    /// <summary>Full path of a program, or null: the PATH, then where Wireshark's installers put them.</summary>
    /// <param name="name">dumpcap or tshark.</param>
    public static string? Find(string name)
    {
        string file = OperatingSystem.IsWindows() ? name + ".exe" : name;
        return InPath(file) ?? Usual().Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }

    /// <summary>The error for one that is not there.</summary>
    public static CaptureException Missing(string name) => new(
        CaptureProblem.ProgramMissing,
        $"{name} is not installed (it is neither in the PATH nor where Wireshark puts it).",
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()
            ? "Install Wireshark from https://www.wireshark.org, or capture without it: leave out -Engine."
            : name == "dumpcap" ? "Install it: 'sudo apt-get install wireshark-common' (Debian, Ubuntu), 'sudo dnf install wireshark-cli' "
                + "(Fedora, RHEL). Or capture without it: leave out -Engine."
            : "Install it: 'sudo apt-get install tshark' (Debian, Ubuntu), 'sudo dnf install wireshark-cli' (Fedora, RHEL).");

    /// <summary>How to let a user capture through them.</summary>
    public static string PermissionAdvice() =>
        OperatingSystem.IsWindows() ? "Install Npcap without 'restrict to administrators', or run PowerShell as administrator."
        : OperatingSystem.IsMacOS() ? "Install Wireshark's ChmodBPF, or run with sudo."
        : "Join the group that may: 'sudo dpkg-reconfigure wireshark-common' (answer yes), 'sudo usermod -a -G wireshark USER', "
            + "then log in again. Elsewhere: sudo setcap cap_net_raw,cap_net_admin=ep $(which dumpcap)";

    /// <summary>Full path of a program in the PATH, or null. The current folder is not looked in.</summary>
    internal static string? InPath(string file) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Usual() =>
        OperatingSystem.IsWindows() ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "Wireshark")]
        : OperatingSystem.IsMacOS() ? ["/Applications/Wireshark.app/Contents/MacOS", "/opt/homebrew/bin", "/usr/local/bin"]
        : [];
}
