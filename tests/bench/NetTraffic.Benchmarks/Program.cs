using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace NetTraffic.Benchmarks;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        // influx NAME URL BATCHES ROUNDS: tests/bench/influx.sh
        if (args is ["influx", string name, string url, string batches, string rounds])
        {
            return await InfluxEndToEnd.RunAsync(name, new Uri(url), int.Parse(batches), int.Parse(rounds));
        }

        // parquet ROUNDS: our Parquet writer beside others, in turns
        if (args is ["parquet", string turns])
        {
            ParquetBenchmarks.Compare(int.Parse(turns));
            return 0;
        }

        // receive LOOP INTERFACE READY PACKETS: tests/bench/receive-loop.sh
        if (args is ["receive", string loop, string device, string ready, string packets])
        {
            return ReceiveLoop.Run(loop, device, ready, long.Parse(packets));
        }

        // In this process: BenchmarkDotNet's own build of a project per job does not know the repository's artifacts layout.
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(
            args,
            DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)));
        return 0;
    }
}
