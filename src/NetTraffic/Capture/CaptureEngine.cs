namespace NetTraffic;

/// <summary>What captures.</summary>
public enum CaptureEngine
{
    /// <summary>libpcap (Npcap), in this process.</summary>
    Libpcap = 0,

    /// <summary>Wireshark's dumpcap, a process of its own that may be permitted to capture where this one is not.</summary>
    Dumpcap,

    /// <summary>TShark, which captures through dumpcap.</summary>
    TShark,
}
