using System.Globalization;
using System.Runtime.InteropServices;

namespace NetTraffic.Engine;

/// <summary>
/// The server's program: one that carries its own .NET where the module was packed so, else the assembly beside the module's files on the
/// .NET of this machine, wherever that is.
/// </summary>
internal static class ServerProgram
{
    /// <summary>Name without what the system puts behind it.</summary>
    private const string Name = "NetTraffic.Server", Framework = "Microsoft.AspNetCore.App";

    /// <summary>Folder below the module's files with a server that needs no .NET of the machine.</summary>
    private const string OwnFolder = "server";

    /// <summary>The program and its first arguments, by full paths.</summary>
    /// <exception cref="TrafficException">It is not there, or ASP.NET Core is not.</exception>
    public static IReadOnlyList<string> Find() => Find(Path.GetDirectoryName(typeof(ServerProgram).Assembly.Location) ?? "");

    /// <summary>The words that say what it is to serve, and where.</summary>
    /// <param name="storePath">Folder of the store.</param>
    /// <param name="listen">IP address; null: the setting.</param>
    /// <param name="port">TCP port; null: the setting.</param>
    public static IEnumerable<string> Arguments(string storePath, string? listen, int? port) =>
    [
        "--store", storePath,
        .. listen is null ? (string[])[] : ["--listen", listen],
        .. port is { } number ? ["--port", number.ToString(CultureInfo.InvariantCulture)] : (string[])[],
    ];

    /// <summary>The same of a module's folder.</summary>
    internal static IReadOnlyList<string> Find(string folder)
    {
        string own = Path.Combine(folder, OwnFolder, OperatingSystem.IsWindows() ? Name + ".exe" : Name);
        if (File.Exists(own))
        {
            MakeRunnable(own);
            return [own];
        }

        string path = Path.Combine(folder, Name + ".dll");
        return File.Exists(path) ? [FindDotnet(), path] : throw new TrafficException(TrafficErrors.ServerFailed, $"'{path}' is not there.",
            "Build the module whole: './build.sh build'. A 'dotnet build' of the cmdlets alone makes no server.");
    }

    /// <summary>Packages and zips can have lost who may run it.</summary>
    /// <exception cref="TrafficException">Nobody may, and this user may not change that.</exception>
    private static void MakeRunnable(string program)
    {
        const UnixFileMode run = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        if (OperatingSystem.IsWindows() || (File.GetUnixFileMode(program) & run) != 0)
        {
            return;
        }

        try
        {
            File.SetUnixFileMode(program, File.GetUnixFileMode(program) | run);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new TrafficException(TrafficErrors.ServerFailed, $"'{program}' may not be run by anybody.",
                $"Let its owner run: chmod +x '{program}'", error);
        }
    }

    /// <summary>The dotnet of an installation that has ASP.NET Core of this version.</summary>
    /// <exception cref="TrafficException">None has.</exception>
    private static string FindDotnet()
    {
        string program = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        string wanted = $"{Environment.Version.Major}.";
        return Places(program).Where(place => !string.IsNullOrEmpty(place)).Select(place => Path.GetFullPath(Path.Combine(place!, program)))
            .FirstOrDefault(found => File.Exists(found)
                && Path.Combine(Path.GetDirectoryName(RealPath(found))!, "shared", Framework) is var shared
                && Directory.Exists(shared) && Directory.EnumerateDirectories(shared, wanted + "*").Any())
            ?? throw new TrafficException(TrafficErrors.AspNetMissing,
                $"The server needs the ASP.NET Core Runtime {Environment.Version.Major}.0, which no .NET of this machine has.");
    }

    /// <summary>Where .NET may be: what runs this, what the environment names, the path, and where installers put it.</summary>
    private static IEnumerable<string?> Places(string program)
    {
        // Of a PowerShell that runs on a shared .NET: ROOT/shared/Microsoft.NETCore.App/VERSION/.
        yield return Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        yield return Environment.GetEnvironmentVariable("DOTNET_ROOT");
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            if (File.Exists(Path.Combine(folder, program)))
            {
                yield return folder;
            }
        }

        if (OperatingSystem.IsWindows())
        {
            yield return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "dotnet");
        }
        else
        {
            yield return "/usr/share/dotnet";
            yield return "/usr/lib/dotnet";
            yield return "/usr/local/share/dotnet";
            yield return "/opt/homebrew/opt/dotnet/libexec";
            yield return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet");
        }
    }

    private static string RealPath(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
}
