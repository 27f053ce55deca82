namespace NetTraffic.Store;

/// <summary>
/// What questions came to over segments, for processes that are asked the same again and again. An answer is known by its question and the
/// names of the segments, which never change what they hold; so nothing here is ever out of date, and what is asked least goes first. Safe
/// for several threads.
/// </summary>
/// <param name="most">Sums that are kept at most, of <see cref="BytesOfSum"/> bytes or what takes as much.</param>
internal sealed class SummaryParts(long most)
{
    /// <summary>Sums of one part at most; a question with more is asked as a whole.</summary>
    public const int MostOfOne = 20_000;

    private const int BytesOfSum = 150;
    private readonly Dictionary<(string Question, string Segments), LinkedListNode<Kept>> known = [];
    private readonly LinkedList<Kept> newestFirst = [];
    private readonly Lock access = new();
    private long held;

    /// <summary>Those of this process: some 75 MB at most.</summary>
    public static SummaryParts Shared { get; } = new(500_000);

    /// <summary>Sums that are kept now.</summary>
    public long Held
    {
        get
        {
            lock (access)
            {
                return held;
            }
        }
    }

    /// <summary>What a question came to over some segments, or comes to now.</summary>
    public SummaryPart Get(string question, string segments, Func<SummaryPart> ask)
    {
        (string Question, string Segments) key = (question, segments);
        lock (access)
        {
            if (known.TryGetValue(key, out LinkedListNode<Kept>? found))
            {
                newestFirst.Remove(found);
                newestFirst.AddFirst(found);
                return found.Value.Part;
            }
        }

        SummaryPart part = ask();
        lock (access)
        {
            LinkedListNode<Kept> node = new(new Kept(key, part));
            if (known.TryAdd(key, node))
            {
                newestFirst.AddFirst(node);
                held += node.Value.Weight;
            }

            while (held > most && newestFirst.Last is { } last)
            {
                newestFirst.RemoveLast();
                known.Remove(last.Value.Key);
                held -= last.Value.Weight;
            }
        }

        return part;
    }

    private sealed record Kept((string Question, string Segments) Key, SummaryPart Part)
    {
        // The names of an hour's many segments can be larger than what they came to.
        private const int CharactersOfSum = BytesOfSum / sizeof(char);

        public int Weight => Part.Weight + ((Key.Question.Length + Key.Segments.Length) / CharactersOfSum);
    }
}

/// <summary>What a question came to over a part of the segments. Nobody changes it.</summary>
internal sealed class SummaryPart
{
    /// <summary>There are too many groups, addresses or flows to remember.</summary>
    public static SummaryPart OfTooMany { get; } = new() { TooMany = true };

    /// <summary>Sums by bucket and name; one without a name of everything.</summary>
    public List<SummarySum> Sums
    {
        get;
        init
        {
            field = value;
            StartUs = value.Count == 0 ? long.MaxValue : value.Min(sum => sum.StartUs);
        }
    } = [];

    /// <summary>Earliest begin of a flow.</summary>
    public long StartUs { get; private init; } = long.MaxValue;

    /// <summary>Bytes of each bucket, each row counted once.</summary>
    public List<(long Bucket, long Bytes)> Whole { get; init; } = [];

    /// <summary>Distinct values of the columns that a total counts.</summary>
    public List<string>[] Distinct { get; init; } = [[], [], []];

    /// <summary>
    /// Of a series, where other parts may have rows of the same flows in a bucket: those that began before it and are told apart over all
    /// parts. Else they are counted in the sums.
    /// </summary>
    public List<(long Bucket, string Name, ulong FlowId)> OlderFlows { get; init; } = [];

    /// <summary>Of captures: packets that were dropped, and those that could not be decoded.</summary>
    public (long Dropped, long Undecoded) Losses { get; init; }

    /// <summary>Whether there are too many, and they were left out.</summary>
    public bool TooMany { get; private init; }

    /// <summary>How many things it holds.</summary>
    public int Weight => 1 + Sums.Count + Whole.Count + OlderFlows.Count + Distinct.Sum(values => values.Count);
}

/// <summary>Sums of one group's rows.</summary>
/// <param name="Bucket">Its time bucket, in microseconds since 1970; 0: no series.</param>
/// <param name="Name">Its name.</param>
/// <param name="Packets">Packets.</param>
/// <param name="Bytes">Bytes.</param>
/// <param name="Began">Flows that began.</param>
/// <param name="Older">Of a series: flows that began before the bucket, where they are counted.</param>
/// <param name="Sent">Bytes sent.</param>
/// <param name="Received">Bytes received.</param>
/// <param name="FirstUs">First packet.</param>
/// <param name="LastUs">Last packet.</param>
/// <param name="StartUs">Earliest begin of a flow.</param>
/// <param name="Retransmissions">Of a total: TCP segments sent again.</param>
internal readonly record struct SummarySum(
    long Bucket, string Name, long Packets, long Bytes, long Began, long Older, long Sent, long Received, long FirstUs, long LastUs,
    long StartUs, long Retransmissions = 0)
{
    /// <summary>Both together.</summary>
    public SummarySum With(SummarySum other) => new(Bucket, Name, Packets + other.Packets, Bytes + other.Bytes, Began + other.Began,
        Older + other.Older, Sent + other.Sent, Received + other.Received, Math.Min(FirstUs, other.FirstUs),
        Math.Max(LastUs, other.LastUs), Math.Min(StartUs, other.StartUs), Retransmissions + other.Retransmissions);
}
