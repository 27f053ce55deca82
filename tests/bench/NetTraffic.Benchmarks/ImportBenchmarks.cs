using BenchmarkDotNet.Attributes;
using NetTraffic.Engine;

namespace NetTraffic.Benchmarks;

/// <summary>The whole way of a capture file into a store, per packet.</summary>
[MemoryDiagnoser]
public class ImportBenchmarks
{
    private string store = "";

    [IterationSetup]
    public void NewStore() => store = Directory.CreateTempSubdirectory("nettraffic-bench-").FullName;

    [IterationCleanup]
    public void RemoveStore() => Directory.Delete(store, recursive: true);

    /// <summary>Read, decode, track, write, rename.</summary>
    [Benchmark(OperationsPerInvoke = SampleFile.Packets)]
    public long Import() =>
        TrafficEngine.Import(new ImportRequest { Path = SampleFile.Path, StorePath = store }, null, CancellationToken.None).Flows;
}
