using System.Reflection;
using System.Runtime.InteropServices;

namespace NetTraffic.Capture.Native;

/// <summary>
/// libpcap's C interface (pcap(3PCAP)), the part that live capture needs. Called directly: the managed wrappers allocate for each
/// packet. The library is looked for under every name that systems give it, and its absence is an answer, not a crash.
/// </summary>
internal static unsafe partial class LibPcap
{
    public const int ErrorBufferSize = 256;
    public const int Error = -1, Break = -2, NoSuchDevice = -5, PermissionDenied = -8, InterfaceNotUp = -9, PromiscuousDenied = -11;
    private const string Library = "pcap";

    private static readonly string[] FileNames = OperatingSystem.IsWindows() ? ["Npcap\\wpcap.dll", "wpcap.dll"]
        : OperatingSystem.IsMacOS() ? ["libpcap.A.dylib", "libpcap.dylib"]
        : ["libpcap.so.0.8", "libpcap.so.1", "libpcap.so"];

    private static readonly Lazy<nint> Loaded = new(Load);

    static LibPcap() => NativeLibrary.SetDllImportResolver(typeof(LibPcap).Assembly, Resolve);

    /// <summary>Whether libpcap (or Npcap) is here.</summary>
    public static bool IsAvailable => Loaded.Value != 0;

    [LibraryImport(Library, EntryPoint = "pcap_create", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint Create(string device, byte* errorBuffer);

    [LibraryImport(Library, EntryPoint = "pcap_set_snaplen")]
    public static partial int SetSnapLength(nint handle, int bytes);

    [LibraryImport(Library, EntryPoint = "pcap_set_promisc")]
    public static partial int SetPromiscuous(nint handle, int on);

    [LibraryImport(Library, EntryPoint = "pcap_set_timeout")]
    public static partial int SetTimeout(nint handle, int milliseconds);

    [LibraryImport(Library, EntryPoint = "pcap_set_buffer_size")]
    public static partial int SetBufferSize(nint handle, int bytes);

    [LibraryImport(Library, EntryPoint = "pcap_set_tstamp_precision")]
    public static partial int SetTimestampPrecision(nint handle, int precision);

    [LibraryImport(Library, EntryPoint = "pcap_get_tstamp_precision")]
    public static partial int GetTimestampPrecision(nint handle);

    [LibraryImport(Library, EntryPoint = "pcap_activate")]
    public static partial int Activate(nint handle);

    [LibraryImport(Library, EntryPoint = "pcap_geterr")]
    public static partial byte* GetError(nint handle);

    [LibraryImport(Library, EntryPoint = "pcap_statustostr")]
    public static partial byte* StatusText(int status);

    [LibraryImport(Library, EntryPoint = "pcap_datalink")]
    public static partial int DataLink(nint handle);

    [LibraryImport(Library, EntryPoint = "pcap_set_datalink")]
    public static partial int SetDataLink(nint handle, int dlt);

    [LibraryImport(Library, EntryPoint = "pcap_compile", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Compile(nint handle, BpfProgram* program, string filter, int optimise, uint netmask);

    [LibraryImport(Library, EntryPoint = "pcap_setfilter")]
    public static partial int SetFilter(nint handle, BpfProgram* program);

    [LibraryImport(Library, EntryPoint = "pcap_freecode")]
    public static partial void FreeCode(BpfProgram* program);

    [LibraryImport(Library, EntryPoint = "pcap_open_dead")]
    public static partial nint OpenDead(int linkType, int snapLength);

    /// <summary>Runs a filter program over a packet; 0: it does not match.</summary>
    [LibraryImport(Library, EntryPoint = "bpf_filter")]
    public static partial uint RunFilter(nint instructions, byte* packet, uint wireLength, uint capturedLength);

    [LibraryImport(Library, EntryPoint = "pcap_dispatch")]
    public static partial int Dispatch(nint handle, int count, delegate* unmanaged[Cdecl]<nint, byte*, byte*, void> callback, nint user);

    [LibraryImport(Library, EntryPoint = "pcap_setnonblock")]
    public static partial int SetNonBlocking(nint handle, int on, byte* errorBuffer);

    [LibraryImport(Library, EntryPoint = "pcap_get_selectable_fd")]
    public static partial int GetSelectableFileDescriptor(nint handle);

    /// <summary>poll(2), where there is a descriptor to wait for.</summary>
    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport(Library, EntryPoint = "pcap_breakloop")]
    public static partial void BreakLoop(nint handle);

    [LibraryImport(Library, EntryPoint = "pcap_stats")]
    public static partial int Stats(nint handle, PcapStats* stats);

    [LibraryImport(Library, EntryPoint = "pcap_close")]
    public static partial void Close(nint handle);

    [LibraryImport(Library, EntryPoint = "pcap_findalldevs")]
    public static partial int FindAllDevices(PcapInterface** devices, byte* errorBuffer);

    [LibraryImport(Library, EntryPoint = "pcap_freealldevs")]
    public static partial void FreeAllDevices(PcapInterface* devices);

    /// <summary>A C string as text.</summary>
    public static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    private static nint Load()
    {
        foreach (string name in FileNames)
        {
            if (NativeLibrary.TryLoad(name, out nint handle))
            {
                return handle;
            }
        }

        return 0;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name == Library ? Loaded.Value : 0;

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int FileDescriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>struct bpf_program.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct BpfProgram
    {
        public uint Length;
        public nint Instructions;
    }

    /// <summary>struct pcap_stat: 32-bit counters that wrap around.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PcapStats
    {
        public uint Received;
        public uint Dropped;
        public uint InterfaceDropped;

        /// <summary>Windows has two more counters.</summary>
        public uint Captured;
        public uint Sent;
        public uint NetworkDropped;
    }

    /// <summary>struct pcap_if.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PcapInterface
    {
        public PcapInterface* Next;
        public byte* Name;
        public byte* Description;
        public nint Addresses;
        public uint Flags;
    }
}
