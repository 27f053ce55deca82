using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace NetTraffic.Capture;

/// <summary>
/// Bytes that another program sends, read ahead by a thread of its own: whoever reads here is not held up by a quiet sender, since
/// time passes between the bytes too, and a sender is not held up while its bytes are worked on. At most 16 MiB lie between.
/// </summary>
internal sealed class PumpedStream : ReadOnceStream
{
    private const int BlockBytes = 256 << 10, Blocks = 64;
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(100);
    private readonly Func<Stream> open;
    private readonly BlockingCollection<Block> full = new(Blocks);
    private readonly ConcurrentBag<byte[]> spare = [];
    private readonly CancellationTokenSource closing = new();
    private Block current;
    private long lastTick;
    private ExceptionDispatchInfo? failure;

    /// <summary>Begins to read.</summary>
    /// <param name="open">Opens what the bytes come from, on the thread that reads it; closed there too.</param>
    /// <param name="name">For the thread.</param>
    public PumpedStream(Func<Stream> open, string name)
    {
        this.open = open;
        new Thread(Pump) { IsBackground = true, Name = "NetTraffic " + name }.Start();
    }

    /// <summary>Called about ten times a second while somebody reads; false ends the stream there.</summary>
    public Func<bool>? Tick { get; set; }

    /// <summary>Waits for the first bytes.</summary>
    /// <returns>True: they are here. False: the sender ended without any. Null: not within the time.</returns>
    public bool? WaitForBytes(TimeSpan limit)
    {
        if (current.Left == 0 && full.TryTake(out Block next, limit))
        {
            current = next;
        }

        return current.Left > 0 ? true : full.IsCompleted ? false : null;
    }

    public override int Read(Span<byte> buffer)
    {
        while (TimeGoesOn())
        {
            if (current.Left > 0)
            {
                int count = Math.Min(buffer.Length, current.Left);
                current.Bytes.AsSpan(current.At, count).CopyTo(buffer);
                current.At += count;
                if (current.Left == 0)
                {
                    spare.Add(current.Bytes);
                }

                return count;
            }

            if (full.TryTake(out Block next, TickEvery))
            {
                current = next;
            }
            else if (full.IsCompleted)
            {
                failure?.Throw();
                return 0;
            }
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !closing.IsCancellationRequested)
        {
            // The thread may be within a read that nothing ends but the sender; it holds nothing that others need.
            closing.Cancel();
        }

        base.Dispose(disposing);
    }

    private bool TimeGoesOn()
    {
        long now = Environment.TickCount64;
        if (Tick is null || now - lastTick < TickEvery.TotalMilliseconds)
        {
            return true;
        }

        lastTick = now;
        return Tick();
    }

    private void Pump()
    {
        try
        {
            using Stream sender = open();
            while (!closing.IsCancellationRequested)
            {
                byte[] bytes = spare.TryTake(out byte[]? used) ? used : new byte[BlockBytes];
                int count = sender.Read(bytes, 0, bytes.Length);
                if (count == 0)
                {
                    break;
                }

                full.Add(new Block(bytes, count), closing.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // Nobody reads any more.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            failure = ExceptionDispatchInfo.Capture(error);
        }
        finally
        {
            full.CompleteAdding();
        }
    }

    private record struct Block(byte[] Bytes, int Count)
    {
        public int At { get; set; }

        public readonly int Left => Count - At;
    }
}
