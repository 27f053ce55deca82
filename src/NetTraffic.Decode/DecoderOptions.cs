using NetTraffic.Net;

namespace NetTraffic.Decode;

/// <summary>How a decoder behaves.</summary>
public sealed record DecoderOptions
{
    /// <summary>Fragmented datagrams whose ports are remembered at once; the oldest give way. Default 8,192 (half a megabyte).</summary>
    public int FragmentSlots { get; init; } = 8192;

    /// <summary>UDP ports on which tunnels are looked for besides their own. Default none.</summary>
    public IReadOnlyList<TunnelPort> TunnelPorts { get; init; } = [];
}
