using System.Text;
using NetTraffic.Testing;

namespace NetTraffic.Settings.Tests;

public class SettingsPageTests
{
    /// <summary>docs/settings.md is written from the table of settings: NETTRAFFIC_WRITE_DOCS=1 writes it anew.</summary>
    [Fact]
    public void The_page_of_settings_is_in_step_with_their_table()
    {
        string path = Path.Combine(Repository.Root, "docs", "settings.md");
        StringBuilder page = new("""
            # Settings

            `Set-NetTrafficOption` writes them to the store's `config.json`, secrets to its `secrets.json`, which only their owner may read.
            An environment variable comes before the file. `Get-NetTrafficOption` shows what is in force. A name that is misspelt in the
            file is an error. Written from the table in `src/NetTraffic/Settings/SettingTable.cs`; a test keeps the two in step.

            | in config.json | parameter | environment variable | value | for example | default | what it is for |
            |---|---|---|---|---|---|---|

            """);
        foreach (Setting setting in SettingTable.All)
        {
            string variables = string.Join(", ", setting.Variables.Select(name => $"`{name}`"));
            page.Append($"| {setting.Name} | -{setting.Parameter} | {variables} | {setting.Kind} ");
            page.Append($"| `{setting.Example}` | {setting.Default} | {setting.Text} |\n");
        }

        if (Environment.GetEnvironmentVariable("NETTRAFFIC_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, page.ToString());
        }

        Assert.Equal(page.ToString(), File.ReadAllText(path).ReplaceLineEndings("\n"));
    }
}
