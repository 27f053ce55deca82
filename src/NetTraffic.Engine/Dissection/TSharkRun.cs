using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using NetTraffic.Capture;

namespace NetTraffic.Engine;

/// <summary>
/// TShark at work on one file, as a child process. Its output is read as it comes; what it says on the side is kept up to a bound, and
/// read all the while, so that it never blocks it. Disposing ends it, wherever it is.
/// </summary>
internal sealed class TSharkRun : IDisposable
{
    private const int MostWords = 16 << 10;
    private readonly Process process;
    private readonly StringBuilder words = new();
    private readonly CancellationTokenRegistration cancelling;

    private TSharkRun(Process process, CancellationToken cancellationToken)
    {
        this.process = process;
        process.ErrorDataReceived += (_, line) => KeepComplaint(line.Data);
        process.BeginErrorReadLine();
        cancelling = cancellationToken.Register(Kill);
    }

    /// <summary>What it writes.</summary>
    public Stream Output => process.StandardOutput.BaseStream;

    /// <summary>Starts it.</summary>
    /// <exception cref="CaptureException">It is not installed.</exception>
    /// <exception cref="DissectorException">It cannot be started.</exception>
    public static TSharkRun Start(string file, IReadOnlyList<string> fields, string? displayFilter, CancellationToken cancellationToken)
    {
        if (displayFilter?.Contains('\0', StringComparison.Ordinal) == true
            || fields.Any(field => field.Contains('\0', StringComparison.Ordinal)))
        {
            throw new DissectorException(TrafficErrors.BadDisplayFilter, "A display filter or field has a NUL character in it.",
                "Leave it out.");
        }

        if (Directory.Exists(file))
        {
            throw new TrafficException(TrafficErrors.PathIsFolder, $"'{file}' is a folder.");
        }

        List<string> arguments = ["-n", "-r", file, "-T", "json", "--no-duplicate-keys"];
        if (displayFilter is not null)
        {
            arguments.AddRange("-Y", displayFilter);
        }

        foreach (string field in fields)
        {
            arguments.AddRange("-e", field);
        }

        return Start(arguments, cancellationToken);
    }

    /// <summary>Starts it with arguments of its own, which go one by one, never through a shell.</summary>
    /// <exception cref="CaptureException">It is not installed.</exception>
    /// <exception cref="DissectorException">It cannot be started.</exception>
    public static TSharkRun Start(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        string program = WiresharkPrograms.Find("tshark") ?? throw WiresharkPrograms.Missing("tshark");
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        ChildEnvironment.Clean(start);
        try
        {
            Process started = Process.Start(start)!;
            started.StandardInput.Close();
            return new TSharkRun(started, cancellationToken);
        }
        catch (Win32Exception error)
        {
            throw new DissectorException(TrafficErrors.TSharkNotRun, $"'{program}' cannot be run: {error.Message}", inner: error);
        }
    }

    /// <summary>Waits for its end; what it complained of, or null where all went well.</summary>
    public string? Complaint()
    {
        process.WaitForExit();
        lock (words)
        {
            return process.ExitCode == 0 ? null : words.Length > 0 ? words.ToString() : $"TShark ended with code {process.ExitCode}.";
        }
    }

    /// <summary>Ends it where it goes on; what it complained of so far, or null.</summary>
    public string? LastWords()
    {
        Kill();
        process.WaitForExit();
        lock (words)
        {
            return words.Length > 0 ? words.ToString() : null;
        }
    }

    public void Dispose()
    {
        cancelling.Dispose();
        Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private void Kill()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended by itself meanwhile.
        }
    }

    private void KeepComplaint(string? line)
    {
        const string rootBanner = "Running as user ";
        if (string.IsNullOrWhiteSpace(line) || line.StartsWith(rootBanner, StringComparison.Ordinal))
        {
            return;
        }

        const string name = "tshark: ";
        string said = (line.StartsWith(name, StringComparison.Ordinal) ? line[name.Length..] : line).Trim();
        lock (words)
        {
            if (words.Length + said.Length < MostWords)
            {
                words.Append(words.Length > 0 ? " " : "").Append(said);
            }
        }
    }
}
