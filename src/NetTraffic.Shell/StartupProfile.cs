using System.Globalization;
using System.Runtime;

namespace NetTraffic.Shell;

/// <summary>
/// Lets the runtime note which methods a start compiles and compile them on the second core at the next starts, as pwsh does. The note
/// is a cache: without a folder for it, or with a damaged one, a start is only slower.
/// </summary>
internal static class StartupProfile
{
    private static readonly TimeSpan Renewal = TimeSpan.FromHours(1);

    public static void Begin(string mode)
    {
        if (Folder(Environment.GetEnvironmentVariable("XDG_CACHE_HOME")) is not { } folder)
        {
            return;
        }

        try
        {
            Begin(folder, "start-" + mode);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A cache that cannot be used.
        }
    }

    /// <summary>Folder of the cache; null where this user has none.</summary>
    public static string? Folder(string? cacheHome)
    {
        string user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string root = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Path.IsPathFullyQualified(cacheHome ?? "") ? cacheHome!
            : user.Length == 0 ? ""
            : OperatingSystem.IsMacOS() ? Path.Combine(user, "Library", "Caches") : Path.Combine(user, ".cache");
        return root.Length == 0 ? null : Path.Combine(root, "nettraffic");
    }

    /// <summary>
    /// Uses a note, and has it written anew at the end of this process where it is old. Else it is used through a link that is gone by
    /// then: the runtime has no switch for that, and writes with thousands of system calls.
    /// </summary>
    private static void Begin(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        string note = Path.Combine(folder, name);
        DateTime written = File.GetLastWriteTimeUtc(note);
        if (OperatingSystem.IsWindows() || DateTime.UtcNow - written > Renewal || written < File.GetLastWriteTimeUtc(typeof(StartupProfile).Assembly.Location))
        {
            Start(folder, name);
            return;
        }

        string passing = Path.Combine(folder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(passing);
        try
        {
            File.CreateSymbolicLink(Path.Combine(passing, name), note);
            Start(passing, name);
        }
        finally
        {
            Directory.Delete(passing, recursive: true);
        }
    }

    private static void Start(string folder, string name)
    {
        ProfileOptimization.SetProfileRoot(folder);
        ProfileOptimization.StartProfile(name);
    }
}
