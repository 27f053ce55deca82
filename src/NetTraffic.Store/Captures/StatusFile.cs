using System.Globalization;
using System.Text;
using System.Text.Json;

namespace NetTraffic.Store;

/// <summary>
/// A capture's status file: JSON with the names of <see cref="CaptureStatus"/>'s properties, and at its end the checksum of what stands
/// before. From tables and not by a serialiser, whose generic code for each type of property is compiled at run time: 300 methods in
/// every process that imports or captures.
/// </summary>
internal static class StatusFile
{
    private const string ChecksumName = "Checksum", ChecksumBegin = $",\n  \"{ChecksumName}\": \"", End = "\n}";
    private static readonly Field[] Fields =
    [
        Text(nameof(CaptureStatus.CaptureId), status => status.CaptureId, (status, value) => status.CaptureId = value),
        Text(nameof(CaptureStatus.Name), status => status.Name, (status, value) => status.Name = value),
        new(
            nameof(CaptureStatus.State),
            (status, name, to) => to.WriteString(name, status.State.ToString()),
            (status, value) => status.State = Enum.TryParse(value.GetString(), ignoreCase: true, out CaptureState state)
                && Enum.IsDefined(state) ? state : throw new FormatException("There is no such state.")),
        Text(nameof(CaptureStatus.Kind), status => status.Kind, (status, value) => status.Kind = value),
        new(
            nameof(CaptureStatus.Interfaces),
            (status, name, to) =>
            {
                to.WriteStartArray(name);
                Array.ForEach(status.Interfaces, to.WriteStringValue);
                to.WriteEndArray();
            },
            (status, value) => status.Interfaces = [.. value.EnumerateArray().Select(one => one.GetString() ?? "")]),
        new(
            nameof(CaptureStatus.InterfaceStates),
            (status, name, to) =>
            {
                to.WriteStartObject(name);
                foreach ((string one, InterfaceState state) in status.InterfaceStates)
                {
                    to.WriteString(one, state.ToString());
                }

                to.WriteEndObject();
            },
            (status, value) => status.InterfaceStates = ReadStates(value)),
        Text(nameof(CaptureStatus.Filter), status => status.Filter, (status, value) => status.Filter = value),
        Text(nameof(CaptureStatus.Path), status => status.Path, (status, value) => status.Path = value),
        Number(nameof(CaptureStatus.FileBytes), status => status.FileBytes, (status, value) => status.FileBytes = value),
        Text(nameof(CaptureStatus.FileFingerprint), status => status.FileFingerprint, (status, value) => status.FileFingerprint = value),
        Number(nameof(CaptureStatus.FilePackets), status => status.FilePackets, (status, value) => status.FilePackets = value),
        new(
            nameof(CaptureStatus.PartlyCleared),
            (status, name, to) => to.WriteBoolean(name, status.PartlyCleared),
            (status, value) => status.PartlyCleared = value.GetBoolean()),
        Time(nameof(CaptureStatus.FirstPacketTime), status => status.FirstPacketTime, (status, value) => status.FirstPacketTime = value),
        Time(nameof(CaptureStatus.LastPacketTime), status => status.LastPacketTime, (status, value) => status.LastPacketTime = value),
        Text(nameof(CaptureStatus.Sensor), status => status.Sensor, (status, value) => status.Sensor = value),
        Time(nameof(CaptureStatus.StartTime), status => status.StartTime, (status, value) => status.StartTime = value),
        Time(nameof(CaptureStatus.EndTime), status => status.EndTime, (status, value) => status.EndTime = value),
        Time(nameof(CaptureStatus.UpdateTime), status => status.UpdateTime, (status, value) => status.UpdateTime = value),
        new(
            nameof(CaptureStatus.PacketsPerSecond),
            (status, name, to) => to.WriteNumber(name, status.PacketsPerSecond),
            (status, value) => status.PacketsPerSecond = value.GetDouble()),
        new(
            nameof(CaptureStatus.BitsPerSecond),
            (status, name, to) => to.WriteNumber(name, status.BitsPerSecond),
            (status, value) => status.BitsPerSecond = value.GetDouble()),
        .. CaptureCounters.All.Select(counter => new Field(
            counter.Property,
            (status, name, to) => to.WriteNumber(name, counter.Get(status)),
            (status, value) => counter.Set(status, value.GetInt64()))),
        new(nameof(CaptureStatus.DecodeFailureReasons), WriteReasons, ReadReasons),
        Number(nameof(CaptureStatus.PacketRingSize), status => status.PacketRingSize, (status, value) => status.PacketRingSize = value),
        Text(nameof(CaptureStatus.Message), status => status.Message, (status, value) => status.Message = value),
        Text(nameof(CaptureStatus.HostName), status => status.HostName, (status, value) => status.HostName = value),
        new(
            nameof(CaptureStatus.ProcessId),
            (status, name, to) => to.WriteNumber(name, status.ProcessId),
            (status, value) => status.ProcessId = value.GetInt32()),
        Time(nameof(CaptureStatus.ProcessStartTime), status => status.ProcessStartTime, (status, value) => status.ProcessStartTime = value),
        Text(nameof(CaptureStatus.ProcessIdentity), status => status.ProcessIdentity, (status, value) => status.ProcessIdentity = value),
    ];

    private static readonly Dictionary<string, Field> ByName = Fields.ToDictionary(field => field.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The file of a status.</summary>
    public static byte[] Write(CaptureStatus status)
    {
        using MemoryStream file = new();
        using (Utf8JsonWriter writer = new(file, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            foreach (Field field in Fields)
            {
                field.Write(status, field.Name, writer);
            }

            writer.WriteEndObject();
        }

        ReadOnlySpan<byte> content = file.GetBuffer().AsSpan(0, (int)file.Length - End.Length);
        return [.. content, .. Encoding.UTF8.GetBytes(Checksum(content) + End)];
    }

    /// <summary>
    /// The status of a file; null where it is none, or not as it was written. What is missing, or null, is as in a new status; names of
    /// other versions are ignored.
    /// </summary>
    public static CaptureStatus? Read(byte[] file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(file);
            CaptureStatus status = new();
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name == ChecksumName && !HasChecksum(file))
                {
                    return null;
                }

                if (property.Value.ValueKind != JsonValueKind.Null && ByName.TryGetValue(property.Name, out Field? field))
                {
                    field.Read(status, property.Value);
                }
            }

            return status;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static bool HasChecksum(ReadOnlySpan<byte> file)
    {
        int begin = file.LastIndexOf(Encoding.UTF8.GetBytes(ChecksumBegin));
        return begin >= 0 && file[begin..].StartsWith(Encoding.UTF8.GetBytes(Checksum(file[..begin])));
    }

    private static string Checksum(ReadOnlySpan<byte> content) =>
        string.Create(CultureInfo.InvariantCulture, $"{ChecksumBegin}{SegmentCheck.Of(content):x16}\"");

    private static void WriteReasons(CaptureStatus status, string name, Utf8JsonWriter to)
    {
        to.WriteStartObject(name);
        foreach ((string reason, long count) in status.DecodeFailureReasons)
        {
            to.WriteNumber(reason, count);
        }

        to.WriteEndObject();
    }

    private static void ReadReasons(CaptureStatus status, JsonElement value)
    {
        foreach (JsonProperty reason in value.EnumerateObject())
        {
            status.DecodeFailureReasons[reason.Name] = reason.Value.GetInt64();
        }
    }

    private static Dictionary<string, InterfaceState> ReadStates(JsonElement value)
    {
        Dictionary<string, InterfaceState> states = new(StringComparer.Ordinal);
        foreach (JsonProperty one in value.EnumerateObject())
        {
            states[PlainName.Clean(one.Name)] = Enum.TryParse(one.Value.GetString(), ignoreCase: true, out InterfaceState state)
                && Enum.IsDefined(state) ? state : throw new FormatException("There is no such state of an interface.");
        }

        return states;
    }

    private static Field Text(string name, Func<CaptureStatus, string?> get, Action<CaptureStatus, string> set) => new(
        name,
        (status, property, to) =>
        {
            if (get(status) is { } text)
            {
                to.WriteString(property, text);
            }
        },
        (status, value) => set(status, value.GetString()!));

    private static Field Number(string name, Func<CaptureStatus, long?> get, Action<CaptureStatus, long> set) => new(
        name,
        (status, property, to) =>
        {
            if (get(status) is { } number)
            {
                to.WriteNumber(property, number);
            }
        },
        (status, value) => set(status, value.GetInt64()));

    private static Field Time(string name, Func<CaptureStatus, DateTime?> get, Action<CaptureStatus, DateTime> set) => new(
        name,
        (status, property, to) =>
        {
            if (get(status) is { } time)
            {
                to.WriteString(property, time.ToUniversalTime());
            }
        },
        (status, value) => set(status, value.GetDateTime()));

    /// <summary>A property of a status. Its value is written with its name, or not at all; null is never read.</summary>
    private sealed record Field(string Name, Action<CaptureStatus, string, Utf8JsonWriter> Write, Action<CaptureStatus, JsonElement> Read);
}
