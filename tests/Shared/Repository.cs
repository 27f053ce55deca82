using System.Runtime.CompilerServices;

namespace NetTraffic.Testing;

/// <summary>Where things are: the repository's root, its fixtures, and the captures that stand beside the repository.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution file.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The project's own capture.</summary>
    public static string SampleCapture => Path.Combine(Root, "tests", "fixtures", "sample.pcapng");

    /// <summary>
    /// The folder of shared captures: NETTRAFFIC_TEST_PCAPS, or the nearest <c>../shared/pcaps</c> from the root upwards; null where
    /// there is none.
    /// </summary>
    public static string? SharedCaptures { get; } = FindSharedCaptures();

    /// <summary>The reason given where the shared captures are absent.</summary>
    public const string NoSharedCaptures = "The shared captures are not here: put them in ../shared/pcaps beside the repository, or name "
        + "their folder in NETTRAFFIC_TEST_PCAPS.";

    /// <summary>Every shared capture as FOLDER/FILE, and nothing where they are absent.</summary>
    public static IEnumerable<string> SharedCaptureNames() => SharedCaptures is not { } folder
        ? []
        : Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetExtension(path) is ".pcap" or ".pcapng" or ".cap")
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    /// <summary>Full path of a shared capture; the calling test is skipped where there is none.</summary>
    public static string SharedCapture(string name)
    {
        Assert.SkipWhen(SharedCaptures is null, NoSharedCaptures);
        string path = Path.Combine(SharedCaptures!, name);
        Assert.SkipUnless(File.Exists(path),
            $"The shared capture '{name}' is not in {SharedCaptures}; the folder is older than this test.");
        return path;
    }

    /// <summary>The names as theory data; one empty name, which skips, where the captures are absent.</summary>
    public static TheoryData<string> SharedCaptureData()
    {
        TheoryData<string> data = [];
        foreach (string name in SharedCaptureNames().DefaultIfEmpty(""))
        {
            data.Add(name);
        }

        return data;
    }

    private static string? FindSharedCaptures()
    {
        if (Environment.GetEnvironmentVariable("NETTRAFFIC_TEST_PCAPS") is { Length: > 0 } named)
        {
            return Directory.Exists(named) ? named : null;
        }

        for (DirectoryInfo? folder = Directory.GetParent(Root); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", "pcaps");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    private static string FindRoot([CallerFilePath] string source = "")
    {
        // Where the tests run from, else where they were built from.
        foreach (string start in new[] { AppContext.BaseDirectory, Path.GetDirectoryName(source) ?? "" })
        {
            for (DirectoryInfo? folder = new(start); folder is { Exists: true }; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "NetTrafficPS.sln")))
                {
                    return folder.FullName;
                }
            }
        }

        throw new DirectoryNotFoundException($"NetTrafficPS.sln is in no folder above '{AppContext.BaseDirectory}'.");
    }
}
