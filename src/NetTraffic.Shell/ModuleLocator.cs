namespace NetTraffic.Shell;

/// <summary>Finds the module: NETTRAFFIC_MODULE, else NetTraffic.psd1 in the folders above the program.</summary>
internal static class ModuleLocator
{
    public const string Variable = "NETTRAFFIC_MODULE";
    private const string Manifest = "NetTraffic.psd1";

    /// <summary>Full path of the manifest, or null with the reason.</summary>
    public static string? Find(string? setting, string start, out string problem)
    {
        problem = "";
        if (!string.IsNullOrWhiteSpace(setting))
        {
            string given = Path.GetFullPath(setting);
            string manifest = Directory.Exists(given) ? Path.Combine(given, Manifest) : given;
            if (File.Exists(manifest))
            {
                return manifest;
            }

            problem = $"{Variable} is '{setting}', but there is no module at '{manifest}'.";
            return null;
        }

        for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
        {
            string manifest = Path.Combine(folder.FullName, Manifest);
            if (File.Exists(manifest))
            {
                return manifest;
            }
        }

        problem = $"{Manifest} was not found in '{start}' or a folder above it. Set {Variable} to the module's folder.";
        return null;
    }
}
