using NetTraffic.Capture;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>Packets of files, of interfaces and of the rings of captures, for a query.</summary>
internal static class PacketReader
{
    private const int MostAddresses = 1024;

    public static PacketReadResult ReadFile(string path, PacketQuery query, PacketVisitor visit, CancellationToken cancellationToken)
    {
        using CaptureFileSource source = CaptureFileSource.Open(path, cancellationToken);
        using PacketSieve sieve = new(source, query, "", visit, cancellationToken);
        return Read(sieve, cancellationToken) with { Remark = source.Remark };
    }

    public static PacketReadResult ReadInterface(LivePackets live, PacketQuery query, PacketVisitor visit,
        CancellationToken cancellationToken)
    {
        using LiveSource source = new(new LiveSourceOptions
        {
            Interface = live.Interface,
            Promiscuous = live.Promiscuous,
            SnapLength = live.SnapLength,
            Filter = query.BpfFilter
        });

        // The kernel applies the capture filter.
        using PacketSieve sieve = new(source, query with { BpfFilter = null }, "", visit, cancellationToken);
        source.Open();
        return Read(sieve, cancellationToken);
    }

    public static PacketReadResult ReadRings(ITrafficStore store, PacketQuery query, PacketVisitor visit,
        CancellationToken cancellationToken)
    {
        query = query with { TunnelPorts = TrafficEngine.TunnelPortsOf(store.Path) };
        PacketQuery resolved = Resolve(store, query, out IReadOnlyList<AddressRange>? addresses, cancellationToken);
        if (resolved.Flows is { Count: 0 })
        {
            return new PacketReadResult { NoSuchFlow = query.Filter.FlowId.Count > 0 && store.GetCaptures().Count > 0 };
        }

        int rings = 0;
        List<RingPart> parts = [];
        Lazy<HashSet<string>> begun = new(() => [.. store.GetCaptures()
            .Where(capture => capture is { PacketRingSize: not null, PacketRingPackets: 0 }).Select(capture => capture.CaptureId)]);
        foreach (string id in Captures(store, resolved).Except(store.GetUnfinishedImports()))
        {
            string folder = store.GetPacketFolder(id);
            if (!Directory.Exists(folder))
            {
                // The first packet makes the folder: a ring that has had none yet is one all the same.
                rings += begun.Value.Contains(id) ? 1 : 0;
                continue;
            }

            rings++;
            if (Select(resolved, id, addresses) is { } selection)
            {
                parts.Add(new RingPart(id, folder, selection));
            }
        }

        return new PacketMerge(parts, resolved, visit, cancellationToken).Run() with
        {
            Rings = rings,
            FlowPackets = resolved is { BpfFilter: null, Flows: { } flows } && resolved.Filter.HasOnly(TrafficFilters.CaptureId)
                ? flows.Packets ?? 0
                : 0,
        };
    }

    private static PacketReadResult Read(PacketSieve sieve, CancellationToken cancellationToken)
    {
        sieve.Run();
        cancellationToken.ThrowIfCancellationRequested();
        return new PacketReadResult { Packets = sieve.Passed };
    }

    /// <summary>
    /// Flow ids become the flows themselves. Community IDs stay, since they find what is in no flow row yet too; the store tells their
    /// addresses where it knows them.
    /// </summary>
    private static PacketQuery Resolve(ITrafficStore store, PacketQuery query, out IReadOnlyList<AddressRange>? addresses,
        CancellationToken cancellationToken)
    {
        TrafficFilter filter = query.Filter;
        addresses = null;
        if (filter.FlowId.Count > 0)
        {
            FlowSelection found = new(store.GetFlows(new TrafficFilter { FlowId = filter.FlowId, CaptureId = filter.CaptureId }, null,
                false, cancellationToken));
            if (query.Flows is not null)
            {
                throw new ArgumentException("Either flows, or flow ids.", nameof(query));
            }

            return query with { Flows = found, Filter = filter with { FlowId = [] } };
        }

        if (filter.CommunityId.Count is > 0 and <= MostAddresses && query.Flows is null)
        {
            HashSet<string> wanted = new(filter.CommunityId, StringComparer.Ordinal);
            HashSet<string> known = new(StringComparer.Ordinal);
            foreach (Flow flow in store.GetFlows(new TrafficFilter { CommunityId = filter.CommunityId }, null, false, cancellationToken))
            {
                // All flows of a Community ID are between the same addresses.
                known.Add(flow.SourceAddress!);
                wanted.Remove(flow.CommunityId!);
                if (wanted.Count == 0)
                {
                    break;
                }
            }

            // The hash says nothing of the addresses, so where one is unknown every packet must be looked at.
            addresses = wanted.Count == 0 ? [.. known.Select(AddressRange.Parse)] : null;
        }

        return query;
    }

    /// <summary>The captures asked for, as the store writes their ids: folders are told apart by case.</summary>
    private static IEnumerable<string> Captures(ITrafficStore store, PacketQuery query)
    {
        List<string> listed = [.. store.GetCaptures().Select(capture => capture.CaptureId)];
        IEnumerable<string> captures =
            query.Flows?.CaptureIds.Where(id => id.Length > 0) ?? (query.Filter.CaptureId.Count > 0 ? query.Filter.CaptureId : listed);
        HashSet<string> wanted = new(query.Filter.CaptureId, StringComparer.OrdinalIgnoreCase);
        return captures.Where(id => wanted.Count == 0 || wanted.Contains(id))
            .Select(id => listed.Find(known => known.Equals(id, StringComparison.OrdinalIgnoreCase)) ?? id)
                .Distinct(StringComparer.Ordinal);
    }

    private static PacketSelection? Select(PacketQuery query, string captureId, IReadOnlyList<AddressRange>? addresses)
    {
        TrafficFilter filter = query.Filter;
        long first = filter.Since is { } since ? UnixTime.ToNanoseconds(since) : long.MinValue;
        long last = filter.Until is { } until ? UnixTime.ToNanoseconds(until) : long.MaxValue;
        if (query.Flows is null)
        {
            return new PacketSelection { FirstNs = first, LastNs = last, Address = addresses ?? filter.Address };
        }

        return query.Flows.Range(captureId) is not { } range ? null
            : range with
            {
                FirstNs = Math.Max(first, range.FirstNs),
                LastNs = Math.Min(last, range.LastNs),
                Address = range.Address.Count > 0 ? range.Address : filter.Address
            };
    }
}

/// <summary>The part of a capture's ring that a query may find something in.</summary>
internal sealed record RingPart(string CaptureId, string Folder, PacketSelection Selection);
