using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace NetTraffic.Loading;

/// <summary>
/// Loads the cmdlets and everything behind them into a load context of their own, so that our versions of libraries never clash
/// with another module's. One context serves the whole process: all runspaces, and every repeated import.
/// </summary>
public static class ModuleLoader
{
    private const string MainAssembly = "NetTraffic.PowerShell.dll";
    private static readonly Lock Gate = new();
    private static ModuleLoadContext? loaded;

    /// <summary>The assembly with the cmdlets; loaded at the first call, the same one ever after.</summary>
    /// <param name="binFolder">Folder of the built module.</param>
    /// <exception cref="FileNotFoundException">The folder holds no built module.</exception>
    /// <exception cref="InvalidOperationException">This process has another build loaded already.</exception>
    public static Assembly Load(string binFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(binFolder);
        string path = Path.Combine(Path.GetFullPath(binFolder), MainAssembly);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"'{path}' is not there: the module is not built.", path);
        }

        lock (Gate)
        {
            loaded ??= new ModuleLoadContext(path);
            if (loaded.MainPath != path && VersionId(path) != loaded.Main.ManifestModule.ModuleVersionId)
            {
                throw new InvalidOperationException(
                    $"This process has loaded another build of NetTraffic, from '{Path.GetDirectoryName(loaded.MainPath)}'. "
                    + $"Start a new PowerShell process to use the one in '{binFolder}'.");
            }

            return loaded.Main;
        }
    }

    /// <summary>Tells two builds apart without loading the second.</summary>
    private static Guid VersionId(string path)
    {
        using PEReader file = new(SharedFile.OpenRead(path));
        MetadataReader metadata = file.GetMetadataReader();
        return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
    }
}
