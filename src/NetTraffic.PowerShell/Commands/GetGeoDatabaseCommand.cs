using System.Management.Automation;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Get-GeoDatabase: the tables and databases that say where addresses are, with their age and licence.</summary>
[Cmdlet(VerbsCommon.Get, "GeoDatabase")]
[OutputType(typeof(GeoDatabase))]
public sealed class GetGeoDatabaseCommand : EachStoreCmdlet
{
    /// <inheritdoc/>
    protected override void AskStore()
    {
        IReadOnlyList<GeoDatabase> found =
            GeoCatalog.List(Settings.GetOption().GeoDatabase, text => WriteWarning(Display.Text(text)));
        if (found.Count == 0)
        {
            WriteWarning("There is no table of countries or autonomous systems. Update-GeoDatabase fetches them (no key is needed).");
        }

        WriteObject(found, enumerateCollection: true);
    }
}
