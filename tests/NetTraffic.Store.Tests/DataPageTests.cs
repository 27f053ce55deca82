using System.Text;
using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

public class DataPageTests
{
    /// <summary>docs/data.md is written from the tables of columns: NETTRAFFIC_WRITE_DOCS=1 writes it anew.</summary>
    [Fact]
    public void The_page_of_columns_is_in_step_with_their_tables()
    {
        string path = Path.Combine(Repository.Root, "docs", "data.md");
        StringBuilder page = new("""
            # The columns of the datasets

            What stands in the Parquet files, and what Export-NetTraffic writes as CSV and JSON under the names in PowerShell. Written from the
            tables of columns in `src/NetTraffic/Datasets`; a test keeps the two in step.

            """);
        foreach (Dataset dataset in Datasets.All)
        {
            page.Append($"\n## {dataset.Name}\n{dataset.Description}\n\n| column | in PowerShell | type | can be absent | holds |\n|---|---|---|---|---|\n");
            foreach (Column column in dataset.Fields)
            {
                (string name, string type) = column.IsStored ? (column.Name, DatasetSql.Type(column.Type)) : ("", "not stored");
                page.Append($"| {name} | {column.Property} | {type} | {(column.Nullable ? "yes" : "")} | {column.Description} |\n");
            }
        }

        page.Append("\n## Counters of a capture\nWhat the objects of Get-NetCapture count, from the table in `src/NetTraffic/Counters/CaptureCounters.cs`.\n\n");
        page.Append("| counter | unit | by interval, in `captures` and InfluxDB's `net_capture` | counts |\n|---|---|---|---|\n");
        foreach (Counter counter in CaptureCounters.All)
        {
            string field = (counter.Places & CounterPlaces.Intervals) != 0 ? counter.Name : "";
            page.Append($"| {counter.Property} | {counter.Unit.ToString().ToLowerInvariant()} | {field} | {counter.Description} |\n");
        }

        if (Environment.GetEnvironmentVariable("NETTRAFFIC_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, page.ToString());
        }

        Assert.Equal(page.ToString(), File.ReadAllText(path).ReplaceLineEndings("\n"));
    }
}
