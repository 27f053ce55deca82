using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NetTraffic.Influx.Tests.Servers;

/// <summary>
/// Refuses large bodies by their Content-Length and closes at once, while the body still comes in, so that the client meets a reset
/// connection.
/// </summary>
internal sealed class AbruptServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly int limit;

    public AbruptServer(int limit)
    {
        this.limit = limit;
        listener.Start();
        _ = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");

    public List<string> Lines { get; } = [];

    public int Refused { get; private set; }

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await listener.AcceptSocketAsync();
                _ = Task.Run(() => ServeAsync(socket));
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException or InvalidOperationException)
        {
            // Disposed: the test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using NetworkStream stream = new(socket, ownsSocket: true);
        List<byte> head = [];
        byte[] one = new byte[1];
        while (true)
        {
            head.Clear();
            while (!(head.Count >= 4 && head[^1] == '\n' && head[^2] == '\r' && head[^3] == '\n'))
            {
                if (await stream.ReadAsync(one) == 0)
                {
                    return;
                }

                head.Add(one[0]);
            }

            string text = Encoding.ASCII.GetString([.. head]);
            string? size = text.Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
            int length = size is null ? 0 : int.Parse(size.AsSpan(15));
            if (length > limit)
            {
                lock (Lines)
                {
                    Refused++;
                }

                await stream.WriteAsync("HTTP/1.1 413 Request Entity Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                socket.Close(0); // a reset, as what was not read makes it
                return;
            }

            if (text.Contains("100-continue", StringComparison.OrdinalIgnoreCase))
            {
                await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
            }

            byte[] body = new byte[length];
            await stream.ReadExactlyAsync(body);
            lock (Lines)
            {
                Lines.AddRange(Encoding.UTF8.GetString(body).Split('\n', StringSplitOptions.RemoveEmptyEntries));
            }

            await stream.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray());
        }
    }
}
