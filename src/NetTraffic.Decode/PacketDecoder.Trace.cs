using System.Runtime.CompilerServices;
using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <content>Where in a frame the innermost header stands, for those few packets that somebody wants told.</content>
public sealed partial class PacketDecoder
{
    private byte[]? traced;
    private Range innermost;

    /// <summary>Decodes one frame as <see cref="Decode"/> does, and finds what its innermost header carries.</summary>
    /// <param name="frame">The captured bytes.</param>
    /// <param name="length">How many of them.</param>
    /// <param name="linkType">LINKTYPE_ value.</param>
    /// <param name="wireLength">Length on the wire.</param>
    /// <param name="packet">The headers.</param>
    /// <returns>With IP: from the transport header on; else what the innermost EtherType names. Empty where there is neither.</returns>
    internal ReadOnlySpan<byte> Locate(byte[] frame, int length, int linkType, int wireLength, out DecodedPacket packet)
    {
        traced = frame;
        innermost = default;
        Decode(new RawPacket(0, wireLength, linkType, 0, frame.AsSpan(0, length)), out packet);
        traced = null;
        return (packet.Traits & PacketTraits.LaterFragment) != 0 ? default : frame.AsSpan(innermost);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Trace(ReadOnlySpan<byte> content)
    {
        if (traced is not null)
        {
            Note(content);
        }
    }

    private void Note(ReadOnlySpan<byte> content)
    {
        innermost = !content.IsEmpty && traced.AsSpan().Overlaps(content, out int offset) ? offset..(offset + content.Length) : default;
    }
}
