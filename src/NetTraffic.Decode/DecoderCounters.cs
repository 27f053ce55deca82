using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <summary>What a decoder decoded. Written by the decoding thread, readable from any.</summary>
public sealed class DecoderCounters
{
    private readonly long[] byReason = new long[Enum.GetValues<DecodeFailure>().Length];

    /// <summary>Packets decoded, whatever came of it.</summary>
    public long Packets { get; private set; }

    /// <summary>Packets whose decoding stopped early.</summary>
    public long Failures => Packets - Volatile.Read(ref byReason[0]);

    /// <summary>Packets by reason; <see cref="DecodeFailure.None"/> counts those that were decoded fully.</summary>
    public long Count(DecodeFailure reason) => Volatile.Read(ref byReason[(int)reason]);

    /// <summary>The reasons that occurred, with their counts.</summary>
    public Dictionary<string, long> FailuresByReason()
    {
        Dictionary<string, long> found = new(StringComparer.Ordinal);
        foreach (DecodeFailure reason in Enum.GetValues<DecodeFailure>())
        {
            if (reason != DecodeFailure.None && Count(reason) is > 0 and var count)
            {
                found.Add(reason.ToString(), count);
            }
        }

        return found;
    }

    internal void Add(DecodeFailure reason)
    {
        Packets++;
        byReason[(int)reason]++;
    }
}
