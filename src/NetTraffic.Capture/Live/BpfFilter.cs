using System.Runtime.InteropServices;
using NetTraffic.Capture.Native;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>A capture filter in libpcap's language (man 7 pcap-filter), compiled for one link type. <see cref="Matches"/> may be called by several threads.</summary>
public sealed unsafe class BpfFilter : IDisposable
{
    // Older versions of libpcap compile one filter at a time.
    private static readonly Lock Compiling = new();
    private readonly FilterProgram program;

    private BpfFilter(FilterProgram program, int linkType)
    {
        this.program = program;
        LinkType = linkType;
    }

    /// <summary>LINKTYPE_ value that it was compiled for.</summary>
    public int LinkType { get; }

    /// <summary>Compiles a filter.</summary>
    /// <param name="filter">The filter; an empty one matches everything.</param>
    /// <param name="linkType">LINKTYPE_ value of the packets that it is for.</param>
    /// <exception cref="CaptureException">The filter is wrong, or cannot be had for this link type; or libpcap is missing.</exception>
    public static BpfFilter Compile(string filter, int linkType)
    {
        if (!LibPcap.IsAvailable)
        {
            throw CaptureErrors.LibraryMissing();
        }

        CaptureErrors.RefuseNul(filter);
        const uint unknownNetmask = 0xFFFFFFFF;
        const int ethernet = 1;
        const int wholePackets = 262_144;
        lock (Compiling)
        {
            nint handle = LibPcap.OpenDead(LinkTypeNumbers.ToDlt(linkType), wholePackets);
            try
            {
                LibPcap.BpfProgram compiled = default;
                if (handle != 0 && LibPcap.Compile(handle, &compiled, filter, 1, unknownNetmask) == 0)
                {
                    return new BpfFilter(new FilterProgram(compiled), linkType);
                }

                string message = handle == 0 ? "out of memory" : LibPcap.Text(LibPcap.GetError(handle));
                if (linkType == ethernet || !CompilesFor(ethernet, filter))
                {
                    throw CaptureErrors.BadFilter(filter, message);
                }

                // A good filter that no packet of this link type can match, "ip" over IPv6 alone, is no mistake among several link types.
                return message.Contains("rejects all packets", StringComparison.Ordinal)
                    ? new BpfFilter(new FilterProgram(default), linkType)
                    : throw CaptureErrors.FilterNotForLinkType(filter, linkType, message);
            }
            finally
            {
                if (handle != 0)
                {
                    LibPcap.Close(handle);
                }
            }
        }
    }

    /// <summary>Whether the packet matches; its link type is the one compiled for.</summary>
    public bool Matches(in RawPacket packet)
    {
        ObjectDisposedException.ThrowIf(program.IsClosed, this);
        if (program.IsInvalid)
        {
            return false; // no packet of this link type can match
        }

        bool matches;

        fixed (byte* data = packet.Data)
        {
            byte none;
            matches = LibPcap.RunFilter(program.DangerousGetHandle(), data == null ? &none : data, (uint)Math.Max(0, packet.WireLength), (uint)packet.Data.Length) != 0;
        }

        GC.KeepAlive(program);
        return matches;
    }

    /// <summary>Frees the program.</summary>
    public void Dispose() => program.Dispose();

    private static bool CompilesFor(int linkType, string filter)
    {
        nint handle = LibPcap.OpenDead(linkType, 262_144);
        if (handle == 0)
        {
            return false;
        }

        LibPcap.BpfProgram compiled = default;
        bool good = LibPcap.Compile(handle, &compiled, filter, 1, 0xFFFFFFFF) == 0;
        if (good)
        {
            LibPcap.FreeCode(&compiled);
        }

        LibPcap.Close(handle);
        return good;
    }

    /// <summary>The instructions, freed at the latest when nobody knows them any more.</summary>
    private sealed class FilterProgram : SafeHandle
    {
        private readonly uint length;

        public FilterProgram(LibPcap.BpfProgram compiled)
            : base(0, ownsHandle: true)
        {
            length = compiled.Length;
            SetHandle(compiled.Instructions);
        }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            LibPcap.BpfProgram freed = new() { Length = length, Instructions = handle };
            LibPcap.FreeCode(&freed);
            return true;
        }
    }
}
