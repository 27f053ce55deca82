namespace NetTraffic;

/// <summary>An interface that packets can be captured on.</summary>
public sealed class CaptureInterface
{
    /// <summary>Name to give to Start-NetCapture.</summary>
    public string Name { get; set; } = "";

    /// <summary>What libpcap opens: on Windows <c>\Device\NPF_{GUID}</c>, else the name.</summary>
    public string DeviceName { get; set; } = "";

    /// <summary>What the system says of it; empty where it says nothing.</summary>
    public string Description { get; set; } = "";

    /// <summary>IP addresses bound to it.</summary>
    public string[] Addresses { get; set; } = [];

    /// <summary>Link-layer address, or null.</summary>
    public string? MacAddress { get; set; }

    /// <summary>Whether it is up.</summary>
    public bool IsUp { get; set; }

    /// <summary>Whether it is a loopback interface.</summary>
    public bool IsLoopback { get; set; }

    /// <summary>Whether the default route goes through it.</summary>
    public bool IsDefault { get; set; }

    /// <summary>Whether this process may capture on it now.</summary>
    public bool CanCapture { get; set; }

    /// <summary>Why not, with the user's next move; null where it may.</summary>
    public string? CaptureProblem { get; set; }
}

/// <summary>State of a capture or import.</summary>
public enum CaptureState
{
    /// <summary>Packets are being received.</summary>
    Running = 0,

    /// <summary>Ended by itself: duration or packet count reached, file read to its end.</summary>
    Completed,

    /// <summary>Ended because somebody asked.</summary>
    Stopped,

    /// <summary>Ended by an error; see <see cref="CaptureStatus.Message"/>.</summary>
    Failed,

    /// <summary>Its process died without ending it; everything up to the last flush is there.</summary>
    Crashed,
}

/// <summary>What an interface of a live capture is doing.</summary>
public enum InterfaceState
{
    /// <summary>Packets come, where there are any.</summary>
    Up = 0,

    /// <summary>It is there, and down; packets come again when it is up.</summary>
    Down,

    /// <summary>It is not there any more; where the capture has others, it is opened again when it is back.</summary>
    Removed,

    /// <summary>The capture on it ended by an error; see <see cref="CaptureStatus.Message"/>.</summary>
    Failed,
}

/// <summary>
/// A running or past capture (or import) of a store; also the form of its status file. Its names come from users, capture files and other
/// processes, and PowerShell shows properties as they are (Format-List *): so they are made safe for a terminal when they are set.
/// </summary>
public sealed class CaptureStatus : CaptureCounters
{
    /// <summary>Identifies the capture; sorts by start time.</summary>
    public string CaptureId { get; set => field = PlainName.Clean(value); } = "";

    /// <summary>Name the user gave, or the interfaces.</summary>
    public string Name { get; set => field = PlainName.Clean(value); } = "";

    /// <summary>State now.</summary>
    public CaptureState State { get; set; }

    /// <summary>"Live", or "Import" with <see cref="Path"/>.</summary>
    public string Kind { get; set => field = PlainName.Clean(value); } = "Live";

    /// <summary>Interfaces captured on, or found in the file.</summary>
    public string[] Interfaces { get; set => field = Array.ConvertAll(value, PlainName.Clean); } = [];

    /// <summary>What each interface of a live capture is doing, or was at its end; empty for an import.</summary>
    public Dictionary<string, InterfaceState> InterfaceStates { get; set; } = [];

    /// <summary>Capture filter (BPF), or null.</summary>
    public string? Filter { get; set => field = Display.OptionalText(value); }

    /// <summary>Imported file, or null.</summary>
    public string? Path { get; set => field = Display.OptionalText(value); }

    /// <summary>Bytes of the imported file, unpacked; null where none was, or where it came through a pipe.</summary>
    public long? FileBytes { get; set; }

    /// <summary>Tells the imported file from others by its content, or null.</summary>
    public string? FileFingerprint { get; set => field = Display.OptionalText(value); }

    /// <summary>
    /// Packets of the imported file, with those that the store had already and that were left out; null where FileBytes is.
    /// </summary>
    public long? FilePackets { get; set; }

    /// <summary>Whether a part of the import's traffic was cleared, and another is still there.</summary>
    public bool PartlyCleared { get; set; }

    /// <summary>Earliest packet of the import; null before there is one, and of live captures.</summary>
    public DateTime? FirstPacketTime { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>Latest packet of the import.</summary>
    public DateTime? LastPacketTime { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>Name of the capturing machine or tap.</summary>
    public string Sensor { get; set => field = PlainName.Clean(value); } = "";

    /// <summary>When the capture or import began, by the wall clock.</summary>
    public DateTime StartTime { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>When it ended, by the wall clock; null while it runs.</summary>
    public DateTime? EndTime { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>When these numbers were true, local time.</summary>
    public DateTime UpdateTime { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>Packets a second since the update before.</summary>
    public double PacketsPerSecond { get; set; }

    /// <summary>Bits a second since the update before.</summary>
    public double BitsPerSecond { get; set; }

    /// <summary><see cref="CaptureCounters.DecodeFailures"/> by reason.</summary>
    public Dictionary<string, long> DecodeFailureReasons { get; set; } = [];

    /// <summary>Flow rows written to the store.</summary>
    public long WrittenRows { get; set; }

    /// <summary>Bytes that raw packets may take on disk; null where none are kept, 0 where there is no bound.</summary>
    public long? PacketRingSize { get; set; }

    /// <summary>Bytes that raw packets took on disk.</summary>
    public long PacketRingBytes { get; set; }

    /// <summary>Raw packets written to the ring, those overwritten since included.</summary>
    public long PacketRingPackets { get; set; }

    /// <summary>Raw packets left out of the ring because the disk was too slow, full or gone.</summary>
    public long PacketRingLostPackets { get; set; }

    /// <summary>What went wrong, or null.</summary>
    public string? Message { get; set => field = Display.OptionalText(value); }

    /// <summary>Machine that runs the capture.</summary>
    public string HostName { get; set => field = PlainName.Clean(value); } = "";

    /// <summary>Process that runs the capture.</summary>
    public int ProcessId { get; set; }

    /// <summary>Start time of that process, local, by the wall clock of when the capture began.</summary>
    public DateTime ProcessStartTime { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>Tells that process from another one with the same number, whatever the clock does.</summary>
    public string ProcessIdentity { get; set => field = Display.Text(value); } = "";

    /// <summary>Folder of the store; filled in when read.</summary>
    public string StorePath { get; set; } = "";

    /// <summary>A copy that later changes to this object do not touch.</summary>
    public CaptureStatus Clone()
    {
        CaptureStatus copy = (CaptureStatus)MemberwiseClone();
        copy.Interfaces = [.. Interfaces];
        copy.InterfaceStates = new(InterfaceStates, InterfaceStates.Comparer);
        copy.DecodeFailureReasons = new(DecodeFailureReasons, DecodeFailureReasons.Comparer);
        return copy;
    }
}

/// <summary>What an import of one file did.</summary>
public sealed class ImportResult
{
    /// <summary>The file; safe for a terminal.</summary>
    public string Path { get; set => field = Display.Text(value); } = "";

    /// <summary>Identifies the import in the store.</summary>
    public string CaptureId { get; set; } = "";

    /// <summary>Whether the file was read to its end.</summary>
    public bool Complete { get; set; }

    /// <summary>Packets read.</summary>
    public long Packets { get; set; }

    /// <summary>Wire bytes of those packets.</summary>
    public long Bytes { get; set; }

    /// <summary>Flows found.</summary>
    public long Flows { get; set; }

    /// <summary>Packets whose decoding stopped early; each still counts.</summary>
    public long DecodeFailures { get; set; }

    /// <summary><see cref="DecodeFailures"/> by reason.</summary>
    public Dictionary<string, long> DecodeFailureReasons { get; set; } = [];

    /// <summary>First packet, local; null for an empty capture.</summary>
    public DateTime? StartTime { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>Last packet, local time.</summary>
    public DateTime? EndTime { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>Raw packets kept, those overwritten since included.</summary>
    public long PacketRingPackets { get; set; }

    /// <summary>Raw packets that could not be kept because the disk was full.</summary>
    public long PacketRingLostPackets { get; set; }

    /// <summary>
    /// What made the kept packets fewer than was asked for: a full disk, a file that somebody deleted; null: nothing did.
    /// </summary>
    public string? PacketRingMessage { get; set; }

    /// <summary>How long the import took.</summary>
    public TimeSpan Elapsed { get; set; }

    /// <summary>Byte offset of the damage; null where there is none.</summary>
    public long? DamageOffset { get; set; }

    /// <summary>What was wrong with the file; null where nothing was.</summary>
    public string? Message { get; set => field = Display.OptionalText(value); }

    /// <summary>The import that brought the file, or its first part, into the store before; null: none did.</summary>
    public string? EarlierCaptureId { get; set; }

    /// <summary>Packets that came with it: they count twice now, or were left out (-SkipKnown).</summary>
    public long EarlierPackets { get; set; }

    /// <summary>Folder of the store it went to.</summary>
    public string StorePath { get; set; } = "";
}

/// <summary>What Clear-NetTraffic removed.</summary>
public sealed class ClearResult
{
    /// <summary>Folder of the store.</summary>
    public string StorePath { get; set; } = "";

    /// <summary>Everything in hours that ended before this was removed, local time.</summary>
    public DateTime Before { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>Hours removed (folders, over all datasets).</summary>
    public int Hours { get; set; }

    /// <summary>Segment files removed.</summary>
    public int Segments { get; set; }

    /// <summary>Files of packet rings removed.</summary>
    public int PacketFiles { get; set; }

    /// <summary>Bytes freed on disk.</summary>
    public long FreedBytes { get; set; }

    /// <summary>Full paths of what is to go and stays, since another program has it open or it may not be deleted.</summary>
    public IList<string> HeldFiles { get; } = [];
}
