using System.Text;
using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

public class DataPageTests
{
    /// <summary>docs/data.md is written from the tables of columns and filters: NETTRAFFIC_WRITE_DOCS=1 writes it anew.</summary>
    [Fact]
    public void The_page_of_columns_and_filters_is_in_step_with_their_tables()
    {
        string path = Path.Combine(Repository.Root, "docs", "data.md");
        StringBuilder page = new("""
            # The columns of the datasets, and the filters

            What stands in the Parquet files, and what Export-NetTraffic writes as CSV and JSON under the names in PowerShell. Written from the
            tables of columns in `src/NetTraffic/Datasets`; a test keeps the two in step.

            """);
        foreach (Dataset dataset in Datasets.All)
        {
            page.Append($"\n## {dataset.Name}\n{dataset.Description}\n\n| column | in PowerShell | type | can be absent | holds "
                + $"|\n|---|---|---|---|---|\n");
            foreach (Column column in dataset.Fields)
            {
                (string name, string type) = column.IsStored ? (column.Name, DatasetSql.Type(column.Type)) : ("", "not stored");
                page.Append($"| {name} | {column.Property} | {type} | {(column.Nullable ? "yes" : "")} | {column.Description} |\n");
            }
        }

        page.Append("\n## Counters of a capture\n");
        page.Append("What the objects of Get-NetCapture count, from the table in `src/NetTraffic/Counters/CaptureCounters.cs`.\n\n");
        page.Append("| counter | unit | by interval, in `captures` and InfluxDB's `net_capture` | counts |\n|---|---|---|---|\n");
        foreach (Counter counter in CaptureCounters.All)
        {
            string field = (counter.Places & CounterPlaces.Intervals) != 0 ? counter.Name : "";
            page.Append($"| {counter.Property} | {counter.Unit.ToString().ToLowerInvariant()} | {field} | {counter.Description} |\n");
        }

        page.Append("""

            ## Filters
            What a question can be narrowed by; every one given must match. A question that cannot tell refuses.

            | filter | looks at | which traffic | told by packets and flows of files | by the captures dataset |
            |---|---|---|---|---|

            """);
        foreach (FilterKind kind in TrafficFilters.All)
        {
            string Yes(bool yes) => yes ? "yes" : "";
            page.Append($"| {kind.Name} | {string.Join(", ", kind.Properties)} | {kind.Description} ");
            page.Append($"| {Yes(kind.StoreOnly is null)} | {Yes(kind.AppliesTo(Datasets.Captures))} |\n");
        }

        if (Environment.GetEnvironmentVariable("NETTRAFFIC_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, page.ToString());
        }

        Assert.Equal(page.ToString(), File.ReadAllText(path).ReplaceLineEndings("\n"));
    }
}
