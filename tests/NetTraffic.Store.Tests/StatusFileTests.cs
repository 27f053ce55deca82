using System.Reflection;
using System.Text;
using System.Text.Json;
using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

/// <summary>A capture's status file.</summary>
public sealed class StatusFileTests
{
    // Filled in when read; not in the file.
    private static readonly PropertyInfo[] Properties =
        [.. typeof(CaptureStatus).GetProperties()
            .Where(property => property is { CanWrite: true, Name: not nameof(CaptureStatus.StorePath) })];

    [Fact]
    public void Every_property_comes_back()
    {
        CaptureStatus status = new();
        for (int i = 0; i < Properties.Length; i++)
        {
            Properties[i].SetValue(status, Value(Properties[i].PropertyType, i + 1));
        }

        CaptureStatus read = StatusFile.Read(StatusFile.Write(status))!;
        Assert.All(Properties, property => Assert.Equal(property.GetValue(status), property.GetValue(read)));
    }

    [Fact]
    public void What_is_absent_stays_so()
    {
        CaptureStatus read = StatusFile.Read(StatusFile.Write(new CaptureStatus()))!;
        Assert.All(Properties, property => Assert.Equal(property.GetValue(new CaptureStatus()), property.GetValue(read)));
    }

    [Fact]
    public void Its_names_are_those_of_the_properties_and_whoever_reads_JSON_reads_it()
    {
        CaptureStatus status = new()
        {
            CaptureId = "a\"\u001b",
            Filter = "tcp",
            PacketRingSize = 1,
            EndTime = DateTime.UnixEpoch,
            Message = "m",
            Path = "p",
            FileBytes = 1,
            FileFingerprint = "f",
            FilePackets = 1,
            FirstPacketTime = DateTime.UnixEpoch,
            LastPacketTime = DateTime.UnixEpoch,
        };
        using JsonDocument file = JsonDocument.Parse(StatusFile.Write(status));
        Assert.Equal(
            Properties.Select(property => property.Name).Append("Checksum").Order(StringComparer.Ordinal),
            file.RootElement.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal));
        Assert.Equal("a\"\\u001b", file.RootElement.GetProperty("CaptureId").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{\"CaptureId\": \"a\"")]
    [InlineData("{\"Packets\": \"many\"}")]
    [InlineData("{\"Packets\": 1e99}")]
    [InlineData("{\"State\": \"Asleep\"}")]
    [InlineData("{\"StartTime\": \"yesterday\"}")]
    [InlineData("{\"Interfaces\": {}}")]
    [InlineData("{\"DecodeFailureReasons\": [1]}")]
    [InlineData("{\"InterfaceStates\": {\"lo\": \"Asleep\"}}")]
    public void What_is_no_status_is_none(string content) => Assert.Null(StatusFile.Read(Encoding.UTF8.GetBytes(content)));

    [Fact]
    public void Other_versions_names_and_nulls_are_passed_over()
    {
        CaptureStatus read = StatusFile.Read("""{"captureid": "a", "Later": [{"x": 1}], "Name": null, "Packets": 3, "Interfaces": null}"""u8.ToArray())!;
        Assert.Equal(("a", "", 3L, 0), (read.CaptureId, read.Name, read.Packets, read.Interfaces.Length));
    }

    [Fact]
    public void A_copy_shares_nothing_and_a_file_that_changed_is_read_again()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        CaptureStatus status = new() { CaptureId = "a", State = CaptureState.Stopped, DecodeFailureReasons = { ["Truncated"] = 1 } };
        CaptureRegistry.Write(folder.Path, status, durable: false);
        store.GetCaptures()[0].DecodeFailureReasons["Truncated"] = 7;
        Assert.Equal(1, store.GetCaptures()[0].DecodeFailureReasons["Truncated"]);
        status.Packets = 12;
        CaptureRegistry.Write(folder.Path, status, durable: false);
        Assert.Equal(12, store.GetCaptures()[0].Packets);
    }

    [Fact]
    public void A_file_that_is_not_as_it_was_written_is_none()
    {
        byte[] file = StatusFile.Write(new CaptureStatus { CaptureId = "a", Packets = 12_345 });
        Assert.Equal(12_345, StatusFile.Read(file)!.Packets);
        string text = Encoding.UTF8.GetString(file);
        Assert.Null(StatusFile.Read(Encoding.UTF8.GetBytes(text.Replace("12345", "12344", StringComparison.Ordinal))));
        Assert.Null(StatusFile.Read(Encoding.UTF8.GetBytes(text.Replace("\"a\"", "\"b\"", StringComparison.Ordinal))));
        Assert.Null(StatusFile.Read(Encoding.UTF8.GetBytes(text.Insert(1, " "))));
    }

    private static object Value(Type type, int i) => Nullable.GetUnderlyingType(type) is { } inner ? Value(inner, i)
        : type == typeof(string) ? "text " + i
        : type == typeof(long) ? (long)i
        : type == typeof(int) ? i
        : type == typeof(bool) ? true
        : type == typeof(double) ? i + 0.5
        : type == typeof(DateTime) ? DateTime.UnixEpoch.AddTicks(1_234_567 + i)
        : type == typeof(string[]) ? new[] { "one " + i, "two" }
        : type == typeof(CaptureState) ? CaptureState.Stopped
        : type == typeof(Dictionary<string, long>) ? new Dictionary<string, long>(StringComparer.Ordinal) { ["Malformed"] = i }
        : type == typeof(Dictionary<string, InterfaceState>)
            ? new Dictionary<string, InterfaceState>(StringComparer.Ordinal)
            {
                ["eth" + i] = InterfaceState.Removed,
                ["lo"] = InterfaceState.Up,
            }
        : throw new NotSupportedException($"A status has a property of {type}: say here how it is tried.");
}
