using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using NetTraffic.Server.Questions;

namespace NetTraffic.Server.Api;

/// <summary>
/// What happens now, once a second for all who listen: made once, whoever many there are, and only while somebody is. A listener that reads
/// too slowly gets the newest.
/// </summary>
internal sealed partial class LiveEvents(SharedStore store, ILogger<LiveEvents> log) : BackgroundService
{
    /// <summary>Listeners at most.</summary>
    public const int MostListeners = 1000;

    private const int TopTalkers = 10;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1), TalkersOf = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<Channel<byte[]>, bool> listeners = new();

    /// <summary>Events, ready to be sent, until the listener hangs up or the server ends.</summary>
    /// <exception cref="TrafficException">There are too many listeners.</exception>
    public async IAsyncEnumerable<byte[]> ListenAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (listeners.Count >= MostListeners)
        {
            throw new TrafficException(TrafficErrors.TooManyRequests, $"There are {MostListeners} listeners already.");
        }

        Channel<byte[]> channel =
            Channel.CreateBounded<byte[]>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        listeners[channel] = true;
        try
        {
            await foreach (byte[] text in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return text;
            }
        }
        finally
        {
            listeners.TryRemove(channel, out _);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Beat);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (!listeners.IsEmpty)
                {
                    Send(stoppingToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
        finally
        {
            foreach (Channel<byte[]> channel in listeners.Keys)
            {
                channel.Writer.TryComplete();
            }
        }
    }

    private void Send(CancellationToken stop)
    {
        byte[] text;
        try
        {
            text = Encoding.UTF8.GetBytes($"event: traffic\ndata: {JsonSerializer.Serialize(Look(stop), ApiJson.Options)}\n\n");
        }
        catch (Exception error) when (TrafficErrors.Of(error) is not null)
        {
            // A store that cannot be read now is told of by every other endpoint; listeners wait on.
            Failed(error);
            return;
        }

        foreach (Channel<byte[]> channel in listeners.Keys)
        {
            channel.Writer.TryWrite(text);
        }
    }

    private LiveEvent Look(CancellationToken stop)
    {
        using SharedStore.Lease lease = store.Open();
        DateTime now = DateTime.UtcNow;
        LiveCapture[] captures =
        [
            .. lease.Store.RunningNow().Where(capture => capture.Kind == "Live")
                .Select(capture => new LiveCapture(capture.CaptureId, capture.Name, capture.Packets, capture.Bytes,
                    capture.PacketsPerSecond, capture.BitsPerSecond, capture.KernelDrops + capture.InterfaceDrops, capture.ActiveFlows)),
        ];
        IReadOnlyList<TrafficSummaryItem> talkers = lease.Store.GetSummary(
            SummaryKey.Address, TopTalkers, null, new TrafficFilter { Since = now - TalkersOf }, stop);
        return new LiveEvent(now, captures.Sum(capture => capture.PacketsPerSecond), captures.Sum(capture => capture.BitsPerSecond),
            captures.Sum(capture => capture.Dropped), captures, talkers);
    }

    [LoggerMessage(LogLevel.Warning, "Nothing can be told to listeners now")]
    private partial void Failed(Exception error);
}

/// <summary>What happens now.</summary>
/// <param name="Time">When this was true.</param>
/// <param name="PacketsPerSecond">Packets a second, over all running captures.</param>
/// <param name="BitsPerSecond">Bits a second, likewise.</param>
/// <param name="Dropped">Packets lost by the running captures so far.</param>
/// <param name="Captures">The running captures.</param>
/// <param name="TopTalkers">Addresses with the most bytes in the last minute.</param>
internal sealed record LiveEvent(DateTime Time, double PacketsPerSecond, double BitsPerSecond, long Dropped,
    IReadOnlyList<LiveCapture> Captures, IReadOnlyList<TrafficSummaryItem> TopTalkers);

/// <summary>A running capture.</summary>
/// <param name="CaptureId">Its identifier.</param>
/// <param name="Name">Its name.</param>
/// <param name="Packets">Packets received.</param>
/// <param name="Bytes">Wire bytes received.</param>
/// <param name="PacketsPerSecond">Packets a second.</param>
/// <param name="BitsPerSecond">Bits a second.</param>
/// <param name="Dropped">Packets lost.</param>
/// <param name="ActiveFlows">Flows in its table.</param>
internal sealed record LiveCapture(string CaptureId, string Name, long Packets, long Bytes, double PacketsPerSecond, double BitsPerSecond,
    long Dropped, long ActiveFlows);
