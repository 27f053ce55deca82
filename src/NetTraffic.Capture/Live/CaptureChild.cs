using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace NetTraffic.Capture;

/// <summary>A process that captures: its output is packets, its errors are for people.</summary>
internal sealed partial class CaptureChild : IDisposable
{
    private const int LongestErrors = 2000;
    private readonly Process process;
    private readonly StringBuilder errors = new();
    private readonly Lock guard = new();
    private long interfaceDrops;
    private string outcome = "";
    private Task listening = Task.CompletedTask;

    private CaptureChild(Process process) => this.process = process;

    /// <summary>What it writes.</summary>
    public Stream Output => process.StandardOutput.BaseStream;

    /// <summary>ps_ifdrop, which it tells in words at its end.</summary>
    public long InterfaceDrops => Volatile.Read(ref interfaceDrops);

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => process.HasExited;

    /// <summary>How it ended, for people.</summary>
    public string Outcome => outcome.Length > 0 ? outcome : "still running";

    /// <summary>What it complained of, on one line.</summary>
    public string Errors
    {
        get
        {
            lock (guard)
            {
                return Display.Text(errors.ToString().Trim());
            }
        }
    }

    /// <summary>Starts it in a process group of its own where that can be: Ctrl+C at the prompt is not for it.</summary>
    public static CaptureChild Start(string program, IEnumerable<string> arguments)
    {
        if (!File.Exists(program))
        {
            throw WiresharkPrograms.Missing(Path.GetFileName(program));
        }

        string[] command = [.. InOwnGroup(WiresharkPrograms.InPath), program, .. arguments];
        ProcessStartInfo start = new(command[0])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        if (OperatingSystem.IsWindows())
        {
            // It is asked to end through the console that it shares with this process; where there is none, it must not open one.
            start.CreateNewProcessGroup = true;
            start.CreateNoWindow = ConsoleInputCodePage() == 0;
        }

        foreach (string argument in command.AsSpan(1))
        {
            start.ArgumentList.Add(argument);
        }

        ChildEnvironment.Clean(start);

        // What it says is looked through for numbers and reasons.
        start.Environment["LC_ALL"] = "C.UTF-8";
        Process started;
        try
        {
            started = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new CaptureException(
                CaptureProblem.ProgramFailed,
                $"'{program}' cannot be run: {error.Message}",
                "Check that you may execute it: on Debian, members of the group wireshark may run dumpcap.",
                error);
        }

        CaptureChild child = new(started);
        child.listening = Task.Factory.StartNew(
            child.Listen, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        started.StandardInput.Close();
        return child;
    }

    /// <summary>
    /// Asks it to end in good order. On Windows by Ctrl+Break to its group; where no console is shared, it is ended, and its drops are not
    /// known.
    /// </summary>
    public void AskToStop()
    {
        const int interrupt = 2;
        const uint controlBreak = 1;
        if (process.HasExited)
        {
            return;
        }

        if (!OperatingSystem.IsWindows())
        {
            _ = SendSignal(process.Id, interrupt);
        }
        else if (!SendConsoleEvent(controlBreak, process.Id))
        {
            Kill();
        }
    }

    /// <summary>Waits for its end, and for its last words.</summary>
    public bool WaitForEnd(TimeSpan limit)
    {
        if (!process.WaitForExit(limit))
        {
            return false;
        }

        // tshark's child may hold the pipe a little longer than tshark lives; its words are not waited for without end.
        ((IAsyncResult)listening).AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(1));
        outcome = process.ExitCode > 128
            ? string.Create(CultureInfo.InvariantCulture, $"signal {process.ExitCode - 128}")
            : string.Create(CultureInfo.InvariantCulture, $"code {process.ExitCode}");
        return true;
    }

    /// <summary>Ends it and what it started.</summary>
    public void Kill()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It has ended already.
        }
    }

    public void Dispose() => process.Dispose();

    /// <summary>What runs a program in a process group of its own: util-linux has a command for it, macOS has Perl.</summary>
    /// <param name="find">Finds a program in the PATH.</param>
    internal static string[] InOwnGroup(Func<string, string?> find) =>
        OperatingSystem.IsWindows() ? []
        : find("setsid") is { } setsid ? [setsid]
        : find("perl") is { } perl ? [perl, "-e", "setpgrp(0, 0); exec {$ARGV[0]} @ARGV or die \"$ARGV[0]: $!\\n\""]
        : [];

    private void Listen()
    {
        try
        {
            while (process.StandardError.ReadLine() is { } line)
            {
                Hear(line);
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Nobody listens any more.
        }
    }

    private void Hear(string line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        if (DropsLine().Match(line) is { Success: true } found
            && long.TryParse(found.Groups["drops"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out long dropped))
        {
            Volatile.Write(ref interfaceDrops, dropped);
        }

        lock (guard)
        {
            if (!Chatter().IsMatch(line) && errors.Length < LongestErrors)
            {
                errors.Append(line.Length > LongestErrors ? line.AsSpan(0, LongestErrors) : line).Append(' ');
            }
        }
    }

    [GeneratedRegex(@"ps_ifdrop:(?<drops>\d+)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DropsLine();

    // What both say where nothing is wrong.
    [GeneratedRegex(
        @"^(Capturing on |File: |Packets(:| captured| received)|\d+ packets? captured|Running as user |tshark: $| \*\* .* MESSAGE\])",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Chatter();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);

    [LibraryImport("kernel32", EntryPoint = "GenerateConsoleCtrlEvent", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SendConsoleEvent(uint controlEvent, int processGroup);

    // 0 where the process has no console.
    [LibraryImport("kernel32", EntryPoint = "GetConsoleCP")]
    private static partial uint ConsoleInputCodePage();
}
