using NetTraffic.Net;

namespace NetTraffic;

/// <summary>
/// Flows with pseudonyms for their IP and MAC addresses. The Community ID, which could be tried out against addresses, is that of the
/// pseudonyms. Names of interfaces, sensors and captures stay.
/// </summary>
public static class FlowPseudonyms
{
    /// <summary>A copy of a flow under pseudonyms.</summary>
    public static Flow Of(Flow flow, AddressPseudonyms pseudonyms)
    {
        ArgumentNullException.ThrowIfNull(flow);
        Flow copy = flow.Copy();
        Hide(copy, pseudonyms);
        return copy;
    }

    /// <summary>Flows under pseudonyms, changed as they pass: nobody else has them.</summary>
    public static IEnumerable<Flow> HideAll(IEnumerable<Flow> flows, AddressPseudonyms pseudonyms)
    {
        ArgumentNullException.ThrowIfNull(flows);
        foreach (Flow flow in flows)
        {
            Hide(flow, pseudonyms);
            yield return flow;
        }
    }

    private static void Hide(Flow flow, AddressPseudonyms pseudonyms)
    {
        flow.SourceAddress = flow.SourceAddress is { } source ? pseudonyms.OfText(source) : null;
        flow.DestinationAddress = flow.DestinationAddress is { } destination ? pseudonyms.OfText(destination) : null;
        flow.SourceMac = flow.SourceMac is { } from ? pseudonyms.OfMacText(from) : null;
        flow.DestinationMac = flow.DestinationMac is { } to ? pseudonyms.OfMacText(to) : null;
        bool hasId = flow.CommunityId is not null;
        flow.CommunityId = hasId && flow is { SourceAddress: { } first, DestinationAddress: { } second, IpProtocol: { } protocol }
            ? CommunityId.Compute(first, second, (byte)protocol, (ushort)(flow.SourcePort ?? flow.IcmpType ?? 0),
                (ushort)(flow.DestinationPort ?? flow.IcmpCode ?? 0))
            : null;
    }
}
