using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using NetTraffic.Store.Parquet;

namespace NetTraffic.Store;

/// <summary>What an address sums up to.</summary>
internal struct AddressSum
{
    public long Packets, Bytes, Sent, Flows;

    /// <summary>Bytes from the address to itself: sent and received at once.</summary>
    public long Own;

    public long FirstUs, LastUs;

    public readonly bool IsUsed => FirstUs != long.MaxValue || LastUs != long.MinValue;

    public readonly long Received => Bytes - Sent + Own;

    public void Add(in AddressSum other)
    {
        Packets += other.Packets;
        Bytes += other.Bytes;
        Sent += other.Sent;
        Flows += other.Flows;
        Own += other.Own;
        FirstUs = Math.Min(FirstUs, other.FirstUs);
        LastUs = Math.Max(LastUs, other.LastUs);
    }
}

/// <summary>
/// Numbers addresses by their text, number 0 being "no address", and holds a sum for each. Open addressing; the hash is keyed with
/// random secrets, since the addresses are whatever somebody sent. Texts up to 15 bytes (all IPv4) are their own key.
/// </summary>
internal sealed class AddressTable(int capacity)
{
    /// <summary>Bytes that an address takes at most, about.</summary>
    public const int EntryBytes = 256;

    /// <summary>An address with zone and all is shorter.</summary>
    public const int LongestText = 64;

    private const int ShortText = 15, FirstRoom = 4096;

    // A Guid's random bits are the system's, as RandomNumberGenerator's are, which loads OpenSSL for 10 ms.
    private static readonly ulong Secret = BinaryPrimitives.ReadUInt64LittleEndian(Guid.NewGuid().ToByteArray());
    private static readonly ulong OtherSecret = BinaryPrimitives.ReadUInt64LittleEndian(Guid.NewGuid().ToByteArray());
    private Key[] keys = new Key[FirstRoom];
    private AddressSum[] sums = NewSums();
    private int[] slots = new int[4 * FirstRoom];
    private byte[] texts = new byte[16 * FirstRoom];
    private int textBytes;

    private static AddressSum Empty => new() { FirstUs = long.MaxValue, LastUs = long.MinValue };

    private static AddressSum[] NewSums()
    {
        AddressSum[] made = new AddressSum[FirstRoom];
        made[0] = Empty;
        return made;
    }

    /// <summary>Numbers given so far.</summary>
    public int Count { get; private set; } = 1;

    /// <summary>The sums by number; only valid until the next number is given.</summary>
    public Span<AddressSum> Sums => sums.AsSpan(0, Count);

    /// <summary>After <see cref="Close"/> the number of all addresses that had none by then; -1 before.</summary>
    public int Others { get; private set; } = -1;

    /// <summary>From now on addresses that have no number yet share one, <see cref="Others"/>.</summary>
    public void Close()
    {
        Others = Count;
        GrowTo(Count++);
    }

    /// <summary>The number of an address; -1 where there is no room for more.</summary>
    public int Number(ReadOnlySpan<byte> text)
    {
        if (text.Length > LongestText)
        {
            return -1;
        }

        Key key = KeyOf(text, out uint hash);
        int mask = slots.Length - 1;
        int at = (int)hash & mask;
        while (slots[at] is var number and not 0)
        {
            if (IsKey(keys[number], key, text))
            {
                return number;
            }

            at = (at + 1) & mask;
        }

        return Add(text, key, at);
    }

    /// <summary>
    /// Numbers the texts of a dictionary, which must hold as many as there are places. Most are known: what is looked up is fetched
    /// for many of them at a time, so that the processor waits for memory once, not once for each.
    /// </summary>
    public bool Number(ReadOnlySpan<byte> dictionary, Span<int> numbers)
    {
        const int batch = 32;
        Span<Key> wanted = stackalloc Key[batch];
        while (!numbers.IsEmpty)
        {
            ReadOnlySpan<byte> rest = dictionary;
            int count = Math.Min(numbers.Length, batch);
            int[] table = slots;
            for (int i = 0; i < count; i++)
            {
                if (!TextCursor.Entry(ref rest, out ReadOnlySpan<byte> text))
                {
                    return false;
                }

                wanted[i] = KeyOf(text, out uint hash);
                numbers[i] = table[(int)hash & (table.Length - 1)];
            }

            for (int i = 0; i < count; i++)
            {
                TextCursor.Entry(ref dictionary, out ReadOnlySpan<byte> text);
                int guess = numbers[i];
                if (guess == 0 && Others >= 0)
                {
                    numbers[i] = Others;
                }
                else if ((guess == 0 || !IsKey(keys[guess], wanted[i], text)) && (numbers[i] = Number(text)) < 0)
                {
                    return false;
                }
            }

            numbers = numbers[count..];
        }

        return dictionary.IsEmpty;
    }

    /// <summary>Gives numbers to another table's addresses; false where there is no room.</summary>
    public bool Know(AddressTable other)
    {
        Span<byte> text = stackalloc byte[LongestText];
        for (int i = 1; i < other.Count; i++)
        {
            if (Number(text[..other.Text(i, text)]) < 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Adds another table's sums; gives its numbers in this one, or null where there is no room.</summary>
    public int[]? Add(AddressTable other)
    {
        int[] numbers = new int[other.Count];
        Span<byte> text = stackalloc byte[LongestText];
        for (int i = 0; i < other.Count; i++)
        {
            int number = i == 0 ? 0 : Number(text[..other.Text(i, text)]);
            if (number < 0)
            {
                return null;
            }

            sums[number].Add(other.sums[i]);
            numbers[i] = number;
        }

        return numbers;
    }

    /// <summary>The address that has a number.</summary>
    public string Name(int number)
    {
        Span<byte> text = stackalloc byte[LongestText];
        return Encoding.UTF8.GetString(text[..Text(number, text)]);
    }

    private int Text(int number, Span<byte> target)
    {
        Key key = keys[number];
        if (key.Length > ShortText)
        {
            LongText(key).CopyTo(target);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(target, key.Low);
            BinaryPrimitives.WriteUInt64LittleEndian(target[8..], key.High);
        }

        return key.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsKey(in Key known, in Key key, ReadOnlySpan<byte> text) =>
        known.Low == key.Low && (text.Length <= ShortText ? known.High == key.High : known.Length == text.Length && LongText(known).SequenceEqual(text));

    private ReadOnlySpan<byte> LongText(Key key) => texts.AsSpan((int)key.High, key.Length);

    private int Add(ReadOnlySpan<byte> text, Key key, int slot)
    {
        if (Others >= 0)
        {
            return Others;
        }

        if (Count >= capacity)
        {
            return -1;
        }

        if (text.Length > ShortText)
        {
            if (texts.Length - textBytes < text.Length)
            {
                Array.Resize(ref texts, (int)Math.Min(Array.MaxLength, texts.Length * 2L));
            }

            text.CopyTo(texts.AsSpan(textBytes));
            key.High |= (uint)textBytes;
            textBytes += text.Length;
        }

        int number = Count++;
        GrowTo(number);
        keys[number] = key;
        slots[slot] = number;
        if (Count * 2L > slots.Length)
        {
            Grow();
        }

        return number;
    }

    private void GrowTo(int number)
    {
        if (number == keys.Length)
        {
            int room = number * (number < 1 << 18 ? 4 : 2);
            Array.Resize(ref keys, room);
            Array.Resize(ref sums, room);
        }

        sums[number] = Empty;
    }

    private void Grow()
    {
        slots = new int[slots.Length * 2];
        int mask = slots.Length - 1;
        for (int i = 1; i < Count; i++)
        {
            // Of a long text, the lower half is a hash of all of it.
            Key key = keys[i];
            int at = (int)(key.Length > ShortText ? (uint)(key.Low >> 16) : Hash(key.Low, key.High)) & mask;
            while (slots[at] != 0)
            {
                at = (at + 1) & mask;
            }

            slots[at] = i;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Key KeyOf(ReadOnlySpan<byte> text, out uint hash)
    {
        ulong length = (ulong)text.Length << 56;
        if (text.Length <= ShortText)
        {
            Key key = new() { Low = Word(text), High = Word(text.Length > 8 ? text[8..] : default) | length };
            hash = Hash(key.Low, key.High);
            return key;
        }

        ulong all = OtherSecret;
        for (; text.Length > 0; text = text.Length > 16 ? text[16..] : default)
        {
            all = Mix(all ^ Word(text) ^ Secret, all + (Word(text.Length > 8 ? text[8..] : default) ^ OtherSecret));
        }

        hash = (uint)(all >> 16);
        return new Key { Low = all, High = length };
    }

    /// <summary>The next 8 bytes, or what is left followed by zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Word(ReadOnlySpan<byte> text)
    {
        if (text.Length >= 8)
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(text);
        }

        ulong word = 0;
        for (int i = text.Length - 1; i >= 0; i--)
        {
            word = (word << 8) | text[i];
        }

        return word;
    }

    private static uint Hash(ulong low, ulong high) => (uint)(Mix(low ^ Secret, high ^ OtherSecret) >> 16);

    private static ulong Mix(ulong one, ulong other)
    {
        ulong high = Math.BigMul(one, other, out ulong low);
        return high ^ low;
    }

    /// <summary>Length in the highest byte; a short text's bytes, or a long one's hash and place.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Key
    {
        public ulong Low, High;

        public readonly int Length => (int)(High >> 56);
    }
}
