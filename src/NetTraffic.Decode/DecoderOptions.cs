namespace NetTraffic.Decode;

/// <summary>How a decoder behaves.</summary>
public sealed record DecoderOptions
{
    /// <summary>Fragmented datagrams whose ports are remembered at once; the oldest give way. Default 8,192 (half a megabyte).</summary>
    public int FragmentSlots { get; init; } = 8192;
}
