using System.Text;
using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

public class DataPageTests
{
    /// <summary>docs/data.md is written from the column table: NETTRAFFIC_WRITE_DOCS=1 writes it anew.</summary>
    [Fact]
    public void The_page_of_columns_is_in_step_with_the_column_table()
    {
        string path = Path.Combine(Repository.Root, "docs", "data.md");
        StringBuilder page = new("# The columns of the datasets\n\nWhat stands in the Parquet files. Written from the column table in `src/NetTraffic/Store/Columns.cs`; a test keeps the two in step.\n");
        foreach (Dataset dataset in Datasets.All)
        {
            page.Append($"\n## {dataset.Name}\n{dataset.Description}\n\n| column | in PowerShell | type | can be absent | holds |\n|---|---|---|---|---|\n");
            foreach (Column column in dataset.Columns)
            {
                page.Append($"| {column.Name} | {column.Property} | {Database.SqlType(column.Type)} | {(column.Nullable ? "yes" : "")} | {column.Description} |\n");
            }
        }

        if (Environment.GetEnvironmentVariable("NETTRAFFIC_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, page.ToString());
        }

        Assert.Equal(page.ToString(), File.ReadAllText(path).ReplaceLineEndings("\n"));
    }
}
