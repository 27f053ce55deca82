using System.Buffers.Binary;
using System.Numerics;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>What a stretch of a ring's file holds.</summary>
internal enum PacketRingPart : byte
{
    /// <summary>Packets: to be read where their times and addresses fit.</summary>
    Packets = 0,

    /// <summary>The section's header and descriptions of interfaces: read before any packet.</summary>
    Interfaces = 1,

    /// <summary>Statistics of interfaces.</summary>
    Statistics = 2,

    /// <summary>Nothing: the file was ended here, and is complete. Its number of packets is 1 where the ring's next file follows.</summary>
    End = 3,
}

/// <summary>One entry of an index: a stretch of the file beside it.</summary>
internal sealed record PacketRingEntry(
    PacketRingPart Part,
    long Offset,
    long Length,
    long FirstNs,
    long LastNs,
    int Packets,
    uint Checksum,
    bool AnyAddress,
    IpAddress128[] Addresses)
{
    public long End => Offset + Length;
}

/// <summary>
/// The form of NNNNNNNN.index: 8 bytes "NTPRIDX2", then entries, all numbers little-endian: length of the entry (4), CRC-32C of what
/// follows (4), offset (8), length (8), earliest and latest time in ns (8, 8), packets (4), part (1), 1 where the addresses are any (1),
/// number of IPv4 (2) and of other addresses (2), 2 zeros, CRC-32C of the stretch (4); then those addresses in 4 and 16 bytes. What no
/// entry covers is to be read in full. The last entry of a file that was ended in good order is an empty one (<see
/// cref="PacketRingPart.End"/>): nothing of such a file may be missing. It has 1 as its packets where another file of the ring follows.
/// </summary>
internal static class PacketRingIndex
{
    public const int EntryHeader = 56;

    /// <summary>An index longer than this is none of ours: a file has at most about a thousand entries.</summary>
    private const long LongestIndex = 32 << 20;

    /// <summary>Longest stretch: a full file, and one chunk that is larger than a file.</summary>
    private const long LongestStretch = 2 * PacketRing.LargestFile;

    public static ReadOnlySpan<byte> Magic => "NTPRIDX2"u8;

    /// <summary>Longest entry.</summary>
    public const int LongestEntry = EntryHeader + (16 * PacketRingAddresses.Limit);

    /// <summary>How many addresses are told apart in a stretch of so many bytes: an index stays small beside its file.</summary>
    public static int AddressesFor(long bytes) => (int)Math.Min(PacketRingAddresses.Limit, Math.Max(16, bytes / 512));

    /// <summary>Writes an entry; returns its length.</summary>
    public static int Write(
        Span<byte> at,
        PacketRingPart part,
        long offset,
        long length,
        long firstNs,
        long lastNs,
        int packets,
        uint checksum,
        bool any,
        ReadOnlySpan<IpAddress128> addresses)
    {
        at[..EntryHeader].Clear();
        BinaryPrimitives.WriteInt64LittleEndian(at[8..], offset);
        BinaryPrimitives.WriteInt64LittleEndian(at[16..], length);
        BinaryPrimitives.WriteInt64LittleEndian(at[24..], firstNs);
        BinaryPrimitives.WriteInt64LittleEndian(at[32..], lastNs);
        BinaryPrimitives.WriteInt32LittleEndian(at[40..], packets);
        at[44] = (byte)part;
        at[45] = any ? (byte)1 : (byte)0;
        int end = EntryHeader;
        int four = 0;
        foreach (ref readonly IpAddress128 address in addresses)
        {
            if (!any && address.IsMapped)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(at[end..], (uint)address.Low);
                end += 4;
                four++;
            }
        }

        foreach (ref readonly IpAddress128 address in addresses)
        {
            if (!any && !address.IsMapped)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(at[end..], address.High);
                BinaryPrimitives.WriteUInt64LittleEndian(at[(end + 8)..], address.Low);
                end += 16;
            }
        }

        BinaryPrimitives.WriteUInt16LittleEndian(at[46..], (ushort)four);
        BinaryPrimitives.WriteUInt16LittleEndian(at[48..], (ushort)(any ? 0 : addresses.Length - four));
        BinaryPrimitives.WriteUInt32LittleEndian(at[52..], checksum);
        BinaryPrimitives.WriteInt32LittleEndian(at, end);
        BinaryPrimitives.WriteUInt32LittleEndian(at[4..], Checksum(at[8..end]));
        return end;
    }

    /// <summary>Reads an index as far as it is whole and in order; nothing where there is none.</summary>
    public static List<PacketRingEntry> Read(string path)
    {
        List<PacketRingEntry> entries = [];
        byte[] content;
        try
        {
            using FileStream file = SharedFile.OpenRead(path, bufferSize: 0);
            if (file.Length > LongestIndex)
            {
                return entries;
            }

            content = new byte[file.Length];
            content = content[..file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)];
        }
        catch (IOException)
        {
            return entries; // gone with its file, or never written: then the file itself is read
        }
        catch (UnauthorizedAccessException)
        {
            return entries;
        }

        ReadOnlySpan<byte> left = content;
        if (!left.StartsWith(Magic))
        {
            return entries;
        }

        left = left[Magic.Length..];
        long end = 0;
        while (TryRead(ref left, out PacketRingEntry? entry) && entry.Offset >= end)
        {
            entries.Add(entry);
            end = entry.End;
        }

        return entries;
    }

    private static bool TryRead(ref ReadOnlySpan<byte> left, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PacketRingEntry? entry)
    {
        entry = null;
        int length = left.Length >= EntryHeader ? BinaryPrimitives.ReadInt32LittleEndian(left) : 0;
        if (length < EntryHeader || length > left.Length || BinaryPrimitives.ReadUInt32LittleEndian(left[4..]) != Checksum(left[8..length]))
        {
            return false;
        }

        ReadOnlySpan<byte> at = left[..length];
        left = left[length..];
        int four = BinaryPrimitives.ReadUInt16LittleEndian(at[46..]);
        int other = BinaryPrimitives.ReadUInt16LittleEndian(at[48..]);
        long offset = BinaryPrimitives.ReadInt64LittleEndian(at[8..]);
        long bytes = BinaryPrimitives.ReadInt64LittleEndian(at[16..]);
        if (EntryHeader + (4 * four) + (16 * other) != length || offset < 0 || bytes is < 0 or > LongestStretch
            || offset > long.MaxValue - bytes || (bytes == 0) != (at[44] == (byte)PacketRingPart.End))
        {
            return false;
        }

        IpAddress128[] addresses = new IpAddress128[four + other];
        int next = EntryHeader;
        for (int i = 0; i < addresses.Length; i++)
        {
            bool short4 = i < four;
            addresses[i] = short4
                ? IpAddress128.FromIPv4(BinaryPrimitives.ReadUInt32LittleEndian(at[next..]))
                : new IpAddress128(
                    BinaryPrimitives.ReadUInt64LittleEndian(at[next..]),
                    BinaryPrimitives.ReadUInt64LittleEndian(at[(next + 8)..]));
            next += short4 ? 4 : 16;
        }

        entry = new PacketRingEntry(
            (PacketRingPart)at[44],
            offset,
            bytes,
            BinaryPrimitives.ReadInt64LittleEndian(at[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(at[32..]),
            BinaryPrimitives.ReadInt32LittleEndian(at[40..]),
            BinaryPrimitives.ReadUInt32LittleEndian(at[52..]),
            at[45] != 0,
            addresses);
        return true;
    }

    /// <summary>CRC-32C of some bytes.</summary>
    public static uint Checksum(ReadOnlySpan<byte> data) => ~Continue(BeginSum, data);

    /// <summary>The state of a sum of nothing.</summary>
    public const uint BeginSum = uint.MaxValue;

    /// <summary>The state of a sum with more bytes in it; its complement is the CRC-32C.</summary>
    public static uint Continue(uint crc, ReadOnlySpan<byte> data)
    {
        for (; data.Length >= 8; data = data[8..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        }

        foreach (byte value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return crc;
    }
}
