using System.Management.Automation;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell.Commands;

/// <content>-Enriched.</content>
public sealed partial class ExportNetTrafficCommand
{
    /// <summary>Adds what is known of both addresses: country, autonomous system, organisation, whether it is suspicious.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    public SwitchParameter Enriched { get; set; }

    private void RefuseEnriched()
    {
        if (Enriched && (format == ExportFormat.Pcap || ChosenDataset != Datasets.Flows))
        {
            Refuse(TrafficErrors.BadArgument, "-Enriched adds columns to flows, and none are exported.",
                "Leave it out, or export the dataset Flows as CSV, JSON or Parquet.");
        }
    }

    /// <summary>Of real addresses, before these become pseudonyms: countries stay right.</summary>
    private IEnumerable<EnrichedFlow> WithFacts(IEnumerable<Flow> flows)
    {
        IAddressFacts facts = TrafficEngine.OpenFacts(FullStorePath);
        AddressFacts.Require(facts, AddressFact.CountryCode);
        AddressFacts.Require(facts, AddressFact.AsNumber);
        return EnrichedFlows.Of(flows, facts, pseudonyms);
    }
}
