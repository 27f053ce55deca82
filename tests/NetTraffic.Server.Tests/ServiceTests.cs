using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using NetTraffic.Engine;
using NetTraffic.Testing;

namespace NetTraffic.Server.Tests;

/// <summary>The server's process as systemd starts it: the child of one of that name, with a socket over which it answers.</summary>
public sealed partial class ServiceTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Systemd_is_told_and_a_capture_is_stored_at_the_end()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd is Linux's");
        using ScratchFolder folder = new();
        string store = Path.Combine(folder.Path, "store"), socketPath = Path.Combine(folder.Path, "notify");
        using Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(socketPath));
        using Process process = StartService(folder.Path, store, socketPath);
        try
        {
            Assert.Equal("READY=1", await TellAsync(socket));
            TrafficServer server = await PublishedAsync(store);
            using HttpClient client = new() { BaseAddress = new Uri(server.Url) };
            JsonElement interfaces = await client.GetFromJsonAsync<JsonElement>("/api/interfaces", Stop);
            JsonElement loopback = interfaces.EnumerateArray().FirstOrDefault(one => one.GetProperty("IsLoopback").GetBoolean());
            bool captures = loopback.ValueKind == JsonValueKind.Object && loopback.GetProperty("CanCapture").GetBoolean();
            string id = captures ? await CaptureAsync(client, loopback.GetProperty("Name").GetString()!) : "";

            Assert.Equal(0, Kill(server.ProcessId, 15)); // SIGTERM
            Assert.Equal("STOPPING=1", await TellAsync(socket));
            await process.WaitForExitAsync(Stop);
            Assert.Equal(0, process.ExitCode);
            Assert.Null(ServerRegistry.Find(store));
            Assert.SkipUnless(captures, "It ended as it should; that captures are stored was not tried: no capture on loopback here.");
            using ITrafficStore end = TrafficEngine.OpenStore(store);
            CaptureStatus stored = Assert.Single(end.GetCaptures(), capture => capture.CaptureId == id);
            Assert.Equal((CaptureState.Stopped, 20), (stored.State, stored.Packets));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private static Process StartService(string folder, string store, string socketPath)
    {
        string systemd = Path.Combine(folder, "systemd");
        File.CreateSymbolicLink(systemd, "/bin/sh");
        ProcessStartInfo start = new(systemd, ["-c", "\"$@\"; exit $?", "systemd", Path.Combine(DotnetRoot, "dotnet"),
            typeof(ServerHost).Assembly.Location, "--store", store, "--port", "0"])
        {
            UseShellExecute = false,
        };
        start.Environment["NOTIFY_SOCKET"] = socketPath;
        return Process.Start(start)!;
    }

    private static string DotnetRoot => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private static async Task<string> TellAsync(Socket socket)
    {
        byte[] text = new byte[256];
        int length = await socket.ReceiveAsync(text, Stop).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Stop);
        return Encoding.UTF8.GetString(text, 0, length).Trim();
    }

    private static async Task<TrafficServer> PublishedAsync(string store)
    {
        for (int i = 0; i < 200; i++)
        {
            if (ServerRegistry.Find(store) is { } server)
            {
                return server;
            }

            await Task.Delay(50, Stop);
        }

        throw new TimeoutException("it does not say where it answers");
    }

    private static async Task<string> CaptureAsync(HttpClient client, string loopback)
    {
        using UdpClient receiver = new(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)receiver.Client.LocalEndPoint!).Port;
        using HttpResponseMessage started = await client.PostAsJsonAsync("/api/capture/start",
            new { Interface = new[] { loopback }, Filter = $"udp port {port}" }, Stop);
        string text = await started.Content.ReadAsStringAsync(Stop);
        Assert.True(started.StatusCode == HttpStatusCode.Created, text);
        string id = JsonDocument.Parse(text).RootElement.GetProperty("CaptureId").GetString()!;
        using UdpClient sender = new();
        for (int i = 0; i < 20; i++)
        {
            await sender.SendAsync(new byte[10], "127.0.0.1", port, Stop);
        }

        for (int i = 0; i < 200; i++)
        {
            JsonElement now = await client.GetFromJsonAsync<JsonElement>($"/api/captures/{id}", Stop);
            if (now.GetProperty("Packets").GetInt64() == 20)
            {
                return id;
            }

            await Task.Delay(50, Stop);
        }

        throw new TimeoutException("the packets do not arrive");
    }
}
