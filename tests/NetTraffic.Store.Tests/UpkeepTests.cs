using DuckDB.NET.Data;
using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

public class UpkeepTests
{
    [Fact]
    public void Compaction_changes_no_row_and_leaves_one_segment_an_hour()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Rows.Store(store, Enumerable.Range(0, 100).Select(CaptureWriterTests.Row));
        string[] before = Describe(store);
        Age(folder.Path, TimeSpan.FromMinutes(11));
        Assert.Equal(1, store.Compact(CancellationToken.None));
        Assert.Equal(before, Describe(store));
        Assert.True(Segments(folder.Path) > 1, "Replaced segments stay for readers that listed them.");

        Age(folder.Path, TimeSpan.FromMinutes(16));
        Assert.Equal(0, store.Compact(CancellationToken.None));
        Assert.Equal(before, Describe(store));
        Assert.Equal(1, Segments(folder.Path));
    }

    [Fact]
    public void Late_rows_of_a_compacted_hour_are_merged_with_it()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        for (int round = 0; round < 3; round++)
        {
            Rows.Store(store, Enumerable.Range(round * 100, 50).Select(CaptureWriterTests.Row));
            Age(folder.Path, TimeSpan.FromMinutes(16));
            Assert.Equal(1, store.Compact(CancellationToken.None));
            Assert.Equal((round + 1) * 50, Describe(store).Length);
        }

        Age(folder.Path, TimeSpan.FromMinutes(16));
        store.Compact(CancellationToken.None);
        Age(folder.Path, TimeSpan.FromMinutes(16));
        store.Compact(CancellationToken.None);
        Assert.Equal(150, Describe(store).Length);
        Assert.Equal(1, Segments(folder.Path));
    }

    /// <summary>Merged again before what the first merge replaced was removed: each list is needed until all it names is gone.</summary>
    [Fact]
    public void Hours_that_are_merged_twice_in_a_quarter_of_an_hour_count_once()
    {
        for (int round = 0; round < 6; round++)
        {
            using ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path);
            for (int merge = 0; merge < 2; merge++)
            {
                Rows.Store(store, Enumerable.Range(merge * 100, 50).Select(CaptureWriterTests.Row));
                Age(folder.Path, TimeSpan.FromMinutes(11));
                Assert.Equal(1, store.Compact(CancellationToken.None));
            }

            Age(folder.Path, TimeSpan.FromMinutes(16));
            store.Compact(CancellationToken.None);
            Assert.Equal(100, Describe(store).Length);
            Assert.Equal(1, Segments(folder.Path));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(60)]
    [InlineData(-1)]
    [InlineData(null)]
    public void A_merged_segment_whose_list_is_damaged_counts_once_and_what_may_lack_is_said(int? flip)
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Rows.Store(store, Enumerable.Range(0, 100).Select(CaptureWriterTests.Row));
        Age(folder.Path, TimeSpan.FromMinutes(11));
        Assert.Equal(1, store.Compact(CancellationToken.None));
        string list = Assert.Single(Directory.GetFiles(folder.Path, "*.replaces", SearchOption.AllDirectories));
        byte[] bytes = File.ReadAllBytes(list);
        if (flip is { } at)
        {
            bytes[at < 0 ? ^1 : at] ^= 4;
            File.WriteAllBytes(list, bytes);
        }
        else
        {
            File.Delete(list);
        }

        using TrafficStore reader = new(folder.Path);
        TrafficSummary summary = reader.GetSummary(new TrafficFilter(), CancellationToken.None);
        Assert.Equal((100, true), (summary.Packets, summary.Incomplete));
        Assert.NotEmpty(reader.DamagedFiles);
        Assert.Equal(100, Describe(reader).Length);
    }

    [Fact]
    public async Task Readers_see_every_row_once_while_hours_are_compacted_and_written()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        using CancellationTokenSource stop = new();
        Rows.Store(store, Enumerable.Range(0, 60).Select(CaptureWriterTests.Row));
        Task upkeep = Task.Run(
            () =>
            {
                using TrafficStore keeper = new(folder.Path);
                for (int i = 0; !stop.IsCancellationRequested; i++)
                {
                    Age(folder.Path, TimeSpan.FromMinutes(16));
                    keeper.Compact(CancellationToken.None);
                }
            },
            CancellationToken.None);
        for (int i = 0; i < 40; i++)
        {
            Assert.Equal(60, store.GetSummary(new TrafficFilter(), CancellationToken.None).Packets);
            Assert.Equal(60, Describe(store).Length);
        }

        await stop.CancelAsync();
        await upkeep;
    }

    [Fact]
    public void Clear_removes_whole_hours_that_are_over()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        FlowRow[] rows = [.. Enumerable.Range(0, 5)
            .Select(hour => CaptureWriterTests.Row(hour) with { TimeUs = Rows.BaseUs + (hour * 3_600_000_000L),
                EndTimeUs = Rows.BaseUs + (hour * 3_600_000_000L) })];
        Rows.Store(store, rows);
        DateTime cutOff = UnixTime.FromMicroseconds(Rows.BaseUs).Date.AddHours(14);
        ClearResult wouldBe = store.Clear(cutOff, keepRecentlyWritten: false, whatIf: true, CancellationToken.None);
        Assert.Equal(3, wouldBe.Segments);
        Assert.Equal(5, Describe(store).Length);
        Assert.Equal(0,
            store.Clear(cutOff, keepRecentlyWritten: true, whatIf: false, CancellationToken.None).Segments + (5 - Describe(store).Length));
        ClearResult done = store.Clear(cutOff, keepRecentlyWritten: false, whatIf: false, CancellationToken.None);
        Assert.Equal(wouldBe.Segments, done.Segments);
        Assert.Equal(wouldBe.FreedBytes, done.FreedBytes);
        Assert.Equal(2, Describe(store).Length);
    }

    [Fact]
    public void A_store_from_a_newer_version_is_refused_with_the_next_move()
    {
        using ScratchFolder folder = new();
        folder.Write("store.json", "{\"Version\": 99}"u8);
        StoreException error = Assert.Throws<StoreException>(() => new TrafficStore(folder.Path));
        Assert.Contains("version 99", error.Message, StringComparison.Ordinal);
        Assert.Contains("Update NetTraffic", error.Message, StringComparison.Ordinal);
        Assert.Contains("store.json",
            Assert.Throws<StoreException>(() => new TrafficStore(System.IO.Path.GetDirectoryName(folder.Write("store.json",
                "?"u8))!)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_of_an_older_layout_is_refused_in_one_line_with_the_next_move()
    {
        using ScratchFolder folder = new();
        folder.Write("store.json", System.Text.Encoding.UTF8.GetBytes($"{{\"Version\": {Datasets.StoreVersion - 1}}}"));
        StoreException error = Assert.Throws<StoreException>(() => new TrafficStore(folder.Path));
        Assert.Contains($"layout version {Datasets.StoreVersion - 1}, and this NetTraffic knows version {Datasets.StoreVersion}",
            error.Message, StringComparison.Ordinal);
        Assert.StartsWith("Delete the folder or use another store", error.NextMove, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Where_nothing_is_to_be_merged_no_database_is_opened()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Rows.Store(store, Enumerable.Range(0, 30).Select(CaptureWriterTests.Row));
        Assert.Equal(0,
            Compactor.Compact(new StoreSegments(folder.Path, new DamageLog()), () => throw new InvalidOperationException("opened"),
                CancellationToken.None));
    }

    /// <summary>DuckDB's cache of file contents kept 2.4 GB after six questions over 39,000 small files.</summary>
    [Fact]
    public void Questions_leave_nothing_of_the_files_in_memory()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Rows.Store(store, Enumerable.Range(0, 300).Select(CaptureWriterTests.Row), segmentRows: 1);
        for (int i = 0; i < 3; i++)
        {
            store.GetSummary(SummaryKey.Protocol, 10, null, new TrafficFilter(), CancellationToken.None);
        }

        using DuckDB.NET.Data.DuckDBConnection connection = store.Connect();
        object? cached = Database.Scalar(
            connection, "SELECT coalesce(sum(memory_usage_bytes), 0)::BIGINT FROM duckdb_memory() WHERE tag = 'EXTERNAL_FILE_CACHE'");

        // Questions of other tests may be on their way; 300 files would keep 4 KiB each.
        Assert.InRange((long)cached!, 0, 256 << 10);
    }

    [Theory]
    [InlineData("{\"version\": 99}")]
    [InlineData("{}")]
    public void A_version_file_is_taken_at_its_word_only(string content)
    {
        using ScratchFolder folder = new();
        folder.Write("store.json", System.Text.Encoding.UTF8.GetBytes(content));
        Assert.Throws<StoreException>(() => new TrafficStore(folder.Path));
    }

    [Fact]
    public void Parquet_files_are_read_by_DuckDB_alone_and_say_what_they_hold()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Rows.Store(store, Enumerable.Range(0, 30).Select(CaptureWriterTests.Row));
        string path = Path.Combine(folder.Path, "out.parquet");
        Assert.Equal(30, store.ExportParquet("flows", new TrafficFilter(), false, path, CancellationToken.None));
        Assert.Throws<IOException>(() => store.ExportParquet("flows", new TrafficFilter(), false, path, CancellationToken.None));
        Assert.Throws<ArgumentException>(() => store.ExportParquet("no such", new TrafficFilter(), false, path + "2",
            CancellationToken.None));
        using DuckDBConnection database = new("DataSource=:memory:");
        database.Open();
        foreach (string pattern in new[] { path, Path.Combine(folder.Path, "flows", "*", "*", "*.parquet") })
        {
            Assert.Equal(30L, Database.Scalar(database, $"SELECT count(*) FROM read_parquet('{pattern}', hive_partitioning = false)"));
            using DuckDBCommand command = database.CreateCommand();
            command.CommandText =
                $"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet('{pattern}', hive_partitioning = false))";
            using DuckDBDataReader reader = command.ExecuteReader();
            List<(string, string)> columns = [];
            while (reader.Read())
            {
                columns.Add((reader.GetString(0), reader.GetString(1)));
            }

            Assert.Equal(Datasets.Flows.Columns.Select(column => (column.Name,
                DatasetSql.Type(column.Type) == "TIMESTAMPTZ" ? "TIMESTAMP WITH TIME ZONE" : DatasetSql.Type(column.Type))), columns);
        }
    }

    private static string[] Describe(TrafficStore store) =>
        [.. store.GetFlows(new TrafficFilter(), null, true, CancellationToken.None)
            .Select(flow => $"{flow.FlowId} {flow.Time:O} {flow.SourceBytes} {flow.Protocol}").Order(StringComparer.Ordinal)];

    private static int Segments(string folder) =>
        Directory.GetFiles(Path.Combine(folder, "flows"), "*.parquet", SearchOption.AllDirectories).Length;

    internal static void Age(string folder, TimeSpan by)
    {
        foreach (string path in Directory.GetFiles(Path.Combine(folder, "flows"), "*", SearchOption.AllDirectories))
        {
            try
            {
                File.SetLastWriteTimeUtc(path, DateTime.UtcNow - by);
            }
            catch (FileNotFoundException)
            {
                // The compactor was quicker.
            }
        }
    }
}
