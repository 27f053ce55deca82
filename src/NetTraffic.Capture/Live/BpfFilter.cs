using NetTraffic.Capture.Native;
using NetTraffic.Packets;
using PacketDotNet;
using SharpPcap;
using SharpPcap.LibPcap;

namespace NetTraffic.Capture;

/// <summary>
/// A capture filter in libpcap's language (man 7 pcap-filter) over packets that are already here, compiled for one link type.
/// <see cref="Matches"/> may be called by several threads.
/// </summary>
public sealed unsafe class BpfFilter : IDisposable
{
    private const int Ethernet = 1;
    private const uint UnknownNetmask = 0xFFFFFFFF;
    private readonly BpfProgram? program;
    private bool disposed;

    private BpfFilter(BpfProgram? program, int linkType)
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
        InterfaceCatalog.RequireLibrary();
        CaptureErrors.RefuseNul(filter);
        BpfProgram? compiled = TryCompile(filter, linkType, out string message);
        if (compiled is not null)
        {
            return new BpfFilter(compiled, linkType);
        }

        using BpfProgram? forEthernet = linkType == Ethernet ? null : TryCompile(filter, Ethernet, out _);
        if (forEthernet is null)
        {
            throw CaptureErrors.BadFilter(filter, message);
        }

        // A good filter that no packet of this link type can match, "ip" over IPv6 alone, is no mistake among several link types.
        return message.Contains("rejects all packets", StringComparison.Ordinal)
            ? new BpfFilter(null, linkType)
            : throw CaptureErrors.FilterNotForLinkType(filter, linkType, message);
    }

    /// <summary>Whether the packet matches; its link type is the one compiled for.</summary>
    public bool Matches(in RawPacket packet)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (program is null)
        {
            return false; // no packet of this link type can match
        }

        byte* header = stackalloc byte[PcapNative.PacketHeader.LargestSize];
        PcapNative.PacketHeader.SetLengths(header, packet.Data.Length, Math.Max(0, packet.WireLength));
        fixed (byte* data = packet.Data)
        {
            // Of no bytes there is no address, but libpcap wants one.
            return program.Matches((nint)header, (nint)(data == null ? header : data));
        }
    }

    /// <summary>Frees the program.</summary>
    public void Dispose()
    {
        disposed = true;
        program?.Dispose();
    }

    private static BpfProgram? TryCompile(string filter, int linkType, out string message)
    {
        try
        {
            message = "";
            return BpfProgram.Create((LinkLayers)LinkTypeNumbers.ToDlt(linkType), filter, 1, UnknownNetmask);
        }
        catch (PcapException error)
        {
            message = error.Message;
            return null;
        }
    }
}
