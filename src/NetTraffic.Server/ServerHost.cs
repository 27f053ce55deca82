using System.Reflection;
using NetTraffic.Engine;
using NetTraffic.Server.Api;
using NetTraffic.Server.Errors;
using NetTraffic.Server.Pages;
using NetTraffic.Server.Questions;
using NetTraffic.Server.Security;
using Scalar.AspNetCore;

namespace NetTraffic.Server;

/// <summary>Puts the server together.</summary>
public static class ServerHost
{
    private const long LargestBody = 64 << 10;

    /// <summary>The product's version.</summary>
    public static string Version { get; } =
        typeof(ServerHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    /// <summary>When this process began to be a server, UTC.</summary>
    public static DateTime Started { get; } = DateTime.UtcNow;

    /// <summary>A server that is ready to start, listening where its options say. Certificates are Kestrel's configuration.</summary>
    /// <param name="options">What it does.</param>
    /// <exception cref="TrafficException">It would be open to the network without a key.</exception>
    public static WebApplication Build(ServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();

        // Never the folder somebody happens to be in: its appsettings.json would be taken.
        WebApplicationBuilder builder =
            WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        bool configured = builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
            if (!configured)
            {
                kestrel.Listen(options.Listen, options.Port);
            }
        });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        if (options.Background is not null)
        {
            builder.Logging.ClearProviders();
            builder.Logging.AddProvider(new FileLog(ServerRegistry.LogPath(options.StorePath)));
        }

        // Each does nothing but under its own service manager: tells it when the server answers, and logs where it does.
        builder.Services.AddSystemd();
        builder.Services.AddWindowsService(service => service.ServiceName = ServiceDefinition.WindowsName);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<BrowserSessions>();
        builder.Services.AddSingleton<SharedStore>();
        builder.Services.AddSingleton<QuestionGate>();
        builder.Services.AddSingleton<AnswerCache>();
        builder.Services.AddSingleton<InfluxLook>();
        builder.Services.AddSingleton<EnrichmentJobs>();
        builder.Services.AddSingleton<LiveEvents>();
        builder.Services.AddSingleton<StandingCapture>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LiveEvents>());
        builder.Services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        builder.Services.AddOpenApi(ApiDocument.Configure);
        builder.Services.AddServerLimits();
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy =>
            policy.WithOrigins([.. options.Origins]).WithMethods("GET", "POST", "DELETE")
                .WithHeaders("Authorization", "Content-Type", "X-Grafana-Action")));

        WebApplication app = builder.Build();
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<Problems>();
        app.UseMiddleware<HostCheck>();
        app.UseRouting();
        app.UseCors();
        app.UseMiddleware<CrossSiteCheck>();
        app.UseRateLimiter();
        app.UseMiddleware<KeyCheck>();
        app.MapDashboard();
        app.MapSession();
        app.MapHealth();
        app.MapStatus();
        app.MapInterfaces();
        app.MapCaptures();
        app.MapStatistics();
        app.MapInflux();
        app.MapFlows();
        app.MapPackets();
        app.MapEnrichment();
        app.MapExport();
        app.MapEvents();
        app.MapMetrics();

        // What there is to ask is no secret, and a browser that opens a page sends no key.
        app.MapOpenApi("/openapi.json").WithMetadata(new WithoutKey());
        app.MapScalarApiReference("/docs", ApiDocument.ConfigureReference).WithMetadata(new WithoutKey());
        return app;
    }
}
