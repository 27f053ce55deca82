using System.Buffers.Binary;

namespace NetTraffic.Benchmarks;

/// <summary>
/// The capture the benchmarks read: NETTRAFFIC_BENCH_CAPTURE, else one made here of TCP and UDP packets in 50,000 flows.
/// </summary>
internal static class SampleFile
{
    public const int Packets = 500_000;
    private const int Flows = 50_000;

    public static string Path { get; } = Environment.GetEnvironmentVariable("NETTRAFFIC_BENCH_CAPTURE") is { Length: > 0 } given
        ? given
        : Make();

    private static string Make()
    {
        string path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"nettraffic-bench-{Environment.ProcessId}.pcap");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(path);
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 20);
        Span<byte> header = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xA1B2C3D4);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 262144);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1);
        file.Write(header);
        Span<byte> record = stackalloc byte[16 + 1514];
        for (int i = 0; i < Packets; i++)
        {
            int flow = (int)((uint)i * 2654435761 % Flows);
            bool tcp = flow % 3 != 0;
            int payload = 40 + i % 7 * 200;
            int transport = (tcp ? 20 : 8) + payload;
            int length = 14 + 20 + transport;
            record.Clear();
            long micros = 1_700_000_000_000_000 + i * 20L;
            BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(micros / 1_000_000));
            BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)(micros % 1_000_000));
            BinaryPrimitives.WriteUInt32LittleEndian(record[8..], (uint)length);
            BinaryPrimitives.WriteUInt32LittleEndian(record[12..], (uint)length);
            Span<byte> frame = record[16..];
            frame[0] = frame[6] = 2;
            frame[12] = 8;
            Span<byte> ip = frame[14..];
            ip[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(20 + transport));
            ip[8] = 64;
            ip[9] = (byte)(tcp ? 6 : 17);
            BinaryPrimitives.WriteUInt32BigEndian(ip[12..], 0x0A000000u + (uint)(flow >> 4));
            BinaryPrimitives.WriteUInt32BigEndian(ip[16..], 0xC0000201u);
            Span<byte> ports = ip[20..];
            BinaryPrimitives.WriteUInt16BigEndian(ports, (ushort)(1024 + flow % 60000));
            BinaryPrimitives.WriteUInt16BigEndian(ports[2..], (ushort)(tcp ? 443 : 53));
            if (tcp)
            {
                BinaryPrimitives.WriteUInt32BigEndian(ports[4..], (uint)(i * 1400));
                ports[12] = 0x50;
                ports[13] = 0x18;
            }
            else
            {
                BinaryPrimitives.WriteUInt16BigEndian(ports[4..], (ushort)transport);
            }

            file.Write(record[..(16 + length)]);
        }

        return path;
    }
}
