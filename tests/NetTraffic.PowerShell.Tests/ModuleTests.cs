using System.Management.Automation.Language;
using System.Xml.Linq;
using NetTraffic.Loading;
using NetTraffic.PowerShell.Tests.Hosting;

namespace NetTraffic.PowerShell.Tests;

public sealed class ModuleTests
{
    [Fact]
    public void A_copy_of_the_same_build_in_another_folder_is_the_same_module()
    {
        using ModuleSession session = new();
        string bin = Path.Combine(Repository.Root, "module", "bin");
        File.Copy(Path.Combine(bin, "NetTraffic.PowerShell.dll"), Path.Combine(session.Folder, "NetTraffic.PowerShell.dll"));
        Assert.Same(ModuleLoader.Load(bin), ModuleLoader.Load(session.Folder));
        Assert.Throws<FileNotFoundException>(() => ModuleLoader.Load(session.StorePath));
    }

    [Fact]
    public void Another_build_in_one_process_is_refused_with_the_next_move()
    {
        using ModuleSession session = new();
        File.Copy(typeof(ModuleTests).Assembly.Location, Path.Combine(session.Folder, "NetTraffic.PowerShell.dll"));
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => ModuleLoader.Load(session.Folder));
        Assert.Contains("Start a new PowerShell process", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_scripts_stay_short()
    {
        Token[] tokens;
        ParseError[] errors;
        ScriptBlockAst script = Parser.ParseFile(Path.Combine(Repository.Root, "module", "NetTraffic.psm1"), out tokens, out errors);
        Assert.Empty(errors);
        string?[] commands = [.. script.FindAll(node => node is CommandAst, true).Select(node => ((CommandAst)node).GetCommandName())];
        Assert.Equal(["Split-Path", "Import-Module"], commands);
        foreach (XElement block in XDocument.Load(Path.Combine(Repository.Root, "module", "NetTraffic.Format.ps1xml"))
            .Descendants("ScriptBlock"))
        {
            ScriptBlockAst view = Parser.ParseInput(block.Value, out tokens, out errors);
            Assert.Empty(errors);
            Assert.Empty(view.FindAll(node => node is CommandAst, true));
        }
    }
}
