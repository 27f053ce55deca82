using System.Runtime.CompilerServices;

namespace NetTraffic.PowerShell.Tests.Hosting;

/// <summary>Where things are.</summary>
internal static class Repository
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    public static string Manifest => Path.Combine(Root, "NetTraffic.psd1");

    public static string Docs => Path.Combine(Root, "docs", "cmdlets");

    public static string HelpFile => Path.Combine(Root, "module", "en-US", "NetTraffic.PowerShell.dll-Help.xml");

    private static string FindRoot([CallerFilePath] string source = "")
    {
        foreach (string start in new[] { AppContext.BaseDirectory, Path.GetDirectoryName(source) ?? "" })
        {
            for (DirectoryInfo? folder = new(start); folder is { Exists: true }; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "NetTraffic.psd1")))
                {
                    return folder.FullName;
                }
            }
        }

        throw new InvalidOperationException("NetTraffic.psd1 is in no folder above the tests.");
    }
}
