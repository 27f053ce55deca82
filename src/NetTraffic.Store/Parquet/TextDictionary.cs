using System.Buffers.Binary;
using System.Text;
using NetTraffic.Packets;

namespace NetTraffic.Store.Parquet;

/// <summary>Distinct texts of one column in one segment, in Parquet's plain encoding.</summary>
internal sealed class TextDictionary
{
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly ByteBuffer plain = new();

    public int Count => numbers.Count;

    public ReadOnlySpan<byte> Plain => plain.Written.Span;

    public void Clear()
    {
        numbers.Clear();
        plain.Clear();
    }

    public int Number(string text)
    {
        if (!numbers.TryGetValue(text, out int number))
        {
            number = numbers.Count;
            numbers.Add(text, number);
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            plain.WriteInt32(bytes.Length);
            plain.Write(bytes);
        }

        return number;
    }
}

/// <summary>
/// Distinct addresses of one column in one segment, numbered as they come. Open addressing; the hash is keyed with a random secret,
/// since the addresses are whatever somebody sent.
/// </summary>
internal sealed class AddressDictionary
{
    private static readonly ulong Secret =
        BinaryPrimitives.ReadUInt64LittleEndian(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8)) | 1;
    private IpAddress128[] addresses = new IpAddress128[1024];
    private byte[] versions = new byte[1024];
    private int[] slots = new int[4096];

    public int Count { get; private set; }

    public ReadOnlySpan<IpAddress128> Addresses => addresses.AsSpan(0, Count);

    /// <summary>The IP version of each: 1.2.3.4 and ::ffff:1.2.3.4 are two.</summary>
    public ReadOnlySpan<byte> IpVersions => versions.AsSpan(0, Count);

    public void Clear()
    {
        Array.Clear(slots);
        Count = 0;
    }

    public int Number(in IpAddress128 address, byte ipVersion)
    {
        int mask = slots.Length - 1;
        int at = (int)Hash(address) & mask;
        while (slots[at] != 0)
        {
            int known = slots[at] - 1;
            if (addresses[known] == address && versions[known] == ipVersion)
            {
                return known;
            }

            at = (at + 1) & mask;
        }

        if (Count == addresses.Length)
        {
            Array.Resize(ref addresses, Count * 2);
            Array.Resize(ref versions, Count * 2);
        }

        versions[Count] = ipVersion;
        addresses[Count++] = address;
        slots[at] = Count;
        if (Count * 2 > slots.Length)
        {
            Grow();
        }

        return Count - 1;
    }

    private void Grow()
    {
        slots = new int[slots.Length * 4];
        int mask = slots.Length - 1;
        for (int i = 0; i < Count; i++)
        {
            int at = (int)Hash(addresses[i]) & mask;
            while (slots[at] != 0)
            {
                at = (at + 1) & mask;
            }

            slots[at] = i + 1;
        }
    }

    private static uint Hash(in IpAddress128 address)
    {
        ulong high = Math.BigMul(address.Low ^ Secret, Secret ^ (address.High * 0x9E3779B97F4A7C15), out ulong low);
        return (uint)((high ^ low) >> 20);
    }
}
