using System.Diagnostics;
using NetTraffic.Testing;

namespace NetTraffic.Integration.Tests;

/// <summary>
/// The scripts of tests/integration: each makes namespaces of its own and cleans up after itself, so that two can run at once. They can
/// be run by hand as well. Exit code 77 is a skip; its last line says why.
/// </summary>
internal static class Script
{
    private const int Skipped = 77;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public static async Task Passes(string script)
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
}

/// <summary>Captures that meet others, or their end.</summary>
public sealed class CaptureScriptTests
{
    /// <summary>What measures losses: nothing else may run beside it.</summary>
    [Theory]
    [Trait("Runs", "Alone")]
    [InlineData("live.sh")]
    public Task Passes_alone(string script) => Script.Passes(script);

    [Theory]
    [InlineData("kill.sh")]
    public Task Passes(string script) => Script.Passes(script);
}

/// <summary>Machines that lack something, and users who change their mind.</summary>
public sealed class TroubleScriptTests
{
    [Theory]
    [InlineData("not-writable.sh")]
    [InlineData("no-libpcap.sh")]
    [InlineData("not-permitted.sh")]
    [InlineData("interrupt.sh")]
    public Task Passes(string script) => Script.Passes(script);
}

public sealed class ScriptListTests
{
    [Fact]
    public void EveryScriptIsRun()
    {
        string[] ran = [.. new[] { typeof(CaptureScriptTests), typeof(TroubleScriptTests) }
            .SelectMany(type => type.GetMethods()).SelectMany(method => method.GetCustomAttributes(typeof(InlineDataAttribute), false))
                .Cast<InlineDataAttribute>().Select(data => (string)data.Data[0]!).Order(StringComparer.Ordinal)];
        string[] found = [.. Directory.GetFiles(Path.Combine(Repository.Root, "tests", "integration"), "*.sh")
            .Select(path => Path.GetFileName(path)).Where(name => !name.EndsWith("lib.sh", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)];

        // The longest are run by continuous integration itself.
        string ci = File.ReadAllText(Path.Combine(Repository.Root, ".ci", "run"));
        Assert.Equal(found.Where(name => ran.Contains(name) || !ci.Contains(name, StringComparison.Ordinal)), ran);
    }
}
