namespace NetTraffic.Influx;

/// <summary>
/// Makes the place on a server that lines are written to. What is there already stays; doing it again changes nothing.
/// <list type="bullet">
/// <item>1.x: the database, and the duration of its default retention policy (called autogen where there is none).</item>
/// <item>2.x: the bucket with its retention, and the mapping (database = the bucket's name, policy autogen) that lets it be asked in InfluxQL.</item>
/// <item>3.x: the database with its retention.</item>
/// </list>
/// </summary>
public static class InfluxSetup
{
    private static readonly TimeSpan ShortestRetention = TimeSpan.FromHours(1);

    /// <summary>Sets the server up, or says what it would do.</summary>
    /// <param name="target">Server, names and credentials; the credentials are allowed to create databases or buckets.</param>
    /// <param name="retention">How long points are kept; zero: for ever; null: as it is, and for ever where the place is new.</param>
    /// <param name="whatIf">Only look.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InfluxException">It does not work; the message says what to do.</exception>
    public static async Task<InfluxSetupResult> InitializeAsync(InfluxTarget target, TimeSpan? retention, bool whatIf, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (retention is { } asked && asked != TimeSpan.Zero && asked < ShortestRetention)
        {
            throw new InfluxException($"Points are kept for an hour at least, or for ever (0). The retention given is {asked}.", InfluxProblem.Other);
        }

        using InfluxConnection connection = new(target, 1);
        SetupSession session = new(connection, whatIf, cancellationToken);
        InfluxServer server = await FindServerAsync(session).ConfigureAwait(false);
        string? note = null;
        switch (server)
        {
            case { Product: "VictoriaMetrics" }:
                note = "VictoriaMetrics needs no database. How long points are kept is its own option, -retentionPeriod, when it is started.";
                break;
            case { Generation: InfluxGeneration.V1 }:
                await SetupV1.RunAsync(session, target.DatabaseName, retention).ConfigureAwait(false);
                break;
            case { Generation: InfluxGeneration.V2 }:
                await SetupV2.RunAsync(session, target, retention).ConfigureAwait(false);
                break;
            default:
                note = await SetupV3.RunAsync(session, target.BucketName, retention).ConfigureAwait(false);
                break;
        }

        return new InfluxSetupResult
        {
            Url = InfluxProbe.Bare(target.Url),
            Product = server.Product,
            Version = server.Version,
            Generation = server.Generation,
            Database = server.Generation == InfluxGeneration.V1 ? target.DatabaseName : target.BucketName,
            Actions = session.Actions,
            Warnings = session.Warnings,
            Changed = !whatIf && session.Actions.Count > 0,
            Note = note,
        };
    }

    private static async Task<InfluxServer> FindServerAsync(SetupSession session)
    {
        ServerReply ping = await session.SendAsync(HttpMethod.Get, "ping", null).ConfigureAwait(false);
        InfluxTarget target = session.Connection.Target;
        return InfluxServer.Configured(target) is { } configured ? configured with { Version = ping.Version } : InfluxServer.Read(ping, session.Connection);
    }
}
