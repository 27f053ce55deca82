namespace NetTraffic.Influx;

/// <summary>
/// Makes the place on a server that lines are written to. What is there already stays; doing it again changes nothing.
/// <list type="bullet">
/// <item>1.x: the database, and the duration of its default retention policy (called autogen where there is none).</item>
/// <item>2.x: the bucket with its retention, the mapping (database = the bucket's name, policy autogen) that lets it be asked in InfluxQL,
/// and tokens that may only read it or write to it.</item>
/// <item>3.x: the database with its retention.</item>
/// </list>
/// </summary>
public static class InfluxSetup
{
    private static readonly TimeSpan ShortestRetention = TimeSpan.FromHours(1);

    /// <summary>Sets the server up without issuing tokens, or says what it would do.</summary>
    /// <inheritdoc cref="InitializeAsync(InfluxTarget, TimeSpan?, AccessTokenOptions?, bool, CancellationToken)"/>
    public static Task<InfluxSetupResult> InitializeAsync(
        InfluxTarget target, TimeSpan? retention, bool whatIf, CancellationToken cancellationToken) =>
        InitializeAsync(target, retention, null, whatIf, cancellationToken);

    /// <summary>Sets the server up, or says what it would do.</summary>
    /// <param name="target">Server, names and credentials; the credentials are allowed to create databases or buckets.</param>
    /// <param name="retention">How long points are kept; zero: for ever; null: as it is, and for ever where the place is new.</param>
    /// <param name="tokens">2.x: the tokens to issue; null: none.</param>
    /// <param name="whatIf">Only look.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InfluxException">It does not work; the message says what to do.</exception>
    /// <exception cref="IOException">A token's file cannot be written; then no token is issued.</exception>
    /// <exception cref="OperationCanceledException">Given up.</exception>
    public static async Task<InfluxSetupResult> InitializeAsync(
        InfluxTarget target, TimeSpan? retention, AccessTokenOptions? tokens, bool whatIf, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (retention is { } kept && kept != TimeSpan.Zero && kept < ShortestRetention)
        {
            throw new InfluxException(
                $"Points are kept for an hour at least, or for ever (0). The retention given is {kept}.", InfluxProblem.Other);
        }

        using InfluxConnection connection = new(target, 1);
        SetupSession session = new(connection, whatIf, cancellationToken);
        InfluxServer server = await FindServerAsync(session).ConfigureAwait(false);
        switch (server)
        {
            case { Product: "VictoriaMetrics" }:
                session.Notes.Add(
                    "VictoriaMetrics needs no database. How long points are kept is its own option, -retentionPeriod, when it is started.");
                break;
            case { Generation: InfluxGeneration.V1 }:
                await SetupV1.RunAsync(session, target.DatabaseName, retention).ConfigureAwait(false);
                break;
            case { Generation: InfluxGeneration.V2 }:
                await SetupV2.RunAsync(session, target, retention, tokens).ConfigureAwait(false);
                break;
            default:
                await SetupV3.RunAsync(session, target.BucketName, retention).ConfigureAwait(false);
                break;
        }

        if (server.Generation != InfluxGeneration.V2 && tokens is { } asked && (asked.Replace || asked.CurrentToken != target.Token))
        {
            session.Notes.Add("Only InfluxDB 2.x issues tokens for one bucket; captures send with the credentials that are set.");
        }

        return new InfluxSetupResult
        {
            Url = InfluxProbe.WithoutCredentials(target.Url),
            Product = server.Product,
            Version = server.Version,
            Generation = server.Generation,
            Database = server.Generation == InfluxGeneration.V1 ? target.DatabaseName : target.BucketName,
            Actions = session.Actions,
            Warnings = session.Warnings,
            Changed = !whatIf && session.Actions.Count > 0,
            ReadTokenPath = session.ReadTokenPath,
            WriteTokenPath = session.WriteTokenPath,
            Note = session.Notes.Count == 0 ? null : string.Join(" ", session.Notes),
        };
    }

    private static async Task<InfluxServer> FindServerAsync(SetupSession session)
    {
        ServerReply ping = await session.SendAsync(HttpMethod.Get, "ping", null).ConfigureAwait(false);
        InfluxTarget target = session.Connection.Target;
        return InfluxServer.Configured(target) is { } configured
            ? configured with { Version = ping.Version }
            : InfluxServer.Read(ping, session.Connection);
    }
}
