using System.Collections;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>Interfaces that one thread adds while others read: an entry, once there, never changes.</summary>
internal sealed class InterfaceList : IReadOnlyList<PacketInterface>
{
    private PacketInterface[] items = new PacketInterface[4];
    private int count;

    public int Count => Volatile.Read(ref count);

    public PacketInterface this[int index]
    {
        get
        {
            // The count is read first: items of at least that many entries were published before it.
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            return Volatile.Read(ref items)[index];
        }
    }

    public void Add(PacketInterface item)
    {
        if (count == items.Length)
        {
            PacketInterface[] larger = new PacketInterface[count * 2];
            items.CopyTo(larger, 0);
            Volatile.Write(ref items, larger);
        }

        items[count] = item;
        Volatile.Write(ref count, count + 1);
    }

    public IEnumerator<PacketInterface> GetEnumerator()
    {
        int known = Count;
        for (int i = 0; i < known; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
