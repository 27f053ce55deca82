namespace NetTraffic.Decode;

/// <summary>How a decoder behaves.</summary>
public sealed record DecoderOptions
{
    /// <summary>Fragmented datagrams whose ports are remembered at once; the oldest give way. Default 8,192 (half a megabyte).</summary>
    public int FragmentSlots { get; init; } = 8192;

    /// <summary>
    /// UDP ports where VXLAN is looked for besides 4789 (RFC 7348) and 8472 (Linux before it, flannel, Cisco OTV). Default none.
    /// </summary>
    public IReadOnlyList<ushort> VxlanPorts { get; init; } = [];
}
