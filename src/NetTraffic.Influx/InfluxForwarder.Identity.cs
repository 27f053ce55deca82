using System.Globalization;

namespace NetTraffic.Influx;

public sealed partial class InfluxForwarder
{
    private bool identified, keptAsked;

    /// <summary>
    /// Before a first send to an address, where the store has sent to another one: asks whether they are the same server. If so, goes on
    /// with that one's cursor: sent again, the same traffic would be in other series and at other times, and sums would double.
    /// </summary>
    private async Task FindOwnAsync(CancellationToken cancellationToken)
    {
        if (identified)
        {
            return;
        }

        if (!options.AssumeEmpty && !files.HasCursor && ForwardFiles.HasAnyCursor(feed.FollowerFolder))
        {
            ServerReply reply = await writer.QueryAsync(StoreIdentity.Question(store), cancellationToken).ConfigureAwait(false);
            IReadOnlyList<string> cursors = StoreIdentity.Cursors(reply) ?? throw new InfluxException(
                $"The store has been sent to another address, and {target} does not tell whether it is the same server " +
                $"({reply.Describe()}). Sent twice, its traffic would count twice.", InfluxProblem.Unauthorized)
            {
                NextMove = "Run Sync-NetTrafficInflux once with credentials that may read as well (on 2.x Initialize-NetTrafficInflux " +
                    "first); or with -AssumeEmpty, where this server has nothing of the store.",
            };
            if (cursors.Count > 0)
            {
                GoOnWith(cursors);
            }
        }

        identified = true;
    }

    /// <summary>Says before the first of it is sent what the server will refuse for its age.</summary>
    private async Task SayTooOldAsync(IReadOnlyCollection<StoreSegment> pending, CancellationToken cancellationToken)
    {
        // An hour is the shortest retention there is.
        DateTime first = pending.Count == 0 ? DateTime.MaxValue : pending.Min(segment => segment.First);
        if (!options.SayTooOld || keptAsked || DateTime.UtcNow - first < TimeSpan.FromHours(1))
        {
            return;
        }

        keptAsked = true;
        string database = writer.Generation == InfluxGeneration.V1 ? target.DatabaseName : target.BucketName;
        ServerReply reply = await writer.QueryAsync(ServerRetention.Question(database), cancellationToken).ConfigureAwait(false);
        if (ServerRetention.Read(reply) is { } kept && DateTime.UtcNow - kept is var limit && first < limit)
        {
            int old = pending.Count(segment => segment.First < limit);
            Problem?.Invoke(string.Create(
                CultureInfo.InvariantCulture,
                $"{target} keeps points for {kept.TotalHours:0.#} h, and refuses older ones. Of the {pending.Count:N0} segments to send " +
                $"{old:N0} have older ones, from {first:yyyy-MM-dd HH:mm} UTC on: they go to '{files.Rejected}'. " +
                $"A longer retention (Initialize-NetTrafficInflux -Retention) takes them."));
        }
    }

    private void GoOnWith(IReadOnlyList<string> cursors)
    {
        string key = cursors.FirstOrDefault(one => ForwardFiles.IsKey(one) && new ForwardFiles(feed.FollowerFolder, one).HasCursor)
            ?? throw new InfluxException(
                $"{target} has traffic of this store, and the store no longer knows which: the file '{cursors[0]}.cursor' of its folder " +
                "'forward' is gone.", InfluxProblem.Other)
            {
                NextMove = "Empty the database in InfluxDB and run Sync-NetTrafficInflux with -AssumeEmpty, or take the file back.",
            };
        FileStream taken = SharedFile.TryLock(new ForwardFiles(feed.FollowerFolder, key).Lock) ?? throw new InfluxException(
            $"Another process passes on this store to the same server, by another address than {target}. It sends what you would; " +
            "nothing is to be done.", InfluxProblem.Busy);
        ForwardFiles.WriteAlias(feed.FollowerFolder, target.Key, key);
        lease.Dispose();
        writer.Dispose();
        lease = taken;
        files = new ForwardFiles(feed.FollowerFolder, key);
        waiting.AddRange(files.Open());
        rollups.Restore(files.Choices);
        writer = NewWriter();
    }
}
