using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net.Http.Headers;

namespace NetTraffic.Influx;

public sealed partial class InfluxWriter
{
    /// <summary>A batch that times out twice is halved down to this: on a slow line a whole one would never get through.</summary>
    private const int SmallBatch = 1_000;

    /// <summary>A server that takes no body of this many bytes takes none.</summary>
    private const int SmallestLimit = 4096;

    private static readonly MediaTypeHeaderValue PlainText = new("text/plain") { CharSet = "utf-8" };

    private readonly ConcurrentBag<MemoryStream> spareBodies = [];

    /// <summary>Sends lines until each is stored or in the list of the rejected.</summary>
    private async Task SendAsync(
        ReadOnlyMemory<byte> lines, int count, WriteTotals totals, List<RejectedLine> rejected, CancellationToken cancellationToken)
    {
        ServerReply reply;
        Verdict verdict;
        MemoryStream? body = compress ? Compress(lines) : null;
        bool reusable = true;
        try
        {
            (reply, verdict, reusable) = await PostUntilAnsweredAsync(body, lines, count, totals, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            reusable = false;
            throw;
        }
        finally
        {
            // A request that was given up may still hold its body for a moment.
            if (body is not null && reusable)
            {
                spareBodies.Add(body);
            }
        }

        switch (verdict)
        {
            case Verdict.Accepted:
                totals.AddAccepted(count);
                break;
            case Verdict.TooOld when await RejectOldAsync(lines, count, reply, totals, rejected, cancellationToken).ConfigureAwait(false):
                break;
            case Verdict.TooLarge when count == 1 && reply.Status == 413 && lines.Length < SmallestLimit:
                throw new InfluxException(
                    $"{connection.Target} refuses even a line of {lines.Length} bytes as too large. Raise the limit of the server, or of " +
                    "the proxy before it.",
                    InfluxProblem.Other);
            case var _ when count == 1:
                rejected.Add(new RejectedLine(reply.Message is { Length: > 0 } reason ? reason : reply.Describe(), lines));
                break;
            default:
                int length = LineBatches.Take(lines.Span, count / 2, int.MaxValue, out int taken);
                await SendAsync(lines[..length], taken, totals, rejected, cancellationToken).ConfigureAwait(false);
                await SendAsync(lines[length..], count - taken, totals, rejected, cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    /// <summary>Sends one body until the server says something final about it, or it is to be halved.</summary>
    private async Task<(ServerReply Reply, Verdict Verdict, bool Clean)> PostUntilAnsweredAsync(
        MemoryStream? body, ReadOnlyMemory<byte> lines, int count, WriteTotals totals, CancellationToken cancellationToken)
    {
        using RetryWaits waits = new(this);
        int timeouts = 0;
        bool broken = false;
        while (true)
        {
            InfluxServer found = await FindServerAsync(totals, cancellationToken).ConfigureAwait(false);
            ServerReply reply = await PostAsync(found, body, lines, totals, broken, cancellationToken).ConfigureAwait(false);
            (Verdict verdict, InfluxException? error) = ReplyJudge.Judge(reply, found, connection.Target);
            switch (verdict)
            {
                case Verdict.Fatal:
                    throw error!;
                case Verdict.WrongPath:
                    server = found with { UsesV2Write = false };
                    continue;
                case Verdict.Retry:
                    totals.AddRetry();
                    timeouts += reply.TimedOut ? 1 : 0;
                    broken |= reply.Failure is not null;
                    if (timeouts >= 2 && count > SmallBatch)
                    {
                        return (reply, Verdict.TooLarge, false);
                    }

                    await waits.WaitAsync(reply, cancellationToken).ConfigureAwait(false);
                    continue;
                default:
                    waits.Answered();
                    return (reply, verdict, !broken);
            }
        }
    }

    /// <summary>
    /// One request. After a broken connection the next attempt asks first (Expect: 100-continue): a server or proxy that refuses a body
    /// by its size and closes the connection while it still comes in would never be heard otherwise.
    /// </summary>
    private async Task<ServerReply> PostAsync(
        InfluxServer found,
        MemoryStream? body,
        ReadOnlyMemory<byte> lines,
        WriteTotals totals,
        bool askFirst,
        CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> bytes = body is null ? lines : body.GetBuffer().AsMemory(0, (int)body.Length);
        using ReadOnlyMemoryContent content = new(bytes);
        content.Headers.ContentType = PlainText;
        if (body is not null)
        {
            content.Headers.ContentEncoding.Add("gzip");
        }

        totals.AddRequest(bytes.Length);
        return await connection.SendAsync(
            HttpMethod.Post, found.WritePath(connection.Target), content, found.UsesV2Write, timeout, cancellationToken, askFirst)
            .ConfigureAwait(false);
    }

    private MemoryStream Compress(ReadOnlyMemory<byte> lines)
    {
        if (!spareBodies.TryTake(out MemoryStream? body))
        {
            body = new MemoryStream();
        }

        body.SetLength(0);
        using (GZipStream gzip = new(body, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(lines.Span);
        }

        return body;
    }

    /// <summary>
    /// Dead-letters what is older than the retention policy. What the server drops is all that is older than some moment, so the moment
    /// is found by sending single lines, in the order of time, by halves. False: none was found, and the lines are to be halved like
    /// others.
    /// </summary>
    private async Task<bool> RejectOldAsync(
        ReadOnlyMemory<byte> lines,
        int count,
        ServerReply reply,
        WriteTotals totals,
        List<RejectedLine> rejected,
        CancellationToken cancellationToken)
    {
        if (count == 1)
        {
            return false;
        }

        (long Time, int Start, int Length)[] order = IndexLines(lines.Span, count);
        Array.Sort(order, static (a, b) => a.Time.CompareTo(b.Time));
        int old = 0;
        int end = count;
        while (old < end)
        {
            int middle = old + ((end - old) / 2);
            (_, int start, int length) = order[middle];
            (_, Verdict verdict, _) = await PostUntilAnsweredAsync(
                compress ? Compress(lines.Slice(start, length)) : null, lines.Slice(start, length), 1, totals, cancellationToken)
                .ConfigureAwait(false);
            (old, end) = verdict == Verdict.TooOld ? (middle + 1, end) : (old, middle);
        }

        if (old == 0)
        {
            return false;
        }

        foreach ((_, int start, int length) in order.AsSpan(0, old))
        {
            rejected.Add(new RejectedLine(reply.Message, lines.Slice(start, length)));
        }

        if (old < count)
        {
            byte[] rest = new byte[order.Skip(old).Sum(line => line.Length + 1)];
            int position = 0;
            foreach ((_, int start, int length) in order.AsSpan(old))
            {
                lines.Span.Slice(start, length).CopyTo(rest.AsSpan(position));
                position += length;
                if (rest[position - 1] != '\n')
                {
                    rest[position++] = (byte)'\n';
                }
            }

            await SendAsync(rest.AsMemory(0, position), count - old, totals, rejected, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private static (long Time, int Start, int Length)[] IndexLines(ReadOnlySpan<byte> lines, int count)
    {
        (long, int, int)[] index = new (long, int, int)[count];
        int start = 0;
        for (int i = 0; i < count; i++)
        {
            int length = LineBatches.Take(lines[start..], 1, int.MaxValue, out _);
            index[i] = (LineBatches.Timestamp(lines.Slice(start, length)), start, length);
            start += length;
        }

        return index;
    }
}
