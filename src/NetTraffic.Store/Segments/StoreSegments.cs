namespace NetTraffic.Store;

/// <summary>The segments of a store that questions go to: those that are damaged are left out, and noted.</summary>
/// <param name="store">Folder of the store.</param>
/// <param name="damage">Where damaged ones are noted.</param>
/// <param name="facts">Gives what is known of addresses; null: nothing is.</param>
internal sealed class StoreSegments(string store, DamageLog damage, Func<IAddressFacts>? facts = null) : IDisposable
{
    private readonly Lazy<(IAddressFacts Facts, int Number)> known = new(() =>
    {
        IAddressFacts given = facts?.Invoke()
            ?? throw new InvalidOperationException("Nothing is known of addresses here: the store was opened without.");
        return (given, FactFunction.Add(given));
    });

    /// <summary>Whose knowledge of addresses SQL is to ask (<see cref="FactFunction"/>).</summary>
    /// <exception cref="TrafficException">Nothing here can tell that.</exception>
    public int WhoTells(AddressFact fact)
    {
        AddressFacts.Require(known.Value.Facts, fact);
        return known.Value.Number;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (known.IsValueCreated)
        {
            FactFunction.Remove(known.Value.Number);
        }
    }

    /// <summary>Folder of the store.</summary>
    public string Store { get; } = store;

    /// <summary>Segments that can hold rows of a time range, oldest first.</summary>
    public List<Segment> List(Dataset dataset, long fromUs, long toUs) => damage.Whole(Names(dataset, fromUs, toUs));

    /// <summary>The same, and whether rows are missing: those of damaged segments, or of such that upkeep has moved away.</summary>
    public List<Segment> List(Dataset dataset, long fromUs, long toUs, out bool incomplete)
    {
        List<Segment> all = Names(dataset, fromUs, toUs);
        List<Segment> whole = damage.Whole(all);
        incomplete = whole.Count < all.Count || Lost(dataset, fromUs, toUs).Count > 0;
        return whole;
    }

    /// <summary>
    /// The same of those that may hold rows of one capture: its own, and merged ones.
    /// </summary>
    public List<Segment> List(Dataset dataset, string captureId, long fromUs, long toUs, out bool incomplete)
    {
        bool MayHold(Segment segment) => segment.Writer == captureId || Segment.IsMerged(segment.Path);
        List<Segment> all = Names(dataset, fromUs, toUs).FindAll(MayHold);
        List<Segment> whole = damage.Whole(all);
        incomplete = whole.Count < all.Count || Lost(dataset, fromUs, toUs).Exists(MayHold);
        return whole;
    }

    /// <summary>The same with damaged ones among them: none of them has been looked into.</summary>
    public List<Segment> Names(Dataset dataset, long fromUs, long toUs) => SegmentCatalog.List(Store, dataset.Name, fromUs, toUs);

    /// <summary>Those that are not damaged.</summary>
    public List<Segment> Whole(IReadOnlyList<Segment> segments) => damage.Whole(segments);

    private List<Segment> Lost(Dataset dataset, long fromUs, long toUs) =>
        Quarantine.List(Store, dataset).FindAll(segment => segment.FirstUs < toUs && segment.LastUs >= fromUs);
}
