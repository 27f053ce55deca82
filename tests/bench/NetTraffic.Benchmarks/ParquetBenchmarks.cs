using BenchmarkDotNet.Attributes;
using NetTraffic.Store.Parquet;
using Parquet;
using Parquet.Schema;
using ParquetSharp;
using ParquetSharp.IO;
using ParquetSharp.Schema;

namespace NetTraffic.Benchmarks;

/// <summary>
/// The flow columns of one segment into a Parquet file in memory: our writer, Parquet.Net and ParquetSharp. Each begins with columns; ours
/// still has to make text of addresses, the others are handed it. <see cref="Compare"/> is the one
/// to use on a machine with other work.
/// </summary>
[MemoryDiagnoser]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "A MemoryStream holds nothing to dispose of.")]
public class ParquetBenchmarks
{
    private static readonly string[] Interfaces = ["eth0"];
    private readonly List<ReadyColumn> columns = [];
    private readonly FlowColumns flows = new("20260101T000000-1234-5678", "tap-1");
    private readonly ParquetFile file = new();
    private readonly MemoryStream output = new();
    private FlowRow[] rows = [];
    private ParquetSchema? schema;
    private byte[] ours = [];

    /// <summary>Which rows: those of clients, or a scan with as many addresses as rows.</summary>
    [Params("Clients", "Scan")]
    public string Mix { get; set; } = "Clients";

    /// <summary>Makes the rows, and the columns from what ours writes of them.</summary>
    [GlobalSetup]
    public void Setup()
    {
        rows = Mix == "Clients" ? SampleRows.Clients() : SampleRows.Scan();
        ours = Encode().ToArray();
        using MemoryStream stream = new(ours);
        using ParquetFileReader reader = new(stream);
        using RowGroupReader group = reader.RowGroup(0);
        columns.Clear();
        for (int i = 0; i < Datasets.Flows.Columns.Count; i++)
        {
            columns.Add(ReadyColumn.Read(Datasets.Flows.Columns[i], group.Column(i)));
        }

        schema = new ParquetSchema(columns.Select(column => (Field)column.Field));
        foreach ((string name, Action write) in Writers())
        {
            output.SetLength(0);
            write();
            Check(name);
        }
    }

    /// <summary>Ours: gathered columns to the file, uncompressed, the text of addresses included.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = SampleRows.Count)]
    public int Ours() => flows.Encode(file).Length;

    /// <summary>Ours, gathering included: flow rows to columns, distinct addresses, SHA-1 of Community IDs.</summary>
    [Benchmark(OperationsPerInvoke = SampleRows.Count)]
    public int OursFromRows() => Encode().Length;

    /// <summary>Parquet.Net, dictionaries, no compression.</summary>
    [Benchmark(OperationsPerInvoke = SampleRows.Count)]
    public long ParquetNet() => WriteNet(CompressionMethod.None);

    /// <summary>Parquet.Net, dictionaries, Snappy.</summary>
    [Benchmark(OperationsPerInvoke = SampleRows.Count)]
    public long ParquetNetSnappy() => WriteNet(CompressionMethod.Snappy);

    /// <summary>Parquet.Net, dictionaries, zstd.</summary>
    [Benchmark(OperationsPerInvoke = SampleRows.Count)]
    public long ParquetNetZstd() => WriteNet(CompressionMethod.Zstd);

    /// <summary>ParquetSharp with the encodings that ours has: deltas for numbers, dictionaries for text.</summary>
    [Benchmark(OperationsPerInvoke = SampleRows.Count)]
    public long ParquetSharpDeltas() => WriteSharp(Compression.Uncompressed, deltas: true);

    /// <summary>ParquetSharp, dictionaries for every column, Snappy.</summary>
    [Benchmark(OperationsPerInvoke = SampleRows.Count)]
    public long ParquetSharpSnappy() => WriteSharp(Compression.Snappy, deltas: false);

    /// <summary>ParquetSharp, deltas and dictionaries, zstd.</summary>
    [Benchmark(OperationsPerInvoke = SampleRows.Count)]
    public long ParquetSharpZstd() => WriteSharp(Compression.Zstd, deltas: true);

    /// <summary>
    /// Prints bytes and processor time a row, each writer in turn, so that a machine with other work slows all of them alike: medians of
    /// the
    /// rounds, and the median of each round's ratio to ours.
    /// </summary>
    public static void Compare(int rounds)
    {
        foreach (string mix in new[] { "Clients", "Scan" })
        {
            ParquetBenchmarks all = new() { Mix = mix };
            all.Setup();
            (string Name, Action Write)[] writers =
                [(nameof(Ours), () => all.Ours()), (nameof(OursFromRows), () => all.OursFromRows()), .. all.Writers()];
            double[][] times = [.. writers.Select(_ => new double[rounds])];
            long[] sizes = new long[writers.Length], allocated = new long[writers.Length];
            for (int round = -2; round < rounds; round++)
            {
                for (int i = 0; i < writers.Length; i++)
                {
                    (double time, allocated[i]) = Measure(writers[i].Write);
                    sizes[i] = i < 2 ? all.ours.Length : all.output.Length;
                    if (round >= 0)
                    {
                        times[i][round] = time;
                    }
                }
            }

            Console.WriteLine($"{mix,-20} bytes a row   ns a row   times ours   allocated a row");
            for (int i = 0; i < writers.Length; i++)
            {
                double ratio = Median([.. times[i].Zip(times[0], (theirs, ours) => theirs / ours)]);
                double size = (double)sizes[i] / SampleRows.Count, time = Median(times[i]) / SampleRows.Count;
                Console.WriteLine(
                    $"{writers[i].Name,-20} {size,11:0.0} {time,10:0} {ratio,12:0.00} {(double)allocated[i] / SampleRows.Count,17:0.0}");
            }
        }
    }

    /// <summary>
    /// Processor time in ns and managed bytes allocated; of several runs, since the clock of some systems ticks every 10 ms only.
    /// </summary>
    private static (double Time, long Allocated) Measure(Action write)
    {
        const int runs = 3;
        GC.Collect();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan before = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < runs; i++)
        {
            write();
        }

        double time = (Environment.CpuUsage.TotalTime - before).TotalNanoseconds / runs;
        return (time, (GC.GetTotalAllocatedBytes(precise: true) - allocated) / runs);
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    private IEnumerable<(string Name, Action Write)> Writers() =>
    [
        (nameof(ParquetNet), () => ParquetNet()),
        (nameof(ParquetNetSnappy), () => ParquetNetSnappy()),
        (nameof(ParquetNetZstd), () => ParquetNetZstd()),
        (nameof(ParquetSharpDeltas), () => ParquetSharpDeltas()),
        (nameof(ParquetSharpSnappy), () => ParquetSharpSnappy()),
        (nameof(ParquetSharpZstd), () => ParquetSharpZstd()),
    ];

    private ReadOnlyMemory<byte> Encode()
    {
        flows.Clear();
        foreach (ref readonly FlowRow row in rows.AsSpan())
        {
            flows.Add(row, Interfaces);
        }

        return flows.Encode(file);
    }

    private long WriteNet(CompressionMethod compression)
    {
        WriteNetAsync(compression).GetAwaiter().GetResult();
        return output.Length;
    }

    private async Task WriteNetAsync(CompressionMethod compression)
    {
        output.SetLength(0);
        ParquetOptions options = new()
        {
            CompressionMethod = compression,
            CompressionLevel = System.IO.Compression.CompressionLevel.Fastest,
            DictionaryEncodingThreshold = 0.8,
            DictionaryEncodingSampleSize = 4096,
        };
        foreach (ReadyColumn column in columns)
        {
            // Deltas are for these two types; asked for them, it writes other values of 16-bit columns.
            EncodingHint hint = column.Column.Type switch
            {
                NetTraffic.ColumnType.Int32 or NetTraffic.ColumnType.Int64 => EncodingHint.DeltaBinaryPacked,
                NetTraffic.ColumnType.Text when column.Column.Name != "community_id" => EncodingHint.Dictionary,
                _ => EncodingHint.Default,
            };
            options.ColumnEncodingHints[column.Field.Path.ToString()] = hint;
        }

        await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema!, output, options);
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        foreach (ReadyColumn column in columns)
        {
            await column.WriteAsync(group, schema!.FindDataField(column.Field.Name));
        }
    }

    private long WriteSharp(Compression compression, bool deltas)
    {
        output.SetLength(0);
        using WriterPropertiesBuilder builder = new WriterPropertiesBuilder().Compression(compression).EnableDictionary();
        foreach (ReadyColumn column in columns.Where(column => deltas && column.Column.Type != NetTraffic.ColumnType.Text))
        {
            builder.DisableDictionary(column.Column.Name).Encoding(column.Column.Name, ParquetSharp.Encoding.DeltaBinaryPacked);
        }

        if (deltas)
        {
            builder.DisableDictionary("community_id").Encoding("community_id", ParquetSharp.Encoding.DeltaLengthByteArray);
        }

        using WriterProperties properties = builder.Build();
        using MemoryStream source = new(ours);
        using ParquetFileReader like = new(source);
        using GroupNode node = like.FileMetaData.Schema.GroupNode;
        using ManagedOutputStream stream = new(output, leaveOpen: true);
        using ParquetFileWriter writer = new(stream, node, properties);
        using (RowGroupWriter group = writer.AppendRowGroup())
        {
            foreach (ReadyColumn column in columns)
            {
                using ColumnWriter next = group.NextColumn();
                column.WriteTo(next);
            }
        }

        writer.Close();
        return output.Length;
    }

    /// <summary>What a writer wrote has the values that ours wrote.</summary>
    private void Check(string name)
    {
        using MemoryStream stream = new(output.ToArray());
        using ParquetFileReader reader = new(stream);
        using RowGroupReader group = reader.RowGroup(0);
        for (int i = 0; i < columns.Count; i++)
        {
            if (!columns[i].Same(ReadyColumn.Read(columns[i].Column, group.Column(i))))
            {
                throw new InvalidOperationException($"{name} wrote other values of {columns[i].Column.Name} in {Mix}.");
            }
        }
    }
}
