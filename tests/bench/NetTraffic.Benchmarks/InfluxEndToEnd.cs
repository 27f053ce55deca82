using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using NetTraffic.Influx;

namespace NetTraffic.Benchmarks;

/// <summary>
/// Points a second into one server, in turns: a bare HttpClient that sends batches encoded beforehand over two connections, and the
/// writer with the
/// encoding of its points. Each round has points of its own times, so that the server has the same work with both.
/// </summary>
internal static class InfluxEndToEnd
{
    private const int Batch = 20_000;
    private const int Connections = 2;
    private const double Bar = 0.9;

    public static async Task<int> RunAsync(string name, Uri url, int batches, int rounds)
    {
        List<double> bare = [];
        List<double> own = [];
        List<double> ratios = [];
        long next = 0;

        // The path the writer takes: VictoriaMetrics makes a label of "db".
        Uri write = new(url, name == "VictoriaMetrics" ? "api/v2/write?bucket=bench&precision=ns" : "write?db=bench&precision=ns");
        await BareAsync(write, next, batches / 4); // the server's own warm-up
        next += batches / 4 * Batch;
        await OwnAsync(url, next, batches / 4);
        next += batches / 4 * Batch;
        for (int round = 0; round < rounds; round++)
        {
            double first = round % 2 == 0 ? await BareAsync(write, Take(), batches) : await OwnAsync(url, Take(), batches);
            double second = round % 2 == 0 ? await OwnAsync(url, Take(), batches) : await BareAsync(write, Take(), batches);
            bare.Add(round % 2 == 0 ? first : second);
            own.Add(round % 2 == 0 ? second : first);
            ratios.Add(own[^1] / bare[^1]);
            Console.WriteLine($"  {name} round {round + 1}: bare {bare[^1] / 1000:0} k points/s, encoder and writer {own[^1] / 1000:0} k "
                + $"points/s: {ratios[^1]:0.00}x");
        }

        double ratio = Median(own) / Median(bare);
        Console.WriteLine(
            $"{name}: bare {Median(bare) / 1000:0} k points/s, encoder and writer {Median(own) / 1000:0} k points/s: {ratio:0.00}x "
                + $"(rounds {ratios.Min():0.00}-{ratios.Max():0.00})  bar {Bar}x  {(ratio >= Bar ? "met" : "MISSED")}");
        return ratio >= Bar ? 0 : 1;

        long Take() => (next += (long)batches * Batch) - ((long)batches * Batch);
    }

    private static async Task<double> BareAsync(Uri write, long first, int batches)
    {
        byte[][] bodies = new byte[batches][];
        LineEncoder encoder = new();
        for (int i = 0; i < batches; i++)
        {
            InfluxLines.Encode(encoder, first + ((long)i * Batch), Batch);
            bodies[i] = encoder.Written.ToArray();
        }

        using HttpClient client = new(new SocketsHttpHandler { MaxConnectionsPerServer = Connections, UseProxy = false });
        GC.Collect();
        int next = -1;
        Stopwatch clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            for (int i = Interlocked.Increment(ref next); i < batches; i = Interlocked.Increment(ref next))
            {
                using ByteArrayContent content = new(bodies[i]);
                content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
                using HttpResponseMessage answer = await client.PostAsync(write, content);
                if (answer.StatusCode != HttpStatusCode.NoContent)
                {
                    throw new InvalidOperationException($"HTTP {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
                }
            }
        })));
        return batches * (double)Batch / clock.Elapsed.TotalSeconds;
    }

    /// <summary>
    /// Batches are encoded while others are on their way: one encoder a connection, one to fill, and two that wait, so that no connection
    /// ever does.
    /// </summary>
    private static async Task<double> OwnAsync(Uri url, long first, int batches)
    {
        using InfluxWriter writer = new(new InfluxTarget { Url = url, Database = "bench" },
            new InfluxWriterOptions { BatchLines = Batch, Connections = Connections });
        Queue<LineEncoder> free = new(Enumerable.Range(0, Connections + 3).Select(_ => new LineEncoder()));
        Queue<(LineEncoder Encoder, Task<InfluxWriteResult> Task)> running = [];
        long accepted = 0;
        GC.Collect();
        Stopwatch clock = Stopwatch.StartNew();
        for (int i = 0; i < batches; i++)
        {
            if (free.Count == 0)
            {
                await FinishAsync();
            }

            LineEncoder encoder = free.Dequeue();
            InfluxLines.Encode(encoder, first + ((long)i * Batch), Batch);
            running.Enqueue((encoder, writer.WriteAsync(encoder.Written, CancellationToken.None)));
        }

        while (running.Count > 0)
        {
            await FinishAsync();
        }

        double rate = batches * (double)Batch / clock.Elapsed.TotalSeconds;
        return accepted == (long)batches * Batch ? rate : throw new InvalidOperationException($"Only {accepted} points were accepted.");

        async Task FinishAsync()
        {
            (LineEncoder encoder, Task<InfluxWriteResult> task) = running.Dequeue();
            accepted += (await task).Accepted;
            free.Enqueue(encoder);
        }
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
