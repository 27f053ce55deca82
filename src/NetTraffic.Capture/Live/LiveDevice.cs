using NetTraffic.Capture.Native;
using NetTraffic.Packets;
using PacketDotNet;
using SharpPcap;
using SharpPcap.LibPcap;

namespace NetTraffic.Capture;

/// <summary>An interface as SharpPcap opens it, with our errors, and with what SharpPcap keeps to itself.</summary>
internal sealed class LiveDevice : LibPcapLiveDevice
{
    private const uint UnknownNetmask = 0xFFFFFFFF;
    private readonly LiveSourceOptions options;

    private LiveDevice(PcapInterface found, LiveSourceOptions options)
        : base(found) => this.options = options;

    /// <summary>LINKTYPE_ value of its packets.</summary>
    public int PacketLinkType { get; private set; }

    /// <summary>Whether time stamps are in nanoseconds; else microseconds.</summary>
    public bool HasNanoseconds => TimestampResolution == TimestampResolution.Nanosecond;

    /// <summary>Opens an interface and sets its filter.</summary>
    /// <exception cref="CaptureException">It is not permitted, the interface is down, the filter is wrong, or another reason.</exception>
    public static LiveDevice Open(PcapInterface found, LiveSourceOptions options)
    {
        LiveDevice device = new(found, options);
        try
        {
            device.Activate();
            device.ChooseLinkType();
            device.SetFilter();
            device.WaitOnlyWhereAsked();
            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <summary>Waits until packets are there, at most the read time-out. Where libpcap waits by itself, this does not.</summary>
    public void WaitForPackets()
    {
        if (OperatingSystem.IsLinux())
        {
            PollFileDescriptor(ReadTimeout());
        }
    }

    private int ReadTimeout() => Math.Max(1, (int)options.ReadTimeout.TotalMilliseconds);

    private void Activate()
    {
        DeviceConfiguration configuration = new()
        {
            Mode = options.Promiscuous ? DeviceModes.Promiscuous : DeviceModes.None,
            Snaplen = options.SnapLength,
            ReadTimeout = ReadTimeout(),
            BufferSize = options.BufferSize,
            TimestampResolution = TimestampResolution.Nanosecond,
        };

        // Without a handler, what cannot be set is an exception. It stays as it is: microseconds where libpcap has no nanoseconds.
        configuration.ConfigurationFailed += (_, _) => { };
        try
        {
            Open(configuration);
        }
        catch (PcapException error)
        {
            throw CaptureErrors.FromActivate(error.Error, options.Interface, Opened ? LastError : error.Message);
        }
    }

    // Linux's cooked header, of "any": version 2 says which interface. Where libpcap is too old for it, version 1 stays.
    private void ChooseLinkType()
    {
        const int version2 = 276;
        bool replaced = LinkType == LinkLayers.LinuxSll && PcapNative.SetDataLink(Handle, version2) == 0;
        PacketLinkType = LinkTypeNumbers.FromDlt(replaced ? version2 : (int)LinkType);
    }

    private void SetFilter()
    {
        if (string.IsNullOrWhiteSpace(options.Filter))
        {
            return;
        }

        CaptureErrors.RefuseNul(options.Filter);
        try
        {
            // SharpPcap gives 0 for the netmask, with which "ip broadcast" compiles and matches too little. Where it is unknown, libpcap
            // refuses such a filter.
            BpfProgram.Create(Handle, options.Filter, 1, UnknownNetmask).Dispose();
            Filter = options.Filter;
        }
        catch (PcapException)
        {
            throw CaptureErrors.BadFilter(options.Filter, LastError);
        }
    }

    // On Linux libpcap's own wait has no end on a quiet wire (TPACKET_V3 wakes it only for packets), and time must pass there too.
    // Npcap and macOS's BPF end a read at its time-out, packets or not; poll() on a BPF device may return at once every time, or never
    // (pcap_get_selectable_fd(3PCAP)), so that waiting by it would spin.
    private void WaitOnlyWhereAsked()
    {
        if (!OperatingSystem.IsLinux() || FileDescriptor < 0)
        {
            return;
        }

        try
        {
            NonBlockingMode = true;
        }
        catch (PcapException error)
        {
            throw new CaptureException(CaptureProblem.Other, $"{CaptureErrors.Library} cannot watch '{options.Interface}': {error.Message}");
        }
    }
}
