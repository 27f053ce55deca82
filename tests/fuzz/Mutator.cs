using System.Buffers.Binary;

namespace NetTraffic.Fuzz.Tests;

/// <summary>Changes bytes as damage and attackers do. The same seed and iteration give the same bytes.</summary>
internal static class Mutator
{
    private static readonly long[] Extremes =
        [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, int.MaxValue, uint.MaxValue, long.MaxValue, -1];

    /// <summary>The random numbers of one iteration.</summary>
    public static Random Of(int seed, long iteration) => new(unchecked((int)((seed * 1_000_003L) + iteration)));

    /// <summary>Changed once to four times; as long as it was, shorter, or a little longer.</summary>
    public static byte[] Mutate(byte[] original, Random random)
    {
        byte[] bytes = [.. original];
        for (int changes = random.Next(1, 5); changes > 0 && bytes.Length > 0; changes--)
        {
            bytes = Change(bytes, random);
        }

        return bytes;
    }

    private static byte[] Change(byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length);
        int length = Math.Min(random.Next(1, 17), bytes.Length - at);
        switch (random.Next(8))
        {
            case 0 or 1:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 2:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 3:
                return bytes[..at];
            case 4:
                bytes.AsSpan(at, length).Fill((byte)random.Next(256));
                return bytes;
            case 5:
                byte[] inserted = new byte[length];
                random.NextBytes(inserted);
                return [.. bytes[..at], .. inserted, .. bytes[at..]];
            case 6:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            default:
                Span<byte> value = stackalloc byte[8];
                long extreme = Extremes[random.Next(Extremes.Length)];
                bool little = random.Next(2) == 0;
                int width = Math.Min(1 << random.Next(4), bytes.Length - at);
                if (little)
                {
                    BinaryPrimitives.WriteInt64LittleEndian(value, extreme);
                    value[..width].CopyTo(bytes.AsSpan(at));
                }
                else
                {
                    BinaryPrimitives.WriteInt64BigEndian(value, extreme);
                    value[^width..].CopyTo(bytes.AsSpan(at));
                }

                return bytes;
        }
    }
}
