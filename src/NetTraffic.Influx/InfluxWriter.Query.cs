namespace NetTraffic.Influx;

public sealed partial class InfluxWriter
{
    /// <summary>Asks with InfluxQL, and waits as <see cref="WriteAsync"/> does while the server is away.</summary>
    internal async Task<ServerReply> QueryAsync(string statement, CancellationToken cancellationToken)
    {
        WriteTotals totals = new();
        InfluxServer found = await FindServerAsync(totals, cancellationToken).ConfigureAwait(false);
        string database = found.Generation == InfluxGeneration.V1 ? connection.Target.DatabaseName : connection.Target.BucketName;
        string path = $"query?db={Uri.EscapeDataString(database)}&epoch=ns&q={Uri.EscapeDataString(statement)}";
        using RetryWaits waits = new(this);
        while (true)
        {
            ServerReply reply = await connection.SendAsync(
                HttpMethod.Get, path, null, found.UsesV2Write, timeout, cancellationToken).ConfigureAwait(false);
            if (!reply.IsTransient)
            {
                waits.Answered();
                return reply;
            }

            await waits.WaitAsync(reply, cancellationToken).ConfigureAwait(false);
        }
    }
}
