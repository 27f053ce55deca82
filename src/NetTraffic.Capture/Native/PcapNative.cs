using System.Reflection;
using System.Runtime.InteropServices;
using SharpPcap;
using SharpPcap.LibPcap;

namespace NetTraffic.Capture.Native;

/// <summary>
/// The three functions of libpcap that are called directly, on a handle that SharpPcap opened; everything else is SharpPcap's. The receive
/// loop: SharpPcap's own costs 1.5 times the processor time a packet, and two objects (docs/internals.md has the figures). Statistics:
/// SharpPcap 6.3.1 reads struct pcap_stat with 64-bit fields on Unix, so that its drops are those of the interface, and never the kernel's.
/// The link type: SharpPcap cannot choose one.
/// </summary>
internal static unsafe partial class PcapNative
{
    // SharpPcap's own list, in its order, so that both have the same library.
    private const string Library = "wpcap";
    private static readonly string[] FileNames = OperatingSystem.IsWindows() ? [NpcapFile, Library]
        : OperatingSystem.IsMacOS() ? ["libpcap.dylib"]
        : ["libpcap.so", "libpcap.so.0", "libpcap.so.0.8", "libpcap.so.1"];

    static PcapNative()
    {
        NativeLibrary.SetDllImportResolver(typeof(PcapNative).Assembly, Resolve);

        // Once it is loaded by its full path, SharpPcap's "wpcap" is this one too, whatever folder the process looks in for libraries.
        if (OperatingSystem.IsWindows())
        {
            _ = NativeLibrary.TryLoad(NpcapFile, out _);
        }
    }

    /// <summary>Whether libpcap (or Npcap) is here.</summary>
    public static bool IsAvailable => Pcap.LibpcapVersion != new Version();

    // Npcap's own folder, outside of the library path unless it was installed in WinPcap mode. With the full path Packet.dll is found
    // beside it.
    private static string NpcapFile => Path.Combine(Environment.SystemDirectory, "Npcap", "wpcap.dll");

    [LibraryImport(Library, EntryPoint = "pcap_dispatch")]
    public static partial int Dispatch(
        PcapHandle handle, int count, delegate* unmanaged[Cdecl]<nint, byte*, byte*, void> callback, nint user);

    [LibraryImport(Library, EntryPoint = "pcap_stats")]
    public static partial int Stats(PcapHandle handle, PcapStats* stats);

    [LibraryImport(Library, EntryPoint = "pcap_set_datalink")]
    public static partial int SetDataLink(PcapHandle handle, int dlt);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name == Library)
        {
            foreach (string file in FileNames)
            {
                if (NativeLibrary.TryLoad(file, out nint handle))
                {
                    return handle;
                }
            }
        }

        return 0;
    }

    /// <summary>struct pcap_stat: 32-bit counters that wrap around.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PcapStats
    {
        public uint Received;
        public uint Dropped;
        public uint InterfaceDropped;

        /// <summary>Windows has three more counters.</summary>
        public uint Captured;
        public uint Sent;
        public uint NetworkDropped;
    }

    /// <summary>
    /// struct pcap_pkthdr: a struct timeval, then the captured and the wire length. The timeval is a long of seconds and one of the
    /// fraction; macOS uses the first half of the fraction only, and on Windows both have 32 bits.
    /// </summary>
    public static class PacketHeader
    {
        /// <summary>Bytes of a header on any system.</summary>
        public const int LargestSize = 24;

        private static int LengthsAt => OperatingSystem.IsWindows() ? 8 : 16;

        public static long Seconds(byte* header) => OperatingSystem.IsWindows() ? *(int*)header : *(long*)header;

        /// <summary>Micro- or nanoseconds, as the handle was opened.</summary>
        public static long Fraction(byte* header) => OperatingSystem.IsWindows() ? *(int*)(header + 4)
            : OperatingSystem.IsMacOS() ? *(int*)(header + 8)
            : *(long*)(header + 8);

        public static int CapturedLength(byte* header) => *(int*)(header + LengthsAt);

        public static int WireLength(byte* header) => *(int*)(header + LengthsAt + 4);

        public static void SetLengths(byte* header, int captured, int wire)
        {
            *(int*)(header + LengthsAt) = captured;
            *(int*)(header + LengthsAt + 4) = wire;
        }
    }
}
