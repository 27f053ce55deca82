using System.Globalization;
using System.Net;
using NetTraffic.Engine;

namespace NetTraffic.Server;

/// <summary>What a server does. Immutable; what is not given comes from the settings of the store.</summary>
public sealed record ServerOptions
{
    /// <summary>Folder of the store.</summary>
    public required string StorePath { get; init; }

    /// <summary>Address to listen at; default 127.0.0.1, which only this machine reaches.</summary>
    public IPAddress Listen { get; init; } = IPAddress.Loopback;

    /// <summary>TCP port; 0: any that is free. Default 8630.</summary>
    public int Port { get; init; } = TrafficOption.DefaultServerPort;

    /// <summary>Host names besides its own addresses under which it may be asked.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Web sites whose pages may ask it (CORS), as <c>https://grafana.example.org</c>. Default none.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Interfaces that it captures on from its start. Default none.</summary>
    public IReadOnlyList<string> Capture { get; init; } = [];

    /// <summary>The keys; where there are none, only this machine may ask.</summary>
    public ServerKeys Keys { get; init; } = new();

    /// <summary>
    /// Whether somebody's session started it: then it leaves the terminal and logs to a file. "alone", or the process with which it ends.
    /// </summary>
    public string? Background { get; init; }

    /// <summary>Reads a command line: <c>--store FOLDER --listen ADDRESS --port NUMBER</c>, each over the store's settings.</summary>
    /// <exception cref="TrafficException">It cannot be so.</exception>
    public static ServerOptions Read(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        Dictionary<string, string> given = new(StringComparer.Ordinal);
        for (int i = 0; i < arguments.Count; i += 2)
        {
            if (arguments[i] is not ("--store" or "--listen" or "--port" or "--background") || i + 1 == arguments.Count)
            {
                throw new TrafficException(TrafficErrors.BadArgument, $"'{arguments[i]}' is not understood, or its value is missing.",
                    "Usage: NetTraffic.Server [--store FOLDER] [--listen ADDRESS] [--port NUMBER], or --health");
            }

            given[arguments[i]] = arguments[i + 1];
        }

        ITrafficSettings settings = TrafficEngine.OpenSettings(given.GetValueOrDefault("--store"));
        TrafficOption option = settings.GetOption();
        if (given.TryGetValue("--listen", out string? listen))
        {
            option = Set(SettingTable.ServerListen, option, listen, "--listen");
        }

        if (given.TryGetValue("--port", out string? port))
        {
            option = Set(SettingTable.ServerPort, option, port, "--port");
        }

        ServerOptions options = new()
        {
            StorePath = settings.StorePath,
            Listen = IPAddress.Parse(option.ServerListen),
            Port = option.ServerPort,
            Hosts = option.ServerHosts,
            Origins = option.ServerOrigins,
            Capture = option.ServerCapture,
            Keys = settings.GetServerKeys(),
            Background = given.GetValueOrDefault("--background"),
        };
        options.Check();
        return options;
    }

    /// <summary>Refuses to be open to the network without a key.</summary>
    /// <exception cref="TrafficException">It would be.</exception>
    public void Check()
    {
        if (!IPAddress.IsLoopback(Listen) && !Keys.Any)
        {
            throw new TrafficException(TrafficErrors.ServerNeedsKey,
                string.Create(CultureInfo.InvariantCulture, $"At {Listen} other machines reach the server, and it has no key."));
        }
    }

    private static TrafficOption Set(Setting setting, TrafficOption option, string text, string where)
    {
        try
        {
            return setting.Apply(option, text, where);
        }
        catch (ArgumentException error)
        {
            throw new TrafficException(TrafficErrors.BadArgument, error.Message, null, error);
        }
    }
}
