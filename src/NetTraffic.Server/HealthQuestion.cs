using System.Net;
using System.Text.Json;
using NetTraffic.Engine;
using NetTraffic.Server.Errors;

namespace NetTraffic.Server;

/// <summary>
/// "NetTraffic.Server --health": asks the server of a store whether it is ready, for containers, whose images have no program that asks.
/// </summary>
internal static class HealthQuestion
{
    /// <summary>The word of the command line.</summary>
    public const string Word = "--health";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Asks.</summary>
    /// <param name="arguments">The command line after the word: <c>--store FOLDER</c>, or nothing.</param>
    /// <exception cref="TrafficException">There is none, it does not answer, or it is not ready; the message says why.</exception>
    public static async Task AskAsync(IReadOnlyList<string> arguments)
    {
        string store = arguments switch
        {
            [] => TrafficEngine.DefaultStorePath,
            ["--store", var folder] => folder,
            _ => throw new TrafficException(TrafficErrors.BadArgument, $"'{arguments[0]}' is not understood, or its value is missing.",
                "Usage: NetTraffic.Server --health [--store FOLDER]"),
        };
        TrafficServer server = ServerRegistry.Find(store)
            ?? throw new TrafficException(TrafficErrors.NoServer, $"No server runs for the store '{store}'.");

        // It is this machine's own server, and nothing secret is told: whose certificate it has does not matter.
        using HttpClientHandler handler = new()
        {
            UseProxy = false,
#pragma warning disable MA0039 // See above.
            ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
#pragma warning restore MA0039
        };
        using HttpClient client = new(handler) { Timeout = Patience };
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(Ready(server.Url));
            if (!answer.IsSuccessStatusCode)
            {
                throw new TrafficException(TrafficErrors.ServerFailed, $"It is not ready: {await DetailAsync(answer)}");
            }
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            throw new TrafficException(TrafficErrors.ServerFailed, $"{server.Url} does not answer: {error.Message}", null, error);
        }
    }

    /// <summary>Where it is asked: one that listens at all addresses, at this machine's own.</summary>
    internal static Uri Ready(string url)
    {
        UriBuilder place = new(url) { Path = "/health/ready" };
        if (IPAddress.TryParse(place.Host.Trim('[', ']'), out IPAddress? address)
            && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
        {
            place.Host = address.Equals(IPAddress.Any) ? $"{IPAddress.Loopback}" : $"{IPAddress.IPv6Loopback}";
        }

        return place.Uri;
    }

    private static async Task<string> DetailAsync(HttpResponseMessage answer)
    {
        string text = await answer.Content.ReadAsStringAsync();
        try
        {
            using JsonDocument problem = JsonDocument.Parse(text);
            JsonElement root = problem.RootElement;
            return $"{root.GetProperty("detail").GetString()} {root.GetProperty(Problems.NextMove).GetString()}";
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return $"{(int)answer.StatusCode} {Display.Short(text, 200)}";
        }
    }
}
