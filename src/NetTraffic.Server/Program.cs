using NetTraffic;
using NetTraffic.Engine;
using NetTraffic.Server;

// What Start-NetTrafficServer starts, and what a container runs. Errors that are foreseen end it with a line and the next move.
try
{
    if (args is [HealthQuestion.Word, .. string[] rest])
    {
        await HealthQuestion.AskAsync(rest);
        return 0;
    }

    ServerOptions options = ServerOptions.Read(args);
    if (options.Background is not null)
    {
        BackgroundRun.LeaveTerminal();
    }

    using ServerRegistry registry = ServerRegistry.TryTake(options.StorePath)
        ?? throw new TrafficException(TrafficErrors.ServerRuns, $"The store '{options.StorePath}' has a server already.");
    await using WebApplication app = ServerHost.Build(options);
    app.Services.GetRequiredService<StandingCapture>().Start();
    await app.StartAsync();
    string url = app.Urls.First();
    registry.Publish(new TrafficServer
    {
        Url = url,
        Version = ServerHost.Version,
        NeedsKey = options.Keys.Any,
        StartTime = DateTime.UtcNow,
        ProcessId = Environment.ProcessId,
        ProcessIdentity = ProcessIdentity.Own,
        HostName = Environment.MachineName,
    });
    Console.Out.WriteLine($"NetTraffic {ServerHost.Version} listens at {url}");

    // Before the host has stopped: what Windows is told then is that the service has ended.
    using CancellationTokenRegistration ending = app.Lifetime.ApplicationStopping.Register(() => RunningCaptures.StopAll());
    Task watching = BackgroundRun.WatchAsync(app, registry, options.Background);
    await app.WaitForShutdownAsync();
    await watching;
    RunningCaptures.StopAll();
    return 0;
}
catch (Exception error) when (TrafficErrors.Of(error) is { } known)
{
    // Start-NetTrafficServer makes the same error of it; people read a line.
    await Console.Error.WriteLineAsync(args.Contains("--background")
        ? ServerStart.Refusal(error, known) : Display.Text($"{error.Message} {known.NextMove}"));
    return 1;
}
