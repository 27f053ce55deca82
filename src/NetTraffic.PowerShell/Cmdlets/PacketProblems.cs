using System.Management.Automation;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell;

/// <summary>What those say who ask rings for packets.</summary>
internal static class PacketProblems
{
    /// <summary>Flows that were read from a file, and piped to a command that asks rings.</summary>
    /// <param name="instead">The command that works.</param>
    public static ErrorRecord FlowsOfFile(string instead) => ErrorRecords.Make(
        TrafficErrors.FlowsOfFile, "Some of the flows come from a file, and no ring has their packets.", null, $"Name the file: {instead}");

    /// <summary>Flow ids that the store does not have.</summary>
    public const string NoSuchFlow = "No flow of these captures has such an id.";

    /// <summary>Tells of rings of which a part could not be read, and of flows of which a part is kept no more.</summary>
    public static void Warn(Cmdlet cmdlet, PacketReadResult result)
    {
        foreach ((string capture, string message) in result.Problems)
        {
            cmdlet.WriteWarning(Display.Text($"A part of the packets of {capture} cannot be read: {message}"));
        }

        if (result is { Rings: > 0, Problems.Count: 0 } && result.Packets < result.FlowPackets)
        {
            cmdlet.WriteWarning($"Of the {Display.Count(result.FlowPackets)} packets that these flows had, "
                + $"{Display.Count(result.Packets)} were found in the rings. The others are kept no longer, or cut so short "
                + $"(-PacketRingSnapLength) that their flow cannot be told.");
        }
    }
}
