using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

/// <summary>Files in the store are input: a damaged one is named and left out, and everything else works.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly ScratchFolder folder = new();
    private readonly CaptureStatus capture;

    public DamageTests()
    {
        using TrafficStore store = new(folder.Path);
        capture = Rows.Store(store, Enumerable.Range(0, 40).Select(CaptureWriterTests.Row), segmentRows: 8);
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Each byte of a segment, changed, is found: in its pages, its footer, its ends.</summary>
    [Fact]
    public void Whatever_byte_of_a_segment_changes_its_rows_are_left_out_and_it_is_named()
    {
        string path = Segments()[1];
        byte[] whole = File.ReadAllBytes(path);
        DateTime written = File.GetLastWriteTimeUtc(path);
        TrafficSummary before = Summary(out _);
        Assert.False(before.Incomplete);
        long own = Without(path).Packets;
        for (int at = 0; at < whole.Length; at += 23)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x41;
            File.WriteAllBytes(path, damaged);

            // Each change has a time of its own, as it has where more than milliseconds lie between.
            File.SetLastWriteTimeUtc(path, written.AddSeconds(at + 1));
            TrafficSummary summary = Summary(out IReadOnlyCollection<DamagedFile> files);
            Assert.Equal((own, true), (summary.Packets, summary.Incomplete));
            Assert.Equal(path, Assert.Single(files).Path);
        }

        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
        Assert.True(Summary(out _).Incomplete);
        File.WriteAllBytes(path, whole);
        File.SetLastWriteTimeUtc(path, written.AddDays(1));
        Assert.Equal((before.Packets, false), (Summary(out _).Packets, Summary(out _).Incomplete));
    }

    [Fact]
    public void Every_question_leaves_a_damaged_segment_out()
    {
        string path = Segments()[0];
        TrafficFilter all = new();
        using TrafficStore store = new(folder.Path);
        Flow[] expected = [.. Without(path, other => other.GetFlows(all, null, true, CancellationToken.None).ToArray())];
        Damage(path);
        Assert.Equal(expected.Length, store.GetFlows(all, null, true, CancellationToken.None).Count());
        Assert.Equal(expected.Select(flow => flow.FlowId).Distinct().Count(),
            store.GetFlows(all, null, false, CancellationToken.None).Count());
        long bytes = expected.Sum(flow => flow.Bytes);
        Assert.Equal(bytes, store.GetSummary(SummaryKey.Protocol, 100, null, all, CancellationToken.None).Sum(item => item.Bytes));
        Assert.Equal(
            bytes, store.GetSummary(SummaryKey.None, 1, TimeSpan.FromHours(1), all, CancellationToken.None).Sum(item => item.Bytes));
        Assert.NotEmpty(store.GetNames(SummaryKey.Protocol, "", 10));
        Assert.Equal(
            expected.Length, store.ExportParquet("flows", all, true, Path.Combine(folder.Path, "x.parquet"), CancellationToken.None));
        Assert.Equal(path, Assert.Single(store.DamagedFiles).Path);
        StoreSegment segment = store.Segments.ListSegments()
            .Single(one => path.EndsWith(Path.GetFileName(one.Name), StringComparison.Ordinal));
        Assert.Throws<StoreException>(() => store.Segments.Read(segment, TimeSpan.FromSeconds(10), CancellationToken.None));
    }

    [Fact]
    public void All_segments_damaged_is_an_answer_without_rows()
    {
        Array.ForEach(Segments(), Damage);
        TrafficSummary summary = Summary(out IReadOnlyCollection<DamagedFile> files);
        Assert.Equal((0, true), (summary.Packets, summary.Incomplete));
        Assert.Equal(Segments().Order(StringComparer.Ordinal), files.Select(file => file.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Upkeep_moves_damaged_segments_to_quarantine_merges_the_rest_and_answers_still_say_so()
    {
        string path = Segments()[2];
        long left = Without(path).Packets;
        Damage(path);
        foreach (string file in Segments())
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-1));
        }

        using TrafficStore store = new(folder.Path);
        Assert.Equal(1, store.Compact(CancellationToken.None));
        Assert.False(File.Exists(path));
        Assert.True(File.Exists(Path.Combine(folder.Path, "quarantine", "flows", Path.GetFileName(path))));
        Assert.Equal((left, true), (Summary(out _).Packets, Summary(out _).Incomplete));
        Directory.Delete(Path.Combine(folder.Path, "quarantine"), recursive: true);
        Assert.False(Summary(out _).Incomplete);
    }

    [Theory]
    [InlineData("{\"CaptureId\":\"../../../VICTIM\",\"State\":\"Completed\",\"EndTime\":\"2026-01-01T00:00:00Z\"}")]
    [InlineData("{\"CaptureId\":\"../../../VICTIM\",\"State\":\"Running\",\"ProcessId\":-5}")]
    [InlineData("{\"CaptureId\":null}")]
    [InlineData("{\"CaptureId\":7}")]
    [InlineData("{\"State\":\"17\"}")]
    [InlineData("[]")]
    [InlineData("{\"CaptureId\":\"x")]
    [InlineData("")]
    public void A_status_file_that_is_none_of_ours_is_named_and_leads_nowhere(string content)
    {
        string victim = folder.Write("VICTIM.json", "x"u8);
        string path = StatusPath("20260101T000000-abcdef");
        File.WriteAllText(path, content);
        Assert.Equal(path, Assert.Single(CapturesBeside()).Path);
        using TrafficStore store = new(folder.Path);
        store.Compact(CancellationToken.None);
        Assert.Empty(CapturesBeside());
        Assert.Equal(content, File.ReadAllText(Path.Combine(folder.Path, "quarantine", "status", Path.GetFileName(path))));
        store.Clear(DateTime.UtcNow.AddYears(1), false, false, CancellationToken.None);
        Assert.Equal("x", File.ReadAllText(victim));
    }

    [Fact]
    public void A_copied_status_bad_UTF8_and_a_huge_one_are_named()
    {
        string[] wrong = [StatusPath("copy"), StatusPath("utf8"), StatusPath("huge")];
        File.Copy(StatusPath(capture.CaptureId), wrong[0]);
        File.WriteAllBytes(wrong[1], [.. "{\"CaptureId\":\"utf8\",\"Na"u8, 0xff, .. "me\":\"x\"}"u8]);
        File.WriteAllText(wrong[2], "{\"CaptureId\":\"huge\",\"Name\":\"" + new string('x', 2 << 20) + "\"}");
        Assert.Equal(
            wrong.Order(StringComparer.Ordinal), CapturesBeside().Select(file => file.Path).Order(StringComparer.Ordinal));
    }

    /// <summary>Opening a pipe waits for somebody at its other end.</summary>
    [Fact]
    public async Task Pipes_among_the_files_are_named_and_hang_nothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no named pipes among Windows' files.");
        string segment = Segments()[0];
        string[] pipes =
            [segment.Replace("_0_", "_99_", StringComparison.Ordinal), StatusPath("pipe"), segment[..^40] + "_merged-1_0.parquet.replaces"];
        foreach (string pipe in pipes)
        {
            using System.Diagnostics.Process made = System.Diagnostics.Process.Start("mkfifo", [pipe]);
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Task<long> asked = Task.Run(() => Summary(out _).Packets, TestContext.Current.CancellationToken);
        Assert.Equal(40, await asked.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Equal(pipes[1], Assert.Single(CapturesBeside()).Path);
    }

    [Fact]
    public void A_version_file_of_bad_UTF8_is_refused_by_its_name()
    {
        folder.Write("store.json", [.. "{\"V"u8, 0xff, .. "rsion\":2}"u8]);
        Assert.Contains(
            "store.json", Assert.Throws<StoreException>(() => new TrafficStore(folder.Path)).Message, StringComparison.Ordinal);
    }

    /// <summary>What is damaged, while the capture of the store is listed as ever.</summary>
    private IReadOnlyCollection<DamagedFile> CapturesBeside()
    {
        using TrafficStore store = new(folder.Path);
        Assert.Equal(capture.CaptureId, Assert.Single(store.GetCaptures()).CaptureId);
        return store.DamagedFiles;
    }

    private string StatusPath(string id) => Path.Combine(folder.Path, "captures", "status", id + ".json");

    private string[] Segments() =>
        [.. Directory.GetFiles(Path.Combine(folder.Path, "flows"), "*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static void Damage(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 3] ^= 1;
        File.WriteAllBytes(path, bytes);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(-5));
    }

    private TrafficSummary Summary(out IReadOnlyCollection<DamagedFile> damaged)
    {
        using TrafficStore store = new(folder.Path);
        TrafficSummary summary = store.GetSummary(new TrafficFilter(), CancellationToken.None);
        damaged = store.DamagedFiles;
        return summary;
    }

    private TrafficSummary Without(string path) => Without(path, store => store.GetSummary(new TrafficFilter(), CancellationToken.None));

    /// <summary>What a store without a segment answers.</summary>
    private T Without<T>(string path, Func<TrafficStore, T> ask)
    {
        string aside = Path.Combine(folder.Path, "aside");
        File.Move(path, aside);
        using TrafficStore store = new(folder.Path);
        T answer = ask(store);
        File.Move(aside, path);
        return answer;
    }
}
