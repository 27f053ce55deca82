using System.Buffers.Text;
using System.Runtime.Intrinsics;

namespace NetTraffic;

/// <summary>
/// Community IDs of many rows: SHA-1 (RFC 3174) of eight messages at a time, one in each lane of a vector. Every message fits in one
/// block of 64 bytes. A tenth of the time of the system's SHA-1 called for each, which would be a sixth of an import.
/// </summary>
public sealed class CommunityIdBatch
{
    /// <summary>Rows hashed at once.</summary>
    public const int Lanes = 8;

    private const int BlockBytes = 64;
    private readonly byte[] blocks = new byte[Lanes * BlockBytes];
    private int count;

    /// <summary>Adds a row with IP; true where the batch is full and must be formatted before the next.</summary>
    public bool Add(in FlowRow row)
    {
        Span<byte> block = blocks.AsSpan(count * BlockBytes, BlockBytes);
        block.Clear();
        int length = CommunityId.WriteMessage(row, 0, block);
        block[length] = 0x80;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(block[62..], (ushort)(length * 8));
        return ++count == Lanes;
    }

    /// <summary>Forgets the rows that were added and not written.</summary>
    public void Clear() => count = 0;

    /// <summary>
    /// Writes the identifiers of the rows added since the last call, <see cref="CommunityId.TextLength"/> bytes each; returns the number of
    /// bytes.
    /// </summary>
    public int Format(Span<byte> texts)
    {
        Span<Vector256<uint>> state = stackalloc Vector256<uint>[5];
        Hash(state);
        Span<byte> digest = stackalloc byte[20];
        for (int lane = 0; lane < count; lane++)
        {
            for (int word = 0; word < 5; word++)
            {
                System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(digest[(4 * word)..], state[word].GetElement(lane));
            }

            Span<byte> text = texts.Slice(lane * CommunityId.TextLength, CommunityId.TextLength);
            text[0] = (byte)'1';
            text[1] = (byte)':';
            Base64.EncodeToUtf8(digest, text[2..], out _, out _);
        }

        int written = count * CommunityId.TextLength;
        count = 0;
        return written;
    }

    private void Hash(Span<Vector256<uint>> state)
    {
        Span<Vector256<uint>> words = stackalloc Vector256<uint>[80];
        Span<uint> lanes = stackalloc uint[Lanes];
        for (int word = 0; word < 16; word++)
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                lanes[lane] = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(blocks.AsSpan((lane * BlockBytes) + (4 * word)));
            }

            words[word] = Vector256.Create<uint>(lanes);
        }

        for (int t = 16; t < 80; t++)
        {
            words[t] = Rotate(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1);
        }

        Vector256<uint> a = Vector256.Create(0x67452301u);
        Vector256<uint> b = Vector256.Create(0xEFCDAB89u);
        Vector256<uint> c = Vector256.Create(0x98BADCFEu);
        Vector256<uint> d = Vector256.Create(0x10325476u);
        Vector256<uint> e = Vector256.Create(0xC3D2E1F0u);
        (Vector256<uint> a0, Vector256<uint> b0, Vector256<uint> c0, Vector256<uint> d0, Vector256<uint> e0) = (a, b, c, d, e);
        for (int t = 0; t < 80; t++)
        {
            Vector256<uint> mixed = t switch
            {
                < 20 => (d ^ (b & (c ^ d))) + Vector256.Create(0x5A827999u),
                < 40 => (b ^ c ^ d) + Vector256.Create(0x6ED9EBA1u),
                < 60 => ((b & c) | (d & (b | c))) + Vector256.Create(0x8F1BBCDCu),
                _ => (b ^ c ^ d) + Vector256.Create(0xCA62C1D6u),
            };
            Vector256<uint> next = Rotate(a, 5) + mixed + e + words[t];
            e = d;
            d = c;
            c = Rotate(b, 30);
            b = a;
            a = next;
        }

        state[0] = a + a0;
        state[1] = b + b0;
        state[2] = c + c0;
        state[3] = d + d0;
        state[4] = e + e0;
    }

    private static Vector256<uint> Rotate(Vector256<uint> value, int bits) => (value << bits) | (value >>> (32 - bits));
}
