using System.Management.Automation;
using System.Net;
using System.Security;
using NetTraffic.Engine;
using NetTraffic.Net;
using NetTraffic.PowerShell.Export;

namespace NetTraffic.PowerShell.Commands;

/// <content>-Anonymize.</content>
public sealed partial class ExportNetTrafficCommand
{
    /// <summary>Replaces addresses by pseudonyms, and leaves out what could name somebody otherwise.</summary>
    [Parameter]
    public SwitchParameter Anonymize { get; set; }

    /// <summary>Key of the pseudonyms; default: that of the settings, else a new one.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? AnonymizationKey { get; set; }

    /// <summary>The key, refused where it is none or nothing needs it; null: there is none.</summary>
    private byte[]? ChooseKey()
    {
        if (!Anonymize)
        {
            if (AnonymizationKey is not null)
            {
                Refuse(TrafficErrors.BadArgument, "-AnonymizationKey is the key of pseudonyms, but none are asked for.",
                    "Give -Anonymize with it, or leave it out.");
            }

            return null;
        }

        if (format != ExportFormat.Pcap && ChosenDataset != Datasets.Flows)
        {
            Refuse(TrafficErrors.BadArgument, $"-Anonymize does not go with the dataset {Dataset}: it is for flows and packets.",
                "Leave it out, or export the dataset Flows.");
        }

        if (AnonymizationKey is null)
        {
            return Settings.GetAnonymizationKey();
        }

        try
        {
            return NetTraffic.Net.AnonymizationKey.Parse(new NetworkCredential("", AnonymizationKey).Password);
        }
        catch (FormatException error)
        {
            Refuse(TrafficErrors.BadArgument, $"-AnonymizationKey: {error.Message}");
            return null;
        }
    }

    private AddressPseudonyms MakePseudonyms(byte[]? key)
    {
        if (key is null)
        {
            WriteWarning("No anonymization key is set, so this export has one of its own, which is not kept: its pseudonyms will match "
                + "those of no other export. To have them match, give -AnonymizationKey, or set one with Set-NetTrafficOption "
                + "-AnonymizationKey.");
        }

        return new AddressPseudonyms(key ?? NetTraffic.Net.AnonymizationKey.Random());
    }

    private PacketFile MakePacketFile() => new(
        this, output!.Open(compress), Legacy, file, pseudonyms, pseudonyms is null ? [] : TrafficEngine.TunnelPortsOf(FullStorePath));

    private IEnumerable<Flow> Hidden(IEnumerable<Flow> flows) => pseudonyms is null ? flows : FlowPseudonyms.HideAll(flows, pseudonyms);

    /// <summary>A flow of the pipeline under pseudonyms; of anything else nobody knows where it has addresses.</summary>
    private PSObject Hidden(PSObject input, AddressPseudonyms with)
    {
        if (input.BaseObject is not Flow flow)
        {
            Refuse(TrafficErrors.BadArgument,
                $"-Anonymize knows the addresses of flows as Get-NetFlow gives them; a {new PipedObject(input).TypeName} can have them "
                    + "anywhere.",
                "Pipe in flows without Select-Object, or export the store, and choose columns of the file that is made.");
            return input;
        }

        return new PSObject(FlowPseudonyms.Of(flow, with));
    }
}
