namespace NetTraffic.Capture;

/// <summary>
/// Files carry LINKTYPE_ values, live captures DLT_ values; some DLTs found their way into files. This maps to LINKTYPE_.
/// </summary>
internal static class LinkTypeNumbers
{
    /// <summary>
    /// LINKTYPE_ of a number found in a file: some systems wrote raw IP as 12 or 14, and classical IP over ATM as 16, 18 or 19.
    /// </summary>
    public static int FromFile(int value) => value switch
    {
        12 or 14 => 101,
        16 or 18 or 19 => 106,
        _ => value,
    };

    /// <summary>LINKTYPE_ of a DLT_ value that libpcap gave for a live capture.</summary>
    public static int FromDlt(int value) => value is 12 or 14 ? 101 : value;

    /// <summary>DLT_ value that libpcap knows a LINKTYPE_ value by: they differ for a few old ones (pcap-common.c).</summary>
    public static int ToDlt(int linkType) => linkType switch
    {
        100 => 11, // ATM, RFC 1483
        101 => 12, // raw IP
        102 => 15, // SLIP, BSD/OS
        103 => 16, // PPP, BSD/OS
        106 => 19, // ATM, classical IP
        _ => linkType,
    };

    /// <summary>
    /// Captured bytes of one packet at most; more is damage. Wireshark draws the same lines: 256 KiB, but for USB and D-Bus.
    /// </summary>
    public static uint LargestPacket(int linkType)
    {
        const int usbLinux = 189, usbLinuxMapped = 220, dbus = 231, usbPcap = 249, usbDarwin = 266, usb2 = 288;
        return linkType is usbLinux or usbLinuxMapped or dbus or usbPcap or usbDarwin or usb2 ? 128u << 20 : 262_144;
    }
}
