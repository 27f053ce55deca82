using System.Management.Automation;
using NetTraffic.PowerShell.Tests.Hosting;

namespace NetTraffic.PowerShell.Tests;

[CollectionDefinition("Environment", DisableParallelization = true)]
public sealed class EnvironmentCollection;

/// <summary>Settings and retention. Environment variables belong to the whole process, so nothing runs beside these.</summary>
[Collection("Environment")]
public sealed class OptionTests : IDisposable
{
    private readonly ModuleSession session = new();

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("NETTRAFFIC_SENSOR", null);
        session.Dispose();
    }

    [Fact]
    public void Only_what_is_given_changes_and_null_takes_it_back()
    {
        TrafficOption before = session.Run("Get-NetTrafficOption").One<TrafficOption>();
        Assert.Equal((session.StorePath, Environment.MachineName, null, TimeSpan.FromSeconds(5)), (before.StorePath, before.Sensor, before.Retention, before.FlushInterval));
        Assert.Empty(session.Run("Set-NetTrafficOption -Sensor tap1 -Retention 30d -FlushInterval 10s").Clean().Output);
        TrafficOption set = session.Run("Set-NetTrafficOption -LocalNetworks 10.0.0.0/8, 2001:db8::/32 -PassThru").One<TrafficOption>();
        Assert.Equal(("tap1", TimeSpan.FromDays(30), TimeSpan.FromSeconds(10)), (set.Sensor, set.Retention, set.FlushInterval));
        Assert.Equal(["10.0.0.0/8", "2001:db8::/32"], set.LocalNetworks);
        TrafficOption back = session.Run("Set-NetTrafficOption -Retention forever -FlushInterval $null -LocalNetworks $null -PassThru").One<TrafficOption>();
        Assert.Equal(("tap1", null, TimeSpan.FromSeconds(5)), (back.Sensor, back.Retention, back.FlushInterval));
        Assert.Equal(before.LocalNetworks, back.LocalNetworks);
        session.Run("Set-NetTrafficOption -Retention 1d; Set-NetTrafficOption -Retention $null -Sensor $null").Clean();
        Assert.Equal((before.Sensor, null), session.Run("Get-NetTrafficOption").All<TrafficOption>().Select(option => (option.Sensor, option.Retention)).Single());
    }

    [Theory]
    [InlineData("-FlushInterval 100ms")]
    [InlineData("-Retention 5m")]
    [InlineData("-LocalNetworks nonsense")]
    [InlineData("-Sensor \"a`e[2Jb\"")]
    public void Bad_values_are_refused_and_nothing_changes(string parameters)
    {
        session.Run($"Set-NetTrafficOption -Sensor good; Set-NetTrafficOption {parameters}").Error("BadArgument", ErrorCategory.InvalidArgument);
        TrafficOption option = session.Run("Get-NetTrafficOption").One<TrafficOption>();
        Assert.Equal(("good", null, TimeSpan.FromSeconds(5)), (option.Sensor, option.Retention, option.FlushInterval));
    }

    [Fact]
    public void Nothing_to_set_is_an_error_and_WhatIf_sets_nothing()
    {
        session.Run("Set-NetTrafficOption").Error("NothingToSet", ErrorCategory.InvalidArgument);
        session.Run("Set-NetTrafficOption -Sensor x -WhatIf").Clean();
        Assert.False(Directory.Exists(session.StorePath));
    }

    [Fact]
    public void The_environment_overrides_and_that_is_said()
    {
        Environment.SetEnvironmentVariable("NETTRAFFIC_SENSOR", "from-outside");
        Result set = session.Run("Set-NetTrafficOption -Sensor inside");
        Assert.Contains("NETTRAFFIC_SENSOR", Assert.Single(set.Warnings), StringComparison.Ordinal);
        PSObject shown = Assert.Single(session.Run("Get-NetTrafficOption").Clean().Output);
        Assert.Equal("from-outside", ((TrafficOption)shown.BaseObject).Sensor);
        Assert.Equal(["Sensor (NETTRAFFIC_SENSOR)"], (string[])shown.Properties["FromEnvironment"].Value);
    }

    [Fact]
    public void Old_traffic_is_removed_when_confirmed_and_only_then()
    {
        string path = session.Write("dns.pcap", TinyCapture.Dns(4));
        session.Run("Import-NetCapture $args[0]", path).Clean();
        Assert.Empty(session.Run("Clear-NetTraffic -OlderThan 1d -WhatIf").Clean().Output);
        Assert.Equal(4, session.Run("Get-TrafficSummary").One<TrafficSummary>().Flows);
        Assert.Equal(0, session.Run("Clear-NetTraffic -OlderThan 5000d -Confirm:$false").One<ClearResult>().Segments);
        ClearResult result = session.Run("Clear-NetTraffic -OlderThan 1d -Confirm:$false").One<ClearResult>();
        Assert.True(result.Segments > 0 && result.FreedBytes > 0);
        Assert.Equal(0, session.Run("Get-TrafficSummary").One<TrafficSummary>().Flows);
    }

    [Fact]
    public void Removing_asks()
    {
        session.Run("Import-NetCapture $args[0]", session.Write("dns.pcap", TinyCapture.Dns(1))).Clean();
        Assert.NotEmpty(session.Run("Clear-NetTraffic -OlderThan 1d").Errors); // this host cannot be asked
        Assert.Equal(1, session.Run("Get-TrafficSummary").One<TrafficSummary>().Flows);
    }
}
