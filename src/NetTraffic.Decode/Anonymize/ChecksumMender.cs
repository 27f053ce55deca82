using System.Buffers.Binary;

namespace NetTraffic.Decode;

/// <summary>
/// Internet checksums over bytes that have changed (RFC 1624, equation 3). Only the difference counts, so bytes that are not there, or went
/// behind the end, count as they were; and a checksum that was wrong is wrong by as much as before.
/// </summary>
internal sealed class ChecksumMender
{
    private readonly List<Covered> all = [];

    public void Clear() => all.Clear();

    /// <summary>Notes a checksum; those inside it are noted after it.</summary>
    public void Add(in Covered checksum) => all.Add(checksum);

    /// <summary>Mends what was noted, the innermost first, since it changes what the others cover.</summary>
    /// <param name="before">The frame as it was.</param>
    /// <param name="frame">As it is now, as far as it is kept.</param>
    public void Mend(ReadOnlySpan<byte> before, Span<byte> frame)
    {
        for (int i = all.Count - 1; i >= 0; i--)
        {
            Covered one = all[i];
            if (one.Offset + 2 > frame.Length)
            {
                continue;
            }

            int end = Math.Min(one.End, frame.Length);
            uint old = Sum(before[one.Start..end]) + Addresses(one, before);
            uint now = Sum(frame[one.Start..end]) + Addresses(one, frame);
            ushort checksum = BinaryPrimitives.ReadUInt16BigEndian(frame[one.Offset..]);
            if (old == now || (one.ZeroIsNone && checksum == 0))
            {
                continue;
            }

            ushort mended = (ushort)~Fold((uint)(ushort)~checksum + (ushort)~Fold(old) + Fold(now));
            mended = one.ZeroIsNone && mended == 0 ? ushort.MaxValue : mended;
            BinaryPrimitives.WriteUInt16BigEndian(frame[one.Offset..], mended);
        }
    }

    /// <summary>The pseudo-header's addresses; what else it has did not change.</summary>
    private static uint Addresses(in Covered one, ReadOnlySpan<byte> frame) => one.AddressLength == 0 ? 0
        : Sum(frame.Slice(one.Source, one.AddressLength)) + Sum(frame.Slice(one.Destination, one.AddressLength));

    /// <summary>16-bit words added up, folded; of an odd length the last one is filled up with zero.</summary>
    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        ulong sum = 0;
        for (; bytes.Length >= 2; bytes = bytes[2..])
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        }

        sum += bytes.Length == 1 ? (uint)bytes[0] << 8 : 0;
        return Fold((uint)(sum >> 32) + (uint)sum);
    }

    private static ushort Fold(uint sum)
    {
        sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)(sum + (sum >> 16));
    }

    /// <summary>A checksum and what it is of.</summary>
    /// <param name="Offset">Where in the frame it stands.</param>
    /// <param name="Start">Where what it covers begins.</param>
    /// <param name="End">Where that ends; may lie behind the frame.</param>
    /// <param name="ZeroIsNone">Whether 0 says that there is no checksum (UDP).</param>
    public readonly record struct Covered(int Offset, int Start, int End, bool ZeroIsNone = false)
    {
        /// <summary>Where the sender's address of the pseudo-header stands.</summary>
        public int Source { get; init; }

        /// <summary>Where the receiver's address of the pseudo-header stands.</summary>
        public int Destination { get; init; }

        /// <summary>Bytes of each; 0: there is no pseudo-header.</summary>
        public int AddressLength { get; init; }
    }
}
