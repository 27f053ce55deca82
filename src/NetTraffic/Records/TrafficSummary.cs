using System.Globalization;

namespace NetTraffic;

/// <summary>What there is in the store, or in the part of it a filter chose.</summary>
public sealed class TrafficSummary
{
    /// <summary>First packet, local; null where there is no traffic.</summary>
    public DateTime? StartTime { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>Last packet, local time.</summary>
    public DateTime? EndTime { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>Time between the first and the last packet.</summary>
    public TimeSpan Duration => StartTime is { } start && EndTime is { } end
        ? end.ToUniversalTime() - start.ToUniversalTime() : TimeSpan.Zero;

    /// <summary>Packets both ways.</summary>
    public long Packets { get; set; }

    /// <summary>Wire bytes both ways.</summary>
    public long Bytes { get; set; }

    /// <summary>Flows.</summary>
    public long Flows { get; set; }

    /// <summary>Distinct originator addresses.</summary>
    public long SourceAddresses { get; set; }

    /// <summary>Distinct responder addresses.</summary>
    public long DestinationAddresses { get; set; }

    /// <summary>Captures and imports the traffic came from.</summary>
    public long Captures { get; set; }

    /// <summary>TCP segments sent again.</summary>
    public long Retransmissions { get; set; }

    /// <summary>
    /// Packets the kernel or an interface dropped while these captures ran (whole captures, whatever the filter); null for flows from the
    /// pipeline or a file, which do not tell.
    /// </summary>
    public long? DroppedPackets { get; set; }

    /// <summary>
    /// Packets whose decoding stopped early (whole captures, whatever the filter); null where <see cref="DroppedPackets"/> is.
    /// </summary>
    public long? DecodeFailures { get; set; }

    /// <summary>Whether rows are missing, since files of the store are damaged; a warning names them.</summary>
    public bool Incomplete { get; set; }

    /// <summary>Average packets a second over <see cref="Duration"/>.</summary>
    public double PacketsPerSecond => Duration > TimeSpan.Zero ? Packets / Duration.TotalSeconds : 0;

    /// <summary>Average bits a second over <see cref="Duration"/>.</summary>
    public double BitsPerSecond => Duration > TimeSpan.Zero ? Bytes * 8 / Duration.TotalSeconds : 0;
}

/// <summary>One row of a summary by some key, or one point of a time series.</summary>
public sealed class TrafficSummaryItem
{
    /// <summary>Name of what a time series without a key counts.</summary>
    public const string AllTraffic = "(all)";

    /// <summary>Start of the time bucket, local; null without -Interval.</summary>
    public DateTime? Time { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>What the row is grouped by.</summary>
    public SummaryKey By { get; set; }

    /// <summary>
    /// The key's value: a protocol, an address, "a &lt;-&gt; b" for conversations; "(all)" for a time series without a key, "(none)"
    /// where absent.
    /// </summary>
    public string Name { get; set => field = Display.Text(value); } = "";

    /// <summary>Packets (Address: sent and received by it).</summary>
    public long Packets { get; set; }

    /// <summary>Wire bytes.</summary>
    public long Bytes { get; set; }

    /// <summary>Flows.</summary>
    public long Flows { get; set; }

    /// <summary>Share of all bytes that matched the filter, 0 to 100; of the bucket's bytes with -Interval.</summary>
    public double Percent { get; set; }

    /// <summary>Bytes sent from the key's side: by the originator; for Address: by the address.</summary>
    public long SentBytes { get; set; }

    /// <summary>Bytes sent to the key's side.</summary>
    public long ReceivedBytes { get; set; }

    /// <summary>First packet, local time.</summary>
    public DateTime StartTime { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>Last packet, local time.</summary>
    public DateTime EndTime { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>Length of the time bucket; null without -Interval.</summary>
    public TimeSpan? Interval { get; set; }

    /// <summary>Average packets a second: over the bucket, without -Interval from the first packet to the last.</summary>
    public double PacketsPerSecond => Seconds > 0 ? Packets / Seconds : 0;

    /// <summary>Average bits a second, likewise.</summary>
    public double BitsPerSecond => Seconds > 0 ? Bytes * 8 / Seconds : 0;

    /// <summary>The key where it is a protocol, or the protocol of a port; null elsewhere, as the other keys are.</summary>
    public string? Protocol => Is(SummaryKey.Protocol) ?? (Is(SummaryKey.DestinationPort) is { } port && port.Split('/') is [_, string name]
        ? ProtocolText.Find(name) ?? name : null);

    /// <summary>The key where it is an application; "(none)" is one that is not known.</summary>
    public string? Application => By == SummaryKey.Application ? Name : null;

    /// <summary>The key where it is an address; of a conversation the one that is named first.</summary>
    public string? Address => Is(SummaryKey.Address) ?? Pair?[0];

    /// <summary>The other address of a conversation.</summary>
    public string? PeerAddress => Pair?[1];

    /// <summary>The key where it is an originator's address.</summary>
    public string? SourceAddress => Is(SummaryKey.SourceAddress);

    /// <summary>The key where it is a responder's address.</summary>
    public string? DestinationAddress => Is(SummaryKey.DestinationAddress);

    /// <summary>The key where it is a responder's port.</summary>
    public int? DestinationPort => Is(SummaryKey.DestinationPort) is { } text && int.TryParse(text.Split('/')[0], NumberStyles.None,
        CultureInfo.InvariantCulture, out int port) ? port : null;

    /// <summary>The key where it is an interface.</summary>
    public string? Interface => Is(SummaryKey.Interface);

    /// <summary>The key where it is a sensor.</summary>
    public string? Sensor => Is(SummaryKey.Sensor);

    /// <summary>The key where it is a capture.</summary>
    public string? CaptureId => Is(SummaryKey.Capture);

    /// <summary>The key where it is a country: its name in English.</summary>
    public string? Country => Is(SummaryKey.Country);

    /// <summary>The key where it is an autonomous system: <c>AS15169</c>.</summary>
    public string? AsNumber => Is(SummaryKey.AsNumber);

    /// <summary>The key where it is the holder of an autonomous system.</summary>
    public string? Organization => Is(SummaryKey.Organization);

    /// <summary>Folder of the store that was asked; empty for flows of a file or the pipeline.</summary>
    public string StorePath { get; set; } = "";

    private double Seconds => (Interval ?? EndTime.ToUniversalTime() - StartTime.ToUniversalTime()).TotalSeconds;

    private string[]? Pair => Is(SummaryKey.Conversation)?.Split(" <-> ") is { Length: 2 } pair ? pair : null;

    private string? Is(SummaryKey key) => By == key && Name != ApplicationText.None ? Name : null;
}

/// <summary>What a summary can be grouped by.</summary>
public enum SummaryKey
{
    /// <summary>Nothing: one total.</summary>
    None = 0,

    /// <summary>Protocol name (TCP, UDP, ARP, ...).</summary>
    Protocol,

    /// <summary>Application by well-known port.</summary>
    Application,

    /// <summary>Originator's address.</summary>
    SourceAddress,

    /// <summary>Responder's address.</summary>
    DestinationAddress,

    /// <summary>Address on either side.</summary>
    Address,

    /// <summary>Pair of addresses, whoever began.</summary>
    Conversation,

    /// <summary>Responder's port with its protocol.</summary>
    DestinationPort,

    /// <summary>Interface.</summary>
    Interface,

    /// <summary>Sensor.</summary>
    Sensor,

    /// <summary>Capture or import.</summary>
    Capture,

    /// <summary>Country of the address on either side.</summary>
    Country,

    /// <summary>Autonomous system of the address on either side.</summary>
    AsNumber,

    /// <summary>Holder of the autonomous system on either side.</summary>
    Organization,
}
