using System.Diagnostics;
using NetTraffic.Testing;

namespace NetTraffic.Shell.Tests;

/// <summary>The Shell as a process of its own, with a small module in the place of NetTraffic.</summary>
internal static class ShellProcess
{
    public static Answer Run(string[] arguments, string input = "", string? module = null, (string Name, string Value)? environment = null)
    {
        string name = OperatingSystem.IsWindows() ? "NetTraffic.Shell.exe" : "NetTraffic.Shell";
        // What users run where it was made (build.sh), else what this test was built with.
        string published = Path.Combine(Repository.Root, "artifacts", "shell", name);
        ProcessStartInfo start = new(File.Exists(published) ? published : Path.Combine(AppContext.BaseDirectory, name), arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NETTRAFFIC_MODULE"] = module ?? Path.Combine(Repository.Root, "tests", "NetTraffic.Shell.Tests", "SmallModule");
        if (environment is { } variable)
        {
            start.Environment[variable.Name] = variable.Value;
        }

        using Process process = Process.Start(start) ?? throw new InvalidOperationException("The Shell did not start.");
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(90)), "The Shell did not end.");
        process.WaitForExit();
        return new Answer(process.ExitCode, output.Result.ReplaceLineEndings("\n"), errors.Result.ReplaceLineEndings("\n"));
    }

    public static Answer Command(string text) => Run(["-NoProfile", "-Command", text]);
}

/// <summary>What a run left.</summary>
internal sealed record Answer(int Code, string Output, string Errors);
