using System.ComponentModel;
using System.Diagnostics;
using NetTraffic.Capture;

namespace NetTraffic.PowerShell.Dissection;

/// <summary>What TShark can say of a packet, as it lists it itself.</summary>
internal static class TSharkFields
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Names of its protocols and fields, and what they are; none where it is not installed. Read as it writes them, since there are more than
    /// 200,000: whoever has enough ends it by leaving the loop, and it is ended where it takes too long.
    /// </summary>
    public static IEnumerable<(string Name, string Note)> Read()
    {
        if (WiresharkPrograms.Find("tshark") is not { } program || Start(program) is not { } process)
        {
            yield break;
        }

        using (process)
        {
            using Timer impatient = new(_ => End(process), null, Patience, Timeout.InfiniteTimeSpan);
            try
            {
                while (process.StandardOutput.ReadLine() is { } line)
                {
                    if (line.Split('\t') is [("P" or "F"), var note, { Length: > 0 } name, ..])
                    {
                        yield return (name, note);
                    }
                }
            }
            finally
            {
                End(process);
                process.WaitForExit();
            }
        }
    }

    private static Process? Start(string program)
    {
        try
        {
            ProcessStartInfo start = new(program, ["-G", "fields"]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false, CreateNoWindow = true };
            Process started = Process.Start(start)!;
            started.ErrorDataReceived += static (_, _) => { };
            started.BeginErrorReadLine();
            started.StandardInput.Close();
            return started;
        }
        catch (Win32Exception)
        {
            return null; // it may not be executed: the cmdlet itself says so
        }
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            // It has ended by itself.
        }
    }
}
