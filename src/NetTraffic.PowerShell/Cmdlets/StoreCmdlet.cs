using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.Packets;

namespace NetTraffic.PowerShell;

/// <summary>A cmdlet that works on a store.</summary>
public abstract class StoreCmdlet : TrafficCmdlet
{
    private readonly Dictionary<string, ITrafficStore> stores = new(StringComparer.Ordinal);
    private readonly HashSet<string> missing = new(StringComparer.Ordinal);
    private readonly HashSet<string> named = new(StringComparer.Ordinal);

    /// <summary>Folder of the store; default NETTRAFFIC_HOME, else the platform's data folder.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? StorePath { get; set; }

    /// <summary>The store's folder as a full path; null for the default store.</summary>
    protected string? FullStorePath => string.IsNullOrEmpty(StorePath) ? null : FullPath(StorePath);

    /// <summary>The store of <see cref="StorePath"/>, opened at the first use and kept to the end of the pipeline.</summary>
    protected ITrafficStore Store => OpenStore(FullStorePath);

    /// <summary>The settings of the store of <see cref="StorePath"/>.</summary>
    protected ITrafficSettings Settings => TrafficEngine.OpenSettings(FullStorePath);

    /// <summary>
    /// An empty path is refused where somebody wrote it; objects of the pipeline have one where they are of no store.
    /// </summary>
    protected sealed override void Check()
    {
        if (IsBound(nameof(StorePath)) && string.IsNullOrEmpty(StorePath))
        {
            Refuse(TrafficErrors.BadArgument, "-StorePath is empty.", "Give a folder, or leave it out for the default store.");
        }
    }

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

    /// <summary>A store to read from; one that is not there is empty, and the user is told.</summary>
    protected ITrafficStore OpenForReading(string? path)
    {
        ITrafficStore store = OpenStore(path);
        if (!Directory.Exists(store.Path) && missing.Add(store.Path))
        {
            WriteWarning($"There is no store '{Display.Text(store.Path)}', so there is nothing in it. "
                + $"{(path is null ? "" : "Check -StorePath; ")}Import-NetCapture and Start-NetCapture make a store.");
        }

        return store;
    }

    /// <summary>Names the damaged files that answers lack, each once.</summary>
    protected override void Report()
    {
        foreach (DamagedFile file in stores.Values.SelectMany(store => store.DamagedFiles).Where(file => named.Add(file.Path)))
        {
            WriteWarning(Display.Text(file.IsReadable
                ? $"'{file.Path}' is damaged and left out: {file.Reason} Put it back from a copy if there is one; a running capture "
                    + "moves it to the store's folder 'quarantine'."
                : $"'{file.Path}' is left out: {file.Reason}"));
        }
    }

    /// <summary>Those of the captures that a store knows; each other one is reported, unless there still is traffic of it.</summary>
    protected List<string> KnownCaptures(ITrafficStore store, IReadOnlyCollection<string> captureIds)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(captureIds);
        if (captureIds.Count == 0)
        {
            return [];
        }

        HashSet<string> listed = new(store.GetCaptures().Select(capture => capture.CaptureId), StringComparer.OrdinalIgnoreCase);
        List<string> known = [];
        foreach (string id in captureIds)
        {
            // Retention can remove a capture from the list before the last hour of its traffic.
            if (listed.Contains(id) || store.GetSummary(new TrafficFilter { CaptureId = [id] }, StopToken).Packets > 0)
            {
                known.Add(id);
            }
            else
            {
                WriteError(CaptureNames.NotFound("id", id));
            }
        }

        return known;
    }

    /// <summary>How raw packets are kept: at most <paramref name="bytes"/> of them; null: not.</summary>
    protected PacketRingOptions? RingOptions(long? bytes, int snapLength)
    {
        const int headers = 96; // Ethernet, IPv6 and a TCP header with some options
        if (bytes is null && IsBound("PacketRingSnapLength"))
        {
            Refuse(TrafficErrors.BadArgument, "-PacketRingSnapLength says how much of each packet is kept, but none are kept.",
                "Say how many bytes in all: -PacketRing 512MB.");
        }

        if (bytes is not null && snapLength < headers)
        {
            WriteWarning($"Of packets cut at {snapLength} bytes the headers may be missing too: Get-NetPacket and Export-NetTraffic then "
                + $"find them by time, but not by address or port. {headers} bytes are enough for most headers.");
        }

        return bytes is { } most ? new PacketRingOptions { MaxBytes = most, SnapLength = snapLength } : null;
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
