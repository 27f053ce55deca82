using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NetTraffic.Enrichment.Tests.Services;

/// <summary>A name server on this machine, by UDP (RFC 1035): PTR answers from a table, NXDOMAIN else.</summary>
internal sealed class FakeNameServer : IDisposable
{
    private readonly UdpClient socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private int now, most;

    public FakeNameServer() => _ = ServeAsync();

    public IPEndPoint Address => (IPEndPoint)socket.Client.LocalEndPoint!;

    /// <summary>Names by the name that is asked for: <c>8.8.8.8.in-addr.arpa</c>.</summary>
    public ConcurrentDictionary<string, string[]> Names { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What was asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>The response code of all answers; null: what is right.</summary>
    public int? Code { get; set; }

    /// <summary>How long it thinks; negative: for ever.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>What it sends behind the header instead of an answer.</summary>
    public byte[]? Garbage { get; set; }

    /// <summary>The most questions it had at one time.</summary>
    public int Most => most;

    public void Dispose() => socket.Dispose();

    private async Task ServeAsync()
    {
        while (true)
        {
            UdpReceiveResult question;
            try
            {
                question = await socket.ReceiveAsync();
            }
            catch (Exception error) when (error is ObjectDisposedException or SocketException)
            {
                return;
            }

            _ = AnswerAsync(question);
        }
    }

    private async Task AnswerAsync(UdpReceiveResult question)
    {
        int end = 12;
        StringBuilder name = new();
        while (question.Buffer[end] is > 0 and var length)
        {
            name.Append(Encoding.ASCII.GetString(question.Buffer, end + 1, length)).Append('.');
            end += length + 1;
        }

        string asked = name.ToString().TrimEnd('.');
        Asked.Enqueue(asked);
        int together = Interlocked.Increment(ref now);
        most = Math.Max(most, together);
        if (Delay < TimeSpan.Zero)
        {
            return;
        }

        await Task.Delay(Delay);
        Interlocked.Decrement(ref now);
        string[] names = Names.GetValueOrDefault(asked, []);
        int code = Code ?? (names.Length == 0 ? 3 : 0);
        List<byte> answer = [.. question.Buffer[..2], 0x81, (byte)(0x80 | code), 0, 1, 0, (byte)names.Length, 0, 0, 0, 0];
        answer.AddRange(question.Buffer[12..(end + 5)]);
        foreach (string one in names)
        {
            byte[] data = [.. one.Split('.').SelectMany(part => (byte[])[(byte)part.Length, .. Encoding.Latin1.GetBytes(part)]), 0];
            answer.AddRange([0xC0, 12, 0, 12, 0, 1, 0, 0, 1, 0, 0, (byte)data.Length, .. data]);
        }

        byte[] sent = Garbage is { } garbage ? [.. answer[..12], .. garbage] : [.. answer];
        await socket.SendAsync(sent, question.RemoteEndPoint);
    }
}
