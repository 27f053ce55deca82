using System.Runtime.InteropServices;
using NetTraffic.Packets;

namespace NetTraffic.Flows;

/// <summary>One side of a TCP connection, as Zeek's TCP analyser tells them apart.</summary>
internal enum EndpointState : byte
{
    Inactive = 0,
    Partial,
    SynSent,
    SynAckSent,
    Established,
    Closed,
    Reset,

    /// <summary>Reset by a side that had closed before: it counts as closed once the other side closes too.</summary>
    ResetAfterClose,
}

/// <summary>What is remembered of one direction of a TCP connection to tell retransmissions from reordering.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct TcpDirection
{
    /// <summary>The sequence number after the highest byte seen.</summary>
    public uint Next;

    /// <summary>First missing byte of the newest hole; equal to <see cref="HoleEnd"/> where there is none.</summary>
    public uint HoleStart;

    /// <summary>The byte after the hole.</summary>
    public uint HoleEnd;

    /// <summary>When the hole was seen, in milliseconds of capture time modulo 2^32.</summary>
    public uint HoleMs;

    /// <summary>Segments sent again since the last row.</summary>
    public int Retransmissions;

    public EndpointState State;
    public TcpFlags Flags;

    /// <summary>Whether <see cref="Next"/> is known.</summary>
    public bool Started;

    /// <summary>Whether payload was ever sent.</summary>
    public bool HasData;
}

/// <summary>One live flow. "First" and "second" are the key's order; source and destination are the originator's.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct FlowEntry
{
    public FlowKey Key;
    public uint Hash;
    public int Previous;
    public int Next;

    /// <summary>Coarse time of the last move to its list's end; a move a second is enough to find the idlest.</summary>
    public int Tick;
    public long LastNs;

    // What happened since the last row.
    public long FirstNs;
    public long SourcePackets;
    public long SourceBytes;
    public long DestinationPackets;
    public long DestinationBytes;

    public long StartNs;
    public long SynNs;
    public ulong FlowId;
    public ulong SourceMac;
    public ulong DestinationMac;
    public TcpDirection Source;
    public TcpDirection Destination;
    public int HandshakeRttUs;

    /// <summary>The source's initial sequence number: its SYN's, or the one before its first segment; once it has sent any.</summary>
    public uint InitialSequence;

    public ushort SourcePort;
    public ushort DestinationPort;
    public ushort EtherType;
    public ushort LinkType;
    public ushort VlanId;
    public TunnelKind Tunnel;
    public FlowListKind List;
    public bool InUse;

    /// <summary>Whether there is anything to write since the last row.</summary>
    public bool Dirty;

    /// <summary>Whether the originator is the key's second endpoint.</summary>
    public bool Swapped;

    /// <summary>Whether a row was written: from then on originator and responder cannot change places.</summary>
    public bool Written;

    /// <summary>Whether the originator ever sent anything: of a flow seen from its middle it may be silent.</summary>
    public bool Asked;

    /// <summary>Whether the responder ever sent anything.</summary>
    public bool Answered;

    public readonly byte IpProtocol => Key.IpProtocol;

    public readonly byte IpVersion => Key.IpVersion;

    public readonly ushort InterfaceIndex => Key.InterfaceIndex;
}

/// <summary>The idle lists: flows with the same timeout, in the order of their last packets.</summary>
internal enum FlowListKind : byte
{
    Tcp = 0,
    TcpClosed,
    Other,
}
