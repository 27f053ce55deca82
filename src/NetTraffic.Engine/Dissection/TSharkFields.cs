namespace NetTraffic.Engine;

/// <summary>What TShark can say of a packet, as it lists it itself.</summary>
public static class TSharkFields
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Names of its protocols and fields, and what they are. Read as it writes them, since there are more than 200,000: whoever has enough
    /// ends it by leaving the loop, and it is ended where it takes too long.
    /// </summary>
    /// <exception cref="CaptureException">It is not installed.</exception>
    /// <exception cref="DissectorException">It cannot be started.</exception>
    public static IEnumerable<(string Name, string Note)> Read()
    {
        using CancellationTokenSource impatient = new(Patience);
        using TSharkRun run = TSharkRun.Start(["-G", "fields"], impatient.Token);
        using StreamReader lines = new(run.Output);
        while (lines.ReadLine() is { } line)
        {
            if (line.Split('\t') is [("P" or "F"), var note, { Length: > 0 } name, ..])
            {
                yield return (name, note);
            }
        }
    }
}
