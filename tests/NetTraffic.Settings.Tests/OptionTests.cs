using NetTraffic.Testing;

namespace NetTraffic.Settings.Tests;

public class OptionTests
{
    [Fact]
    public void Settings_are_kept_and_taken_back()
    {
        using ScratchFolder folder = new();
        TrafficSettings settings = new(folder.Path);
        settings.SetOption(new Dictionary<string, object?> { ["Sensor"] = "tap-1", ["Retention"] = "30d", ["FlushInterval"] = TimeSpan.FromSeconds(10), ["LocalNetworks"] = new[] { "10.0.0.0/8" } });
        TrafficOption option = settings.GetOption();
        Assert.Equal("tap-1", option.Sensor);
        Assert.Equal(TimeSpan.FromDays(30), option.Retention);
        Assert.Equal(TimeSpan.FromSeconds(10), option.FlushInterval);
        Assert.Equal(["10.0.0.0/8"], option.LocalNetworks);
        settings.SetOption(new Dictionary<string, object?> { ["Retention"] = null });
        Assert.Null(settings.GetOption().Retention);
        Assert.Equal("tap-1", settings.GetOption().Sensor);
    }

    [Theory]
    [InlineData("Sensor", "\u001b[31mred")]
    [InlineData("Sensor", " ")]
    [InlineData("Retention", "soon")]
    [InlineData("Retention", "5m")]
    [InlineData("FlushInterval", "10ms")]
    [InlineData("FlushInterval", "2h")]
    [InlineData("Colour", "red")]
    public void Bad_values_are_refused_and_change_nothing(string name, string value)
    {
        using ScratchFolder folder = new();
        TrafficSettings settings = new(folder.Path);
        settings.SetOption(new Dictionary<string, object?> { ["Sensor"] = "good" });
        Exception error = Record.Exception(() => settings.SetOption(new Dictionary<string, object?> { [name] = value, ["LocalNetworks"] = new[] { "10.0.0.0/8" } }))!;
        Assert.True(error is ArgumentException or FormatException, error?.ToString());
        Assert.Equal("good", settings.GetOption().Sensor);
        Assert.NotEqual(["10.0.0.0/8"], settings.GetOption().LocalNetworks);
    }

    [Fact]
    public void The_environment_overrides_the_file_and_is_checked()
    {
        using ScratchFolder folder = new();
        TrafficSettings settings = new(folder.Path);
        settings.SetOption(new Dictionary<string, object?> { ["Sensor"] = "file" });
        try
        {
            Environment.SetEnvironmentVariable("NETTRAFFIC_SENSOR", "variable");
            Assert.Equal("variable", settings.GetOption().Sensor);
            Environment.SetEnvironmentVariable("NETTRAFFIC_FLUSH_INTERVAL", "soon");
            Assert.Contains("NETTRAFFIC_FLUSH_INTERVAL", Assert.Throws<SettingException>(settings.GetOption).Message, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("NETTRAFFIC_SENSOR", null);
            Environment.SetEnvironmentVariable("NETTRAFFIC_FLUSH_INTERVAL", null);
        }
    }

    [Fact]
    public void A_misspelt_setting_in_the_file_is_an_error_and_case_does_not_matter()
    {
        using ScratchFolder folder = new();
        folder.Write("config.json", "{\"retention\": \"30.00:00:00\"}"u8);
        TrafficSettings settings = new(folder.Path);
        Assert.Equal(TimeSpan.FromDays(30), settings.GetOption().Retention);
        folder.Write("config.json", "{\"Retentoin\": \"30.00:00:00\"}"u8);
        Assert.Contains("Retentoin", Assert.Throws<StoreException>(settings.GetOption).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_config_file_that_is_no_JSON_is_named_in_the_error()
    {
        using ScratchFolder folder = new();
        string path = folder.Write("config.json", "{ not json"u8);
        TrafficSettings settings = new(folder.Path);
        Assert.Contains(path, Assert.Throws<StoreException>(settings.GetOption).Message, StringComparison.Ordinal);
    }
}
