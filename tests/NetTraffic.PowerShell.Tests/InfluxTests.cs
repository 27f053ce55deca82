using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using NetTraffic.PowerShell.Tests.Hosting;

namespace NetTraffic.PowerShell.Tests;

/// <summary>The cmdlets around InfluxDB, without a server; tests/integration/influx.sh has one.</summary>
[Collection("Environment")]
public sealed class InfluxTests : IDisposable
{
    private const string Secret = "very-secret-71";
    private readonly ModuleSession session = new();

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("NETTRAFFIC_INFLUX_TOKEN_FILE", null);
        Environment.SetEnvironmentVariable("NETTRAFFIC_INFLUX_URL", null);
        session.Dispose();
    }

    [Theory]
    [InlineData("Test-NetTrafficInflux")]
    [InlineData("Sync-NetTrafficInflux")]
    [InlineData("Initialize-NetTrafficInflux")]
    public void Without_a_server_set_the_next_move_is_named(string cmdlet)
    {
        ErrorRecord error = session.Run(cmdlet).Error("InfluxNotSet", ErrorCategory.ObjectNotFound);
        Assert.Contains("Set-NetTrafficOption -InfluxUrl", error.ErrorDetails.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_next_move_fits_what_is_wrong_with_the_settings()
    {
        Assert.Contains("-InfluxUrl", Move("Sync-NetTrafficInflux", "InfluxNotSet", ErrorCategory.ObjectNotFound), StringComparison.Ordinal);

        Directory.CreateDirectory(session.StorePath);
        string config = Path.Combine(session.StorePath, "config.json"), secrets = Path.Combine(session.StorePath, "secrets.json");
        File.WriteAllText(config, "{\"InfluxUrl\": \"http://");
        Assert.Contains("config.json", Move("Get-NetTrafficOption", "StoreFailed", ErrorCategory.ResourceUnavailable), StringComparison.Ordinal);
        File.WriteAllText(config, "{\"InfluxUrl\": \"nowhere\"}");
        Assert.Contains("config.json", Move("Test-NetTrafficInflux", "BadArgument", ErrorCategory.InvalidArgument), StringComparison.Ordinal);
        session.Run("Set-NetTrafficOption -InfluxUrl http://127.0.0.1:1").Clean();
        File.WriteAllText(secrets, $"{{\"InfluxToken\": \"{Secret}");
        Assert.Contains("-InfluxToken", Move("Test-NetTrafficInflux", "StoreFailed", ErrorCategory.ResourceUnavailable), StringComparison.Ordinal);
        File.Delete(secrets);

        Environment.SetEnvironmentVariable("NETTRAFFIC_INFLUX_TOKEN_FILE", Path.Combine(session.StorePath, "nowhere"));
        Assert.Contains("NETTRAFFIC_INFLUX_TOKEN_FILE", Move("Test-NetTrafficInflux", "StoreFailed", ErrorCategory.ResourceUnavailable), StringComparison.Ordinal);
        Environment.SetEnvironmentVariable("NETTRAFFIC_INFLUX_TOKEN_FILE", null);
        Environment.SetEnvironmentVariable("NETTRAFFIC_INFLUX_URL", "influx.example");
        Assert.Contains("environment variable", Move("Test-NetTrafficInflux", "BadArgument", ErrorCategory.InvalidArgument), StringComparison.Ordinal);

        string Move(string command, string id, ErrorCategory category)
        {
            ErrorRecord error = session.Run(command).Error(id, category);
            Assert.DoesNotContain(Secret, error.ToString() + error.Exception, StringComparison.Ordinal);
            return error.ErrorDetails.RecommendedAction;
        }
    }

    [Fact]
    public void Settings_are_kept_and_secrets_are_not_shown()
    {
        session.Run($"Set-NetTrafficOption -InfluxUrl http://influx.example:8086/ -InfluxOrg ops -InfluxBucket b -InfluxGeneration 2 -InfluxToken ([System.Net.NetworkCredential]::new('', '{Secret}').SecurePassword)").Clean();
        TrafficOption option = session.Run("Get-NetTrafficOption").One<TrafficOption>();
        Assert.Equal(("http://influx.example:8086", "ops", "b", InfluxGeneration.V2, true, false), (option.InfluxUrl, option.InfluxOrg, option.InfluxBucket, option.InfluxGeneration, option.HasInfluxToken, option.HasInfluxPassword));
        Assert.DoesNotContain(Secret, option.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, File.ReadAllText(Path.Combine(session.StorePath, "config.json")), StringComparison.Ordinal);
        string secrets = Path.Combine(session.StorePath, "secrets.json");
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(secrets));
        }

        session.Run("Set-NetTrafficOption -InfluxToken $null -InfluxUrl $null").Clean();
        Assert.DoesNotContain(Secret, File.ReadAllText(secrets), StringComparison.Ordinal);
        option = session.Run("Get-NetTrafficOption").One<TrafficOption>();
        Assert.Equal((null, false), (option.InfluxUrl, option.HasInfluxToken));
    }

    [Theory]
    [InlineData("-InfluxUrl influx.example", "http://HOST:8086")]
    [InlineData("-InfluxUrl ftp://influx.example", "http://HOST:8086")]
    [InlineData("-InfluxUrl http://user:very-secret-71@influx.example", "-InfluxToken")]
    [InlineData("-InfluxUrl 'http://influx.example/?u=a&p=very-secret-71'", "-InfluxToken")]
    [InlineData("-InfluxBucket \"a`e[2Jb\"", "control characters")]
    public void Bad_values_are_refused_without_quoting_secrets(string parameters, string says)
    {
        ErrorRecord error = session.Run($"Set-NetTrafficOption {parameters}").Error("BadArgument", ErrorCategory.InvalidArgument);
        Assert.Contains(says, error.ErrorDetails.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error.ErrorDetails.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_is_not_there_is_a_result_of_the_test()
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        int port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        session.Run($"Set-NetTrafficOption -InfluxUrl http://127.0.0.1:{port} -InfluxToken ([System.Net.NetworkCredential]::new('', '{Secret}').SecurePassword)").Clean();
        InfluxProbeResult result = session.Run("Test-NetTrafficInflux").One<InfluxProbeResult>();
        Assert.Equal((false, false, InfluxProblem.Unreachable), (result.Reachable, result.WriteAccepted, result.Problem));
        Assert.DoesNotContain(Secret, result.ToString(), StringComparison.Ordinal);
        ErrorRecord error = session.Run("Initialize-NetTrafficInflux").Error("InfluxUnreachable", ErrorCategory.ConnectionError);
        Assert.DoesNotContain(Secret, error.ToString() + error.Exception, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_can_come_from_a_file_as_containers_mount_them()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, Secret + "\n");
            Environment.SetEnvironmentVariable("NETTRAFFIC_INFLUX_TOKEN_FILE", file);
            Environment.SetEnvironmentVariable("NETTRAFFIC_INFLUX_URL", "http://influx.example:8086");
            PSObject shown = session.Run("Get-NetTrafficOption").Clean().Output[0];
            Assert.Equal(true, shown.Properties["HasInfluxToken"].Value);
            Assert.Equal(["InfluxUrl (NETTRAFFIC_INFLUX_URL)", "InfluxToken (NETTRAFFIC_INFLUX_TOKEN_FILE)"], (string[])shown.Properties["FromEnvironment"].Value);
            File.Delete(file);
            Assert.Contains("NETTRAFFIC_INFLUX_TOKEN_FILE", session.Run("Get-NetTrafficOption").Error("StoreFailed", ErrorCategory.ResourceUnavailable).ErrorDetails.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
