using System.Text.Json;

namespace NetTraffic.Engine;

/// <summary>
/// The server of a store, of which there is one at a time: <c>server/server.lock</c> is held while it runs, <c>server.json</c> says where
/// it answers, <c>server.stop</c> asks it to end.
/// </summary>
public sealed class ServerRegistry : IDisposable
{
    private const long Longest = 64 << 10;
    private readonly FileStream lease;
    private readonly string storePath;

    private ServerRegistry(string storePath, FileStream lease)
    {
        this.storePath = storePath;
        this.lease = lease;
    }

    /// <summary>Where a server writes what went wrong.</summary>
    public static string LogPath(string storePath) => Path.Combine(Folder(storePath), "server.log");

    /// <summary>Takes the place of the store's server; null: another one has it.</summary>
    /// <exception cref="IOException">The store cannot be written.</exception>
    public static ServerRegistry? TryTake(string storePath)
    {
        Directory.CreateDirectory(Folder(storePath));
        if (SharedFile.TryLock(Path.Combine(Folder(storePath), "server.lock")) is not { } taken)
        {
            return null;
        }

        SharedFile.TryDelete(StopPath(storePath)); // meant for the one before
        return new ServerRegistry(storePath, taken);
    }

    /// <summary>Says where the server answers.</summary>
    public void Publish(TrafficServer server) =>
        StoreFiles.Write(storePath, InfoPath(storePath), JsonSerializer.SerializeToUtf8Bytes(server), durable: false);

    /// <summary>Whether somebody asked the server to end.</summary>
    public bool StopRequested => File.Exists(StopPath(storePath));

    /// <summary>The server that runs for a store; null: none does.</summary>
    /// <exception cref="StoreException">What says so is damaged.</exception>
    public static TrafficServer? Find(string storePath)
    {
        string path = InfoPath(storePath);
        try
        {
            if (!File.Exists(path) || new FileInfo(path).Length is 0 or > Longest
                || JsonSerializer.Deserialize<TrafficServer>(SharedFile.ReadBytes(path)) is not { } server)
            {
                return null;
            }

            server.StorePath = storePath;

            // Of another machine, or another container, nobody here can tell.
            bool isOurs = server.HostName == Environment.MachineName;
            return isOurs && ProcessIdentity.IsRunning(server.ProcessId, server.ProcessIdentity) == false ? null : server;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // it ended meanwhile
        }
        catch (JsonException error)
        {
            throw new StoreException($"'{path}' is damaged: {error.Message}", error)
            {
                NextMove = "Delete that file; a server that still runs is found by its port.",
            };
        }
    }

    /// <summary>Asks the server of a store to end.</summary>
    public static void RequestStop(string storePath) =>
        SharedFile.Create(StopPath(storePath), FileMode.OpenOrCreate, share: FileShare.ReadWrite | FileShare.Delete).Dispose();

    /// <summary>Gives the place back.</summary>
    public void Dispose()
    {
        SharedFile.TryDelete(InfoPath(storePath));
        SharedFile.TryDelete(StopPath(storePath));
        lease.Dispose();
    }

    private static string Folder(string storePath) => Path.Combine(storePath, "server");

    private static string InfoPath(string storePath) => Path.Combine(Folder(storePath), "server.json");

    private static string StopPath(string storePath) => Path.Combine(Folder(storePath), "server.stop");
}
