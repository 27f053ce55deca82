using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace NetTraffic.Engine;

/// <summary>A program of the system, run to its end.</summary>
internal static class SystemProgram
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>What a program answered.</summary>
    /// <param name="Code">How it ended; 0: well.</param>
    /// <param name="Output">Its output, a character a byte (Latin-1), so that nothing of it is lost.</param>
    /// <param name="Problem">What it said of errors, for people.</param>
    public sealed record Answer(int Code, string Output, string Problem);

    /// <summary>Whether there is such a program on the path.</summary>
    public static bool Exists(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, name)));

    /// <summary>Runs it; null: there is none.</summary>
    /// <param name="words">The program and its arguments.</param>
    /// <param name="input">What it reads, a character a byte.</param>
    /// <exception cref="TrafficException">It does not end.</exception>
    public static Answer? Run(IReadOnlyList<string> words, string input = "")
    {
        ProcessStartInfo start = new(words[0], words.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = Encoding.Latin1,
            StandardOutputEncoding = Encoding.Latin1,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        using Process? process = Start(start);
        if (process is null)
        {
            return null;
        }

        Task<string> output = process.StandardOutput.ReadToEndAsync(), problem = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TrafficException(TrafficErrors.SchedulerFailed, $"'{words[0]}' did not end within {Display.Span(Patience)}.");
        }

        process.WaitForExit();
        return new Answer(process.ExitCode, output.Result, problem.Result.Trim());
    }

    /// <summary>Runs it, and takes no error.</summary>
    /// <exception cref="TrafficException">It is not there, or failed.</exception>
    public static string Must(IReadOnlyList<string> words, string input = "")
    {
        Answer answer = Run(words, input)
            ?? throw new TrafficException(TrafficErrors.SchedulerMissing, $"There is no program '{words[0]}' on this machine.");
        return answer.Code == 0 ? answer.Output : throw new TrafficException(TrafficErrors.SchedulerFailed,
            $"'{string.Join(' ', words)}' failed ({answer.Code}): {Display.Text(answer.Problem)}");
    }

    private static Process? Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null; // not there, or nothing that can be run: the caller says so
        }
    }
}
