using System.Management.Automation;
using System.Security;
using NetTraffic.PowerShell.Tests.Help;
using NetTraffic.PowerShell.Tests.Hosting;

namespace NetTraffic.PowerShell.Tests;

/// <summary>The table of settings and what users see of it agree: Set-NetTrafficOption's parameters, their help, the view.</summary>
[Collection("Environment")]
public sealed class SettingTableTests : IDisposable
{
    private readonly ModuleSession session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void Each_row_has_a_parameter_that_takes_what_the_row_takes_and_there_is_no_other()
    {
        CmdletInfo cmdlet = session.Run("Get-Command Set-NetTrafficOption").One<CmdletInfo>();
        Assert.Equal(
            SettingTable.All.Select(setting => setting.Parameter)
                .Concat(["StorePath", "PassThru", "WhatIf", "Confirm"]).Order(StringComparer.Ordinal),
            new CmdletFacts(cmdlet).Parameters);
        Assert.All(SettingTable.All, setting =>
        {
            ParameterMetadata parameter = cmdlet.Parameters[setting.Parameter];
            Assert.Equal(setting.IsSecret, parameter.ParameterType == typeof(SecureString));
            Assert.Equal(setting.IsList, parameter.ParameterType == typeof(string[]));
            Assert.Empty(parameter.Attributes.OfType<ValidateSetAttribute>());
            if (setting.Choices.Count > 0)
            {
                List<CompletionResult> offered = session.Complete($"Set-NetTrafficOption -{setting.Parameter} ");
                Assert.Equal(setting.Choices, offered.Select(result => result.CompletionText));
            }

            Assert.Single(parameter.Attributes.OfType<AllowNullAttribute>());
        });
    }

    [Fact]
    public void The_help_has_the_rows_texts()
    {
        HelpPage page = new(File.ReadAllText(Path.Combine(Repository.Docs, "Set-NetTrafficOption.md")));
        Assert.All(SettingTable.All, setting =>
            Assert.Equal(setting.Text.Replace("`", "", StringComparison.Ordinal), string.Join(' ', page.Parameters[setting.Parameter])));
    }

    /// <summary>All but the default store, which is the user's and not for a test to change: the Settings room's tests have that.</summary>
    [Fact]
    public void Each_row_is_set_at_the_prompt_shown_and_taken_back()
    {
        TrafficOption before = session.Run("Get-NetTrafficOption").One<TrafficOption>();
        foreach (Setting setting in SettingTable.All.Where(setting => setting != SettingTable.DefaultStore))
        {
            string shown = setting.IsSecret ? "Has" + setting.Name : setting.Name;
            string value = setting.IsSecret ? "([System.Net.NetworkCredential]::new('', $args[0]).SecurePassword)" : "$args[0]";
            object example = setting.IsList ? setting.Example.Split(',') : setting.Example;
            TrafficOption set = session.Run($"Set-NetTrafficOption -{setting.Parameter} {value} -PassThru", example).One<TrafficOption>();
            Assert.Equal(setting.IsSecret ? null : setting.Check(setting.Example), setting.Show(set));
            Assert.NotEqual(Property(before, shown), Property(set, shown));

            // What is about InfluxDB is shown where there is one.
            session.Run("Set-NetTrafficOption -InfluxUrl http://localhost:8086").Clean();
            int earlier = session.Screen.Length;
            session.Run("Get-NetTrafficOption | Out-Default").Clean();
            string view = session.Screen[earlier..];
            Assert.Contains(shown, view, StringComparison.Ordinal);
            Assert.Equal(!setting.IsSecret, view.Contains(InView(setting), StringComparison.Ordinal));
            session.Run("Set-NetTrafficOption -InfluxUrl $null").Clean();
            TrafficOption back = session.Run($"Set-NetTrafficOption -{setting.Parameter} $null -PassThru").One<TrafficOption>();
            Assert.Equal(Property(before, shown), Property(back, shown));
        }
    }

    private static object? Property(TrafficOption option, string name) => typeof(TrafficOption).GetProperty(name)!.GetValue(option);

    /// <summary>How the view writes the example, or a part of it.</summary>
    private static string InView(Setting setting) =>
        setting.Choices.Count > 0 && !setting.IsList ? "V" + setting.Example
        : setting.Kind == "length of time" ? Display.Span(Duration.Parse(setting.Example))
        : setting.Example.Split(',')[0];
}
