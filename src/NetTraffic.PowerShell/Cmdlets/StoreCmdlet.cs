using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.Store;

namespace NetTraffic.PowerShell;

/// <summary>A cmdlet that works on a store.</summary>
public abstract class StoreCmdlet : TrafficCmdlet
{
    private readonly Dictionary<string, ITrafficStore> stores = new(StringComparer.Ordinal);

    /// <summary>Folder of the store; default NETTRAFFIC_HOME, else the platform's data folder.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? StorePath { get; set; }

    /// <summary>The store's folder as a full path; null for the default store.</summary>
    protected string? FullStorePath => string.IsNullOrEmpty(StorePath) ? null : FullPath(StorePath);

    /// <summary>The store of <see cref="StorePath"/>, opened at the first use and kept to the end of the pipeline.</summary>
    protected ITrafficStore Store => OpenStore(FullStorePath);

    /// <summary>A store by its full path; null: the default store.</summary>
    protected ITrafficStore OpenStore(string? path)
    {
        if (!stores.TryGetValue(path ?? "", out ITrafficStore? store))
        {
            store = TrafficEngine.OpenStore(path);
            stores.Add(path ?? "", store);
        }

        return store;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (ITrafficStore store in stores.Values)
            {
                store.Dispose();
            }

            stores.Clear();
        }

        base.Dispose(disposing);
    }
}
