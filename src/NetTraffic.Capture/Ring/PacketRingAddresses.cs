using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// The distinct addresses of a stretch of packets, exact up to a limit, and beyond that "any": a hash table of positions over a list
/// that the caller owns. Seeded, so that nobody can choose addresses that collide.
/// </summary>
internal sealed class PacketRingAddresses
{
    /// <summary>Addresses that are told apart at most.</summary>
    public const int Limit = 1024;

    private const int Slots = 4 * Limit, SlotBits = 12;
    private static readonly ulong SeedHigh = (ulong)Random.Shared.NextInt64() | 1, SeedLow = (ulong)Random.Shared.NextInt64() | 1;
    private readonly ushort[] slots = new ushort[Slots];
    private IpAddress128[] list = [];

    /// <summary>Distinct addresses found, at the list's beginning.</summary>
    public int Count { get; private set; }

    /// <summary>Whether there were more than the list holds.</summary>
    public bool Any { get; private set; }

    /// <summary>The addresses.</summary>
    public ReadOnlySpan<IpAddress128> Found => list.AsSpan(0, Count);

    /// <summary>Begins anew with a list to fill; its length is the limit.</summary>
    public void Begin(IpAddress128[] filled)
    {
        list = filled;
        Count = 0;
        Any = false;
        slots.AsSpan().Clear();
    }

    /// <summary>Notes that there are more addresses than are told apart.</summary>
    public void SetAny() => Any = true;

    /// <summary>Adds an address.</summary>
    public void Add(in IpAddress128 address)
    {
        if (Any)
        {
            return;
        }

        ulong hash = (address.High + SeedHigh) * 0x9E37_79B9_7F4A_7C15 ^ (address.Low + SeedLow) * SeedHigh;
        hash *= SeedLow;
        for (int slot = (int)(hash >> (64 - SlotBits)); ; slot = (slot + 1) & (Slots - 1))
        {
            int at = slots[slot];
            if (at == 0)
            {
                if (Count == list.Length)
                {
                    Any = true;
                    return;
                }

                list[Count++] = address;
                slots[slot] = (ushort)Count;
                return;
            }

            if (list[at - 1] == address)
            {
                return;
            }
        }
    }
}
