using System.Runtime;

namespace NetTraffic.Shell;

/// <summary>
/// Lets the runtime note which methods a start compiles and compile them on the second core at the next start, as pwsh does. The note
/// is a cache: without a folder for it, or with a damaged one, a start is only slower.
/// </summary>
internal static class StartupProfile
{
    public static void Begin(string mode)
    {
        if (Folder(Environment.GetEnvironmentVariable("XDG_CACHE_HOME")) is not { } folder)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return;
        }

        ProfileOptimization.SetProfileRoot(folder);
        ProfileOptimization.StartProfile("start-" + mode);
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
}
