using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace NetTraffic.Engine;

/// <summary>
/// Starts the server, always as a process of its own: PowerShell carries no ASP.NET. It goes on when who started it ends.
/// </summary>
public sealed record ServerStart
{
    private const string Ready = " listens at ";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Folder of the store.</summary>
    public required string StorePath { get; init; }

    /// <summary>Address to listen at; null: the setting.</summary>
    public string? Listen { get; init; }

    /// <summary>TCP port, 0 for any that is free; null: the setting.</summary>
    public int? Port { get; init; }

    /// <summary>The key that may do everything; null: the setting's.</summary>
    public string? Key { get; init; }

    /// <summary>Whether it ends when this process does. Default no.</summary>
    public bool EndsWithProcess { get; init; }

    /// <summary>Starts it, and waits until it answers.</summary>
    /// <param name="cancellationToken">Ends the wait, and the server.</param>
    /// <exception cref="TrafficException">ASP.NET Core is not installed; or the server refuses, with its own words.</exception>
    public TrafficServer Run(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> program = ServerProgram.Find();
        ProcessStartInfo start = new(program[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = Path.GetPathRoot(AppContext.BaseDirectory),
        };
        foreach (string word in program.Skip(1).Concat(Words()))
        {
            start.ArgumentList.Add(word);
        }

        if (Key is not null)
        {
            // Not an argument, which every user of the machine could read.
            start.Environment[SettingTable.ServerKey.Variable] = Key;
        }

        using Process process = Start(start);
        process.StandardInput.Close();
        Task<string> problem = process.StandardError.ReadToEndAsync(CancellationToken.None);
        Task<string?> line = process.StandardOutput.ReadLineAsync(CancellationToken.None).AsTask();
        bool answered;
        try
        {
            answered = line.Wait((int)Patience.TotalMilliseconds, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        if (answered && line.Result?.Contains(Ready, StringComparison.Ordinal) == true && ServerRegistry.Find(StorePath) is { } server)
        {
            return server;
        }

        if (!answered)
        {
            process.Kill();
        }

        bool told = problem.Wait(TimeSpan.FromSeconds(5), CancellationToken.None) && problem.Result.Trim().Length > 0;
        throw told ? Error(problem.Result.Trim())
            : new TrafficException(TrafficErrors.ServerFailed, $"The server did not answer within {Display.Span(Patience)}.");
    }

    /// <summary>An error of the server, as a line for whoever started it.</summary>
    public static string Refusal(Exception error, TrafficError row)
    {
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(row);
        return JsonSerializer.Serialize(new RefusalLine(row.Id, error.Message, row.NextMove));
    }

    /// <summary>The error that a server ended with; of one that is not foreseen, what it said.</summary>
    private static TrafficException Error(string said)
    {
        try
        {
            if (said.StartsWith('{') && JsonSerializer.Deserialize<RefusalLine>(said) is { } line
                && TrafficErrors.All.FirstOrDefault(row => row.Id == line.Id) is { } row)
            {
                return new TrafficException(row, line.Message, line.NextMove);
            }
        }
        catch (JsonException)
        {
            // Said by .NET itself, before the server began.
        }

        return new TrafficException(TrafficErrors.ServerFailed, Display.Text(said));
    }

    private sealed record RefusalLine(string Id, string Message, string NextMove);

    // Its own session, log and end; or that of this process.
    private IEnumerable<string> Words() =>
    [
        .. ServerProgram.Arguments(StorePath, Listen, Port),
        "--background", EndsWithProcess ? $"{Environment.ProcessId}:{ProcessIdentity.Own}" : "alone",
    ];

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException(start.FileName);
        }
        catch (Win32Exception error)
        {
            throw new TrafficException(TrafficErrors.ServerFailed, $"'{start.FileName}' cannot be run: {error.Message}", null, error);
        }
    }
}
