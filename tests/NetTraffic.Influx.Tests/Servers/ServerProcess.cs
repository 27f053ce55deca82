using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NetTraffic.Testing;

namespace NetTraffic.Influx.Tests.Servers;

/// <summary>A database server of a test's own, on a free loopback port and in a folder that goes with it.</summary>
internal abstract class ServerProcess : IAsyncDisposable
{
    private readonly ScratchFolder folder = new();
    private Process? process;

    protected ServerProcess(string program)
    {
        Program = program;
        Port = FreePort();
    }

    public int Port { get; }

    public Uri Url => new($"http://127.0.0.1:{Port}/");

    public HttpClient Client { get; } = new();

    protected string Program { get; }

    protected string Folder => folder.Path;

    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin").Split(':').Select(p => Path.Combine(p, program))
            .FirstOrDefault(File.Exists);

    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async Task StartAsync()
    {
        ProcessStartInfo start = new(Program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in Arguments())
        {
            start.ArgumentList.Add(argument);
        }

        process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        for (int i = 0; i < 300; i++)
        {
            try
            {
                using HttpResponseMessage answer = await Client.GetAsync(new Uri(Url, "ping"));
                return;
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                await Task.Delay(50);
            }
        }

        throw new InvalidOperationException($"{Program} did not answer on port {Port}.");
    }

    public void Kill()
    {
        process?.Kill();
        process?.WaitForExit();
        process?.Dispose();
        process = null;
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        Client.Dispose();
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    protected abstract IEnumerable<string> Arguments();
}
