using System.Reflection;
using System.Runtime.Loader;

namespace NetTraffic.Loading;

/// <summary>
/// Managed and native libraries as NetTraffic.PowerShell.deps.json names them. Left to the default context: this assembly, whose types
/// users name and whose identity must be one, and whatever the file does not name (PowerShell, the framework).
/// </summary>
internal sealed class ModuleLoadContext : AssemblyLoadContext
{
    private static readonly Assembly Words = typeof(ModuleLoadContext).Assembly;
    private readonly AssemblyDependencyResolver resolver;

    public ModuleLoadContext(string mainPath)
        : base("NetTraffic", isCollectible: false)
    {
        MainPath = mainPath;
        resolver = new AssemblyDependencyResolver(mainPath);
        Main = LoadFromAssemblyPath(mainPath);
    }

    public string MainPath { get; }

    public Assembly Main { get; }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == Words.GetName().Name)
        {
            return Words;
        }

        return resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
}
