using System.Diagnostics;
using NetTraffic.Testing;

namespace NetTraffic.Integration.Tests;

/// <summary>
/// The scripts of tests/integration, one after the other: each makes namespaces of its own and cleans up after itself. They can be run
/// by hand as well. Exit code 77 is a skip; its last line says why.
/// </summary>
[Collection("integration")]
public sealed class ScriptTests
{
    private const int Skipped = 77;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>What measures losses: nothing else may run beside it.</summary>
    [Theory]
    [Trait("Runs", "Alone")]
    [InlineData("live.sh")]
    public Task Passes_alone(string script) => Passes(script);

    [Theory]
    [InlineData("kill.sh")]
    [InlineData("two-processes.sh")]
    [InlineData("interface-down.sh")]
    [InlineData("disk-full.sh")]
    [InlineData("not-writable.sh")]
    [InlineData("no-libpcap.sh")]
    [InlineData("not-permitted.sh")]
    [InlineData("interrupt.sh")]
    public async Task Passes(string script)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        string path = Path.Combine(Repository.Root, "tests", "integration", script);
        Assert.True(File.Exists(path), $"{path} is not there");
        ProcessStartInfo start = new("bash", [path])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("bash did not start.");
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource late = new(Limit);
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{script} did not end within {Limit}.");
        }

        string text = await output + await errors;
        if (process.ExitCode == Skipped)
        {
            Assert.Skip(text.TrimEnd().Split('\n')[^1]);
        }

        Assert.True(process.ExitCode == 0, $"{script} ended with {process.ExitCode}:\n{text}");
    }

    [Fact]
    public void EveryScriptIsRun()
    {
        string[] ran = [.. new[] { nameof(Passes), nameof(Passes_alone) }
            .SelectMany(name => typeof(ScriptTests).GetMethod(name)!.GetCustomAttributes(typeof(InlineDataAttribute), false)).Cast<InlineDataAttribute>().Select(data => (string)data.Data[0]!).Order(StringComparer.Ordinal)];
        string[] found = [.. Directory.GetFiles(Path.Combine(Repository.Root, "tests", "integration"), "*.sh")
            .Select(path => Path.GetFileName(path)).Where(name => !name.EndsWith("lib.sh", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

        // The longest are run by continuous integration itself.
        string ci = File.ReadAllText(Path.Combine(Repository.Root, ".ci", "run"));
        Assert.Equal(found.Where(name => ran.Contains(name) || !ci.Contains(name, StringComparison.Ordinal)), ran);
    }
}
