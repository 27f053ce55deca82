using System.Text.Json;

namespace NetTraffic.Influx;

/// <summary>What a server took of a store over time, in the file KEY.sent: for people, and nothing goes by it.</summary>
/// <param name="Points">Points that it took.</param>
/// <param name="Rejected">Points that it refused.</param>
/// <param name="Time">When the last were sent, UTC; null: nothing was.</param>
internal sealed record ForwardTally(long Points, long Rejected, DateTime? Time)
{
    /// <summary>Reads a file; one that is not there or is damaged counts as nothing.</summary>
    public static ForwardTally Read(string path)
    {
        ForwardTally none = new(0, 0, null);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<ForwardTally>(SharedFile.ReadBytes(path)) ?? none : none;
        }
        catch (JsonException)
        {
            return none;
        }
    }

    /// <summary>Writes the file.</summary>
    public void Write(string path) => SharedFile.Write(path, ownerOnly: false, JsonSerializer.SerializeToUtf8Bytes(this));
}
