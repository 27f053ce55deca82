using System.Management.Automation;
using System.Management.Automation.Language;
using NetTraffic.PowerShell.Tests.Help;
using NetTraffic.PowerShell.Tests.Hosting;

namespace NetTraffic.PowerShell.Tests;

/// <summary>
/// docs/cmdlets is written by people; its syntax blocks and lines of facts, and the file that Get-Help reads, are made from the cmdlets.
/// <c>NETTRAFFIC_WRITE_HELP=1 dotnet test tests/NetTraffic.PowerShell.Tests</c> makes them anew; without it, the tests tell what is out
/// of step.
/// </summary>
public sealed class HelpTests
{
    private const string HowTo = "Run: NETTRAFFIC_WRITE_HELP=1 dotnet test tests/NetTraffic.PowerShell.Tests, then build again.";
    private static readonly bool Writes = Environment.GetEnvironmentVariable("NETTRAFFIC_WRITE_HELP") == "1";

    [Fact]
    public void Pages_and_help_file_are_in_step_with_the_cmdlets()
    {
        List<(CmdletFacts Facts, HelpPage Page)> all = [];
        foreach (CmdletFacts facts in Cmdlets())
        {
            string path = Path.Combine(Repository.Docs, facts.Name + ".md");
            string text = File.ReadAllText(path);
            string rewritten = new HelpPage(text)
                .Rewrite(facts.Syntax, name => facts.Parameters.Contains(name) ? facts.Facts(name) : "*Type: unknown parameter*");
            Check(path, text, rewritten);
            all.Add((facts, new HelpPage(rewritten)));
        }

        Check(Repository.HelpFile, File.Exists(Repository.HelpFile) ? File.ReadAllText(Repository.HelpFile) : "", MamlFile.Write(all));
        Assert.Equal(all.Select(cmdlet => cmdlet.Facts.Name + ".md").Order(StringComparer.Ordinal),
            Directory.GetFiles(Repository.Docs).Select(Path.GetFileName).Where(name => name != "README.md").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_cmdlet_and_parameter_is_documented()
    {
        foreach (CmdletFacts facts in Cmdlets())
        {
            HelpPage page = new(File.ReadAllText(Path.Combine(Repository.Docs, facts.Name + ".md")));
            Assert.Equal(facts.Name, page.Name);
            Assert.True(page.Synopsis.Length is > 20 and < 160, $"{facts.Name}: synopsis");
            Assert.NotEmpty(page.Description);
            Assert.NotEmpty(page.Outputs);
            Assert.NotEmpty(page.Inputs);
            Assert.NotEmpty(page.Links);
            Assert.Equal(facts.Parameters, page.Parameters.Keys.Order(StringComparer.Ordinal));
            Assert.All(page.Parameters,
                parameter => Assert.True(parameter.Value.Count > 0 && parameter.Value[0].Length > 10, $"{facts.Name} -{parameter.Key}"));
            Assert.True(page.Examples.Count >= 2, $"{facts.Name}: examples");
        }
    }

    [Fact]
    public void Examples_are_valid_and_use_parameters_that_there_are()
    {
        Dictionary<string, CmdletFacts> known = Cmdlets().ToDictionary(facts => facts.Name, StringComparer.OrdinalIgnoreCase);
        foreach (string name in known.Keys)
        {
            HelpPage page = new(File.ReadAllText(Path.Combine(Repository.Docs, name + ".md")));
            foreach ((string title, string code, IReadOnlyList<string> remarks) in page.Examples)
            {
                ScriptBlockAst script = Parser.ParseInput(code, out _, out ParseError[] errors);
                Assert.True(errors.Length == 0, $"{name}, {title}: {string.Join("; ", errors.Select(error => error.Message))}");
                Assert.NotEmpty(remarks);
                CommandAst[] commands = [.. script.FindAll(node => node is CommandAst, true).Cast<CommandAst>()];
                Assert.Contains(commands, command => name.Equals(command.GetCommandName(), StringComparison.OrdinalIgnoreCase));
                foreach (CommandAst command in commands.Where(command => known.ContainsKey(command.GetCommandName() ?? "")))
                {
                    Assert.All(command.CommandElements.OfType<CommandParameterAst>(), used =>
                        Assert.True(known[command.GetCommandName()].Parameters.Contains(used.ParameterName,
                            StringComparer.OrdinalIgnoreCase)
                                || Cmdlet.CommonParameters.Contains(used.ParameterName), $"{name}, {title}: -{used.ParameterName}"));
                }
            }
        }
    }

    [Fact]
    public void Get_Help_shows_the_pages()
    {
        using ModuleSession session = new();
        foreach (CmdletFacts facts in Cmdlets())
        {
            HelpPage page = new(File.ReadAllText(Path.Combine(Repository.Docs, facts.Name + ".md")));
            PSObject help = Assert.Single(session.Run("Get-Help $args[0] -Full", facts.Name).Clean().Output);
            Assert.Equal(page.Synopsis, help.Properties["Synopsis"].Value?.ToString()?.Trim());
            PSObject examples = PSObject.AsPSObject(PSObject.AsPSObject(help.Properties["examples"].Value).Properties["example"].Value);
            Assert.Equal(page.Examples.Count, ((object[])examples.BaseObject).Length);
            Assert.NotEmpty(session.Run("(Get-Help $args[0] -Parameter StorePath, Name, Path -ErrorAction Ignore).description",
                facts.Name).Output);
        }
    }

    private static List<CmdletFacts> Cmdlets()
    {
        using ModuleSession session = new();
        return [.. session.Run("Get-Command -Module NetTraffic")
            .Clean().Output.Select(found => new CmdletFacts((CmdletInfo)found.BaseObject))
                .OrderBy(facts => facts.Name, StringComparer.Ordinal)];
    }

    private static void Check(string path, string actual, string expected)
    {
        if (Writes)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, expected);
            return;
        }

        Assert.True(actual.ReplaceLineEndings("\n") == expected, $"{path} is out of step with the cmdlets. {HowTo}");
    }
}
