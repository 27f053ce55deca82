using System.Diagnostics;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>
/// Whatever changes a store, beside two other processes that read all its files all the time, while every other attempt to replace, move
/// or delete one, by chance, is refused, as Windows does for a file that somebody has open.
/// </summary>
public sealed class BesideReadersTests : IDisposable
{
    private readonly ScratchFolder folder = new();
    private readonly List<Process> readers = [];

    private string StorePath => Path.Combine(folder.Path, "store");

    private string StopPath => Path.Combine(folder.Path, "stop");

    public void Dispose()
    {
        File.WriteAllText(StopPath, "");
        foreach (Process reader in readers)
        {
            reader.WaitForExit();
            reader.Dispose();
        }

        folder.Dispose();
    }

    [Fact]
    public void Imports_rings_settings_exports_upkeep_and_clearing_do_their_work()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "tests/wine has a process that lists captures beside imports.");
        Directory.CreateDirectory(StorePath);
        string[] counts = [Read("one"), Read("two")];
        Random chance = new(1);
        using HeldFiles held = HeldFiles.Hold(folder.Path, which: operation =>
            operation is FileOperation.Replace or FileOperation.Move or FileOperation.Delete && chance.Next(2) == 0);

        ITrafficSettings settings = TrafficEngine.OpenSettings(StorePath);
        long packets = 0;
        for (int i = 0; i < 5; i++)
        {
            settings.SetOption(new Dictionary<string, object?> { ["Sensor"] = $"probe{i}" });
            Assert.Equal($"probe{i}", settings.GetOption().Sensor);
            ImportResult result = TrafficEngine.Import(
                new ImportRequest
                {
                    Path = Repository.SampleCapture,
                    StorePath = StorePath,
                    PacketRing = new PacketRingOptions { MaxBytes = 1 << 20 },
                },
                null,
                CancellationToken.None);
            Assert.True(result.Complete);
            packets += result.Packets;
        }

        using ITrafficStore store = TrafficEngine.OpenStore(StorePath);
        Assert.All(store.GetCaptures(), capture => Assert.Equal(CaptureState.Completed, capture.State));
        Assert.Equal(packets, Total(store));
        foreach (string path in Directory.GetFiles(StorePath, "*.parquet", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));
        }

        Assert.True(store.Compact(CancellationToken.None) > 0);
        Assert.Equal(packets, Total(store));
        string export = folder.Write("flows.csv", "old"u8.ToArray());
        using (OutputFile output = new(export, overwrite: true))
        {
            output.Open(compress: false).Write("new"u8);
            output.Commit();
        }

        Assert.Equal("new", File.ReadAllText(export));
        Assert.Equal(5, store.GetPacketCaptures().Count);

        // What is refused at once is named and goes another time.
        for (int left = 1, rounds = 0; left > 0; rounds++)
        {
            Assert.True(rounds < 100);
            left = TrafficEngine.Clear(store, DateTime.UtcNow.AddDays(1), false, false, CancellationToken.None).HeldFiles.Count;
        }

        Assert.Equal(0, Total(store));
        Assert.Empty(Directory.GetFiles(StorePath, "*.parquet", SearchOption.AllDirectories));
        Assert.Empty(store.GetPacketCaptures());
        Assert.True(held.Refused > 100, $"{held.Refused} refused");
        Assert.All(counts, path => Assert.NotEqual(0, new FileInfo(path).Length));
    }

    private static long Total(ITrafficStore store) => store.GetSummary(new TrafficFilter(), CancellationToken.None).Packets;

    /// <summary>A process that reads whatever is below the folder; a byte a round goes to the file whose path is returned.</summary>
    private string Read(string name)
    {
        string rounds = Path.Combine(folder.Path, name + ".rounds");
        const string script = """while [ ! -e "$1" ]; do find "$2" -type f -exec cat {} + >/dev/null 2>&1; printf x >>"$3"; done""";
        readers.Add(Process.Start("/bin/sh", ["-c", script, "reader", StopPath, StorePath, rounds]));
        return rounds;
    }
}
