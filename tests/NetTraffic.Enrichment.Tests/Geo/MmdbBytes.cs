using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace NetTraffic.Enrichment.Tests.Geo;

/// <summary>A database in MaxMind's format (MaxMind DB File Format 2.0), with 24-bit records, of some networks.</summary>
internal static class MmdbBytes
{
    /// <summary>Makes one.</summary>
    /// <param name="type">What it says it is.</param>
    /// <param name="ipVersion">4, or 6 for one of both: IPv4 is at ::/96.</param>
    /// <param name="networks">Networks, none inside another, with their records: texts, numbers, and maps and lists of them.</param>
    public static byte[] Make(string type, int ipVersion, params (string Network, object Record)[] networks)
    {
        // Nodes of two records each: null nothing, int another node, else the record's offset in the data section.
        List<object?[]> nodes = [new object?[2]];
        MemoryStream data = new();
        foreach ((string network, object record) in networks)
        {
            string[] parts = network.Split('/');
            IPAddress address = IPAddress.Parse(parts[0]);
            byte[] bytes = address.GetAddressBytes();
            int length = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
            if (ipVersion == 6 && bytes.Length == 4)
            {
                bytes = [.. new byte[12], .. bytes];
                length += 96;
            }

            long offset = data.Length;
            WriteValue(data, record);
            int node = 0;
            for (int bit = 0; bit < length; bit++)
            {
                int side = (bytes[bit >> 3] >> (7 - (bit & 7))) & 1;
                if (bit == length - 1)
                {
                    nodes[node][side] = offset;
                }
                else
                {
                    if (nodes[node][side] is not int next)
                    {
                        nodes[node][side] = next = nodes.Count;
                        nodes.Add(new object?[2]);
                    }

                    node = next;
                }
            }
        }

        MemoryStream file = new();
        Span<byte> number = stackalloc byte[4];
        foreach (object? side in nodes.SelectMany(node => node))
        {
            long value = side switch { null => nodes.Count, int node => node, var offset => nodes.Count + 16 + (long)offset };
            BinaryPrimitives.WriteUInt32BigEndian(number, (uint)value);
            file.Write(number[1..]);
        }

        file.Write(new byte[16]);
        file.Write(data.ToArray());
        file.Write([0xAB, 0xCD, 0xEF, .. "MaxMind.com"u8]);
        WriteValue(file, new Dictionary<string, object>
        {
            ["binary_format_major_version"] = (ushort)2,
            ["binary_format_minor_version"] = (ushort)0,
            ["build_epoch"] = 1772358000UL,
            ["database_type"] = type,
            ["description"] = new Dictionary<string, object> { ["en"] = "made by a test" },
            ["ip_version"] = (ushort)ipVersion,
            ["languages"] = new List<object> { "en" },
            ["node_count"] = (uint)nodes.Count,
            ["record_size"] = (ushort)24,
        });
        return file.ToArray();
    }

    private static void WriteValue(Stream to, object value)
    {
        switch (value)
        {
            case string text:
                byte[] utf8 = Encoding.UTF8.GetBytes(text);
                Control(to, 2, utf8.Length);
                to.Write(utf8);
                break;
            case double real:
                Control(to, 3, 8);
                Big(to, BitConverter.DoubleToUInt64Bits(real), 8);
                break;
            case ushort number:
                Control(to, 5, 2);
                Big(to, number, 2);
                break;
            case uint number:
                Control(to, 6, 4);
                Big(to, number, 4);
                break;
            case ulong number:
                Control(to, 9, 8);
                Big(to, number, 8);
                break;
            case Dictionary<string, object> map:
                Control(to, 7, map.Count);
                foreach ((string key, object item) in map)
                {
                    WriteValue(to, key);
                    WriteValue(to, item);
                }

                break;
            case List<object> list:
                Control(to, 11, list.Count);
                list.ForEach(item => WriteValue(to, item));
                break;
            default:
                throw new ArgumentException(value.GetType().Name, nameof(value));
        }
    }

    /// <summary>The byte before a value: its type and size, types above 7 with another byte, sizes from 29 on with one more.</summary>
    private static void Control(Stream to, int type, int size)
    {
        int small = Math.Min(size, 29);
        to.WriteByte((byte)((type <= 7 ? type << 5 : 0) | small));
        if (type > 7)
        {
            to.WriteByte((byte)(type - 7));
        }

        if (small == 29)
        {
            to.WriteByte((byte)(size - 29));
        }
    }

    private static void Big(Stream to, ulong value, int bytes)
    {
        for (int i = bytes - 1; i >= 0; i--)
        {
            to.WriteByte((byte)(value >> (8 * i)));
        }
    }
}
