using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Runtime.Loader;
using System.Xml.Linq;
using NetTraffic.Loading;
using NetTraffic.PowerShell.Tests.Hosting;

namespace NetTraffic.PowerShell.Tests;

public sealed class ModuleTests
{
    [Fact]
    public void Exports_what_the_manifest_says()
    {
        using ModuleSession session = new();
        Hashtable manifest = Assert.IsType<Hashtable>(session.Run("& ([scriptblock]::Create([IO.File]::ReadAllText($args[0])))", Repository.Manifest).Clean().Output[0].BaseObject);
        string[] declared = [.. ((object[])manifest["CmdletsToExport"]!).Cast<string>().Order(StringComparer.Ordinal)];
        string[] exported = [.. session.Run("(Get-Module NetTraffic).ExportedCommands.Keys").Output.Select(name => name.ToString()).Order(StringComparer.Ordinal)];
        Assert.Equal(declared, exported);
        Assert.Equal(15, exported.Length);
    }

    [Fact]
    public void Import_with_force_and_after_removal_gives_the_cmdlets_again()
    {
        using ModuleSession session = new();
        session.Run("Import-Module $args[0] -Force", Repository.Manifest).Clean();
        Assert.Equal(15, session.Run("Get-Command -Module NetTraffic").Clean().Output.Count);
        Assert.StartsWith("Gets flows", session.Run("(Get-Help Get-NetFlow).Synopsis").Clean().Output[0].ToString(), StringComparison.Ordinal);
        session.Run("Remove-Module NetTraffic").Clean();
        Assert.Empty(session.Run("Get-Command -Name Get-NetFlow -ErrorAction Ignore").Output);
        session.Run("Import-Module $args[0]", Repository.Manifest).Clean();
        Assert.Empty(session.Run("Get-NetCapture -StorePath $args[0]", session.StorePath).Clean().Output);
    }

    [Fact]
    public void Runspaces_share_one_load_context_and_work_beside_each_other()
    {
        using ModuleSession first = new();
        using ModuleSession second = new();
        const string type = "(Get-Command Get-NetFlow).ImplementingType";
        Type one = first.Run(type).Clean().Output[0].BaseObject as Type ?? throw new InvalidOperationException();
        Type two = second.Run(type).Clean().Output[0].BaseObject as Type ?? throw new InvalidOperationException();
        Assert.Same(one, two);
        AssemblyLoadContext context = AssemblyLoadContext.GetLoadContext(one.Assembly)!;
        Assert.Equal("NetTraffic", context.Name);
        Assert.NotSame(AssemblyLoadContext.Default, context);
    }

    [Fact]
    public void Nothing_but_the_words_is_in_the_default_context()
    {
        using ModuleSession session = new();
        session.Run("Get-TrafficSummary").Clean();
        Assert.DoesNotContain(AssemblyLoadContext.Default.Assemblies, assembly =>
            assembly.GetName().Name is { } name && (name.StartsWith("DuckDB", StringComparison.Ordinal) || name is "CsvHelper" or "NetTraffic.Engine" or "NetTraffic.PowerShell"));
        Assert.Same(typeof(Flow), session.Run("[NetTraffic.Flow]").Clean().Output[0].BaseObject);
    }

    [Fact]
    public void Parameters_and_outputs_are_of_types_that_users_can_name()
    {
        using ModuleSession session = new();
        foreach (CmdletInfo cmdlet in session.Run("Get-Command -Module NetTraffic").Clean().Output.Select(found => (CmdletInfo)found.BaseObject))
        {
            foreach (Type type in cmdlet.Parameters.Values.Select(parameter => parameter.ParameterType).Concat(cmdlet.OutputType.Select(output => output.Type).OfType<Type>()))
            {
                Assert.NotEqual("NetTraffic", AssemblyLoadContext.GetLoadContext(type.Assembly)?.Name);
            }
        }
    }

    [Fact]
    public void Without_a_build_the_import_says_what_to_run()
    {
        using ModuleSession session = new(import: false);
        Directory.CreateDirectory(Path.Combine(session.Folder, "module"));
        foreach (string file in new[] { "NetTraffic.psd1", "module/NetTraffic.psm1", "module/NetTraffic.Format.ps1xml", "module/NetTraffic.Types.ps1xml" })
        {
            File.Copy(Path.Combine(Repository.Root, file), Path.Combine(session.Folder, file));
        }

        Result result = session.Run("Import-Module $args[0]", Path.Combine(session.Folder, "NetTraffic.psd1"));
        Assert.Contains("./build.sh build", result.Errors[0].ToString(), StringComparison.Ordinal);
    }

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
        Assert.Equal(["Import-Module", "Split-Path"], commands);
        foreach (XElement block in XDocument.Load(Path.Combine(Repository.Root, "module", "NetTraffic.Format.ps1xml")).Descendants("ScriptBlock"))
        {
            ScriptBlockAst view = Parser.ParseInput(block.Value, out tokens, out errors);
            Assert.Empty(errors);
            Assert.Empty(view.FindAll(node => node is CommandAst, true));
        }
    }

    [Fact]
    public void Names_are_as_PowerShell_wants_them()
    {
        using ModuleSession session = new();
        string[] verbs = ["Clear", "Export", "Get", "Import", "Initialize", "Set", "Start", "Stop", "Sync", "Test"];
        foreach (CmdletInfo cmdlet in session.Run("Get-Command -Module NetTraffic").Clean().Output.Select(found => (CmdletInfo)found.BaseObject))
        {
            Assert.Contains(cmdlet.Verb, verbs);
            Assert.False(cmdlet.Noun.EndsWith('s'), cmdlet.Name);
            Assert.NotEmpty(cmdlet.OutputType);
            Assert.Equal(cmdlet.Verb is "Clear" or "Export" or "Initialize" or "Set" or "Start" or "Stop", cmdlet.Parameters.ContainsKey("WhatIf"));
        }
    }
}
