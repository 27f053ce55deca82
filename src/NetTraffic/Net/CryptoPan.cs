using System.Buffers.Binary;
using System.Security.Cryptography;
using NetTraffic.Packets;

namespace NetTraffic.Net;

/// <summary>
/// Crypto-PAn (Xu, Fan, Ammar, Moon: Prefix-Preserving IP Address Anonymization, ICNP 2002): one-to-one, and two addresses that share
/// exactly k leading bits have pseudonyms that share exactly k. Bit i is flipped by the first bit of the AES of the i bits before it,
/// filled up with a secret pad; so the blocks of an address do not depend on one another, and go to AES in one call. IPv6 is the same over
/// 128 bits, as all implementations have it. Not for several threads.
/// </summary>
public sealed class CryptoPan : IDisposable
{
    /// <summary>Bytes of a key: 16 of AES-128, and 16 that become the pad.</summary>
    public const int KeyLength = 32;

    private const int BlockLength = 16, MostBits = 128;
    private readonly Aes aes = Aes.Create();
    private readonly ICryptoTransform encrypt;
    private readonly byte[] blocks = new byte[MostBits * BlockLength];
    private readonly ulong padHigh, padLow;

    /// <summary>Takes a key over; it may be cleared afterwards.</summary>
    /// <param name="key"><see cref="KeyLength"/> bytes.</param>
    /// <param name="forStations">
    /// For MAC addresses: with a pad of their own, since who knows a vendor's number would else learn which leading bits of IP addresses
    /// are flipped.
    /// </param>
    public CryptoPan(ReadOnlySpan<byte> key, bool forStations = false)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyLength);
        aes.Key = key[..BlockLength].ToArray();
#pragma warning disable CA5358 // AES is a pseudorandom function of single blocks here; no message is encrypted.
        aes.Mode = CipherMode.ECB;
#pragma warning restore CA5358
        aes.Padding = PaddingMode.None;
        encrypt = aes.CreateEncryptor();
        key[BlockLength..].CopyTo(blocks);
        for (int times = forStations ? 2 : 1; times > 0; times--)
        {
            encrypt.TransformBlock(blocks, 0, BlockLength, blocks, 0);
        }

        padHigh = BinaryPrimitives.ReadUInt64BigEndian(blocks);
        padLow = BinaryPrimitives.ReadUInt64BigEndian(blocks.AsSpan(8));
    }

    /// <summary>The pseudonym of an IPv4 address, in host order.</summary>
    public uint Pseudonym(uint address) => (uint)(Pseudonym((ulong)address << 32, 0, 32).High >> 32);

    /// <summary>The pseudonym of an IPv6 address.</summary>
    public IpAddress128 Pseudonym(in IpAddress128 address) => Pseudonym(address.High, address.Low, MostBits);

    /// <summary>The pseudonym of 48 bits.</summary>
    public ulong Pseudonym48(ulong value) => Pseudonym(value << 16, 0, 48).High >> 16;

    /// <inheritdoc/>
    public void Dispose()
    {
        encrypt.Dispose();
        aes.Dispose();
        CryptographicOperations.ZeroMemory(blocks);
    }

    private IpAddress128 Pseudonym(ulong high, ulong low, int bits)
    {
        for (int i = 0; i < bits; i++)
        {
            ulong keepHigh = i >= 64 ? ulong.MaxValue : ~(ulong.MaxValue >> i);
            ulong keepLow = i > 64 ? ~(ulong.MaxValue >> (i - 64)) : 0;
            Span<byte> block = blocks.AsSpan(i * BlockLength, BlockLength);
            BinaryPrimitives.WriteUInt64BigEndian(block, (high & keepHigh) | (padHigh & ~keepHigh));
            BinaryPrimitives.WriteUInt64BigEndian(block[8..], (low & keepLow) | (padLow & ~keepLow));
        }

        encrypt.TransformBlock(blocks, 0, bits * BlockLength, blocks, 0);
        ulong flipHigh = 0, flipLow = 0;
        for (int i = 0; i < bits; i++)
        {
            ulong flip = (ulong)(blocks[i * BlockLength] >> 7);
            if (i < 64)
            {
                flipHigh |= flip << (63 - i);
            }
            else
            {
                flipLow |= flip << (127 - i);
            }
        }

        return new IpAddress128(high ^ flipHigh, low ^ flipLow);
    }
}
