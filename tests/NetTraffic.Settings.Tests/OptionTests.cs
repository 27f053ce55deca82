using NetTraffic.Testing;

namespace NetTraffic.Settings.Tests;

public class OptionTests
{
    [Fact]
    public void Settings_are_kept_and_taken_back()
    {
        using ScratchFolder folder = new();
        TrafficSettings settings = new(folder.Path);
        settings.SetOption(new Dictionary<string, object?>
        {
            ["Sensor"] = "tap-1",
            ["Retention"] = "30d",
            ["FlushInterval"] = TimeSpan.FromSeconds(10),
            ["LocalNetworks"] = new[] { "10.0.0.0/8" },
            ["TunnelPorts"] = new[] { "4444=vxlan", "2153 = GTP-U" },
        });
        TrafficOption option = settings.GetOption();
        Assert.Equal("tap-1", option.Sensor);
        Assert.Equal(TimeSpan.FromDays(30), option.Retention);
        Assert.Equal(TimeSpan.FromSeconds(10), option.FlushInterval);
        Assert.Equal(["10.0.0.0/8"], option.LocalNetworks);
        Assert.Equal(["4444=VXLAN", "2153=GTP-U"], option.TunnelPorts);
        settings.SetOption(new Dictionary<string, object?> { ["Retention"] = null });
        Assert.Null(settings.GetOption().Retention);
        Assert.Equal("tap-1", settings.GetOption().Sensor);
    }

    [Fact]
    public void Nobody_is_asked_about_addresses_before_somebody_says_so()
    {
        using ScratchFolder folder = new();
        TrafficSettings settings = new(folder.Path, new SettingsOptions { Variable = _ => null });
        EnrichmentTarget target = settings.GetEnrichmentTarget();
        Assert.Equal(("none", "http://ip-api.com/", "https://api.abuseipdb.com/api/v2", "https://www.virustotal.com/api/v3"),
            (target.ToString(), target.IpApiUrl.ToString(), target.AbuseIpDbUrl.ToString(), target.VirusTotalUrl.ToString()));
        settings.SetOption(new Dictionary<string, object?>
        {
            ["EnrichmentProviders"] = new[] { "VirusTotal", "dns", "dns" },
            ["IpApiKey"] = "paid",
            ["VirusTotalUrl"] = "http://127.0.0.1:8080/vt/",
        });
        target = settings.GetEnrichmentTarget();
        Assert.Equal(["dns", "virustotal"], target.Providers);
        Assert.Equal(("https://pro.ip-api.com/", "http://127.0.0.1:8080/vt"),
            (target.IpApiUrl.ToString(), target.VirusTotalUrl.ToString()));
    }

    [Theory]
    [InlineData("192.0.2.53", "192.0.2.53:53")]
    [InlineData("192.0.2.53:5353", "192.0.2.53:5353")]
    [InlineData("2001:db8::53", "[2001:db8::53]:53")]
    [InlineData("[2001:db8::53]:5353", "[2001:db8::53]:5353")]
    public void A_name_server_has_port_53_where_none_is_given(string text, string expected)
    {
        using ScratchFolder folder = new();
        TrafficSettings settings = new(folder.Path);
        settings.SetOption(new Dictionary<string, object?> { ["DnsServer"] = text });
        Assert.Equal(expected, settings.GetEnrichmentTarget().DnsServer!.ToString());
    }

    [Fact]
    public void Settings_change_while_others_read_them_and_a_file_that_stays_open_is_named()
    {
        using ScratchFolder folder = new();
        TrafficSettings settings = new(folder.Path);
        settings.SetOption(new Dictionary<string, object?> { ["Sensor"] = "before", ["InfluxToken"] = "hush" });
        using (HeldFiles held = HeldFiles.Hold(folder.Path, times: 4))
        {
            settings.SetOption(new Dictionary<string, object?> { ["Sensor"] = "after", ["InfluxToken"] = "hush" });
            Assert.Equal(("after", 4), (settings.GetOption().Sensor, held.Refused));
        }

        using (HeldFiles.Hold(Path.Combine(folder.Path, "config.json")))
        {
            StoreException error = Assert.Throws<StoreException>(
                () => settings.SetOption(new Dictionary<string, object?> { ["Sensor"] = "never" }));
            Assert.Contains("config.json' is in use", error.Message, StringComparison.Ordinal);
            Assert.Equal(TrafficErrors.FileInUse.NextMove, error.NextMove);
            Assert.Equal("after", settings.GetOption().Sensor);
        }
    }

    [Theory]
    [InlineData("Sensor", "\u001b[31mred")]
    [InlineData("Sensor", " ")]
    [InlineData("Retention", "soon")]
    [InlineData("Retention", "5m")]
    [InlineData("FlushInterval", "10ms")]
    [InlineData("FlushInterval", "2h")]
    [InlineData("InfluxUrl", "localhost:8086")]
    [InlineData("InfluxUrl", "ftp://localhost")]
    [InlineData("InfluxUrl", "http://user:word@localhost")]
    [InlineData("InfluxUrl", "http://localhost/?db=x")]
    [InlineData("InfluxGeneration", "4")]
    [InlineData("InfluxBucket", "a\u0007b")]
    [InlineData("TunnelPorts", "4444")]
    [InlineData("TunnelPorts", "4444=")]
    [InlineData("TunnelPorts", "0=VXLAN")]
    [InlineData("TunnelPorts", "65536=VXLAN")]
    [InlineData("TunnelPorts", "-1=VXLAN")]
    [InlineData("TunnelPorts", "4444=Wormhole")]
    [InlineData("TunnelPorts", "4789=Geneve")] // that is VXLAN's
    [InlineData("TunnelPorts", "4444=VXLAN,4444=Geneve")]
    [InlineData("EnrichmentProviders", "dns,whois")]
    [InlineData("DnsServer", "ns.example.org")]
    [InlineData("DnsServer", "1")]
    [InlineData("DnsServer", "192.0.2.53:port")]
    [InlineData("DnsServer", "192.0.2.53:70000")]
    [InlineData("IpApiUrl", "ip-api.com")]
    [InlineData("AbuseIpDbUrl", "https://key@api.abuseipdb.com/api/v2")]
    [InlineData("VirusTotalUrl", "https://www.virustotal.com/api/v3?x-apikey=1")]
    [InlineData("Colour", "red")]
    public void Bad_values_are_refused_and_change_nothing(string name, string value)
    {
        using ScratchFolder folder = new();
        TrafficSettings settings = new(folder.Path);
        settings.SetOption(new Dictionary<string, object?> { ["Sensor"] = "good" });
        Dictionary<string, object?> changes = new() { [name] = value, ["LocalNetworks"] = new[] { "10.0.0.0/8" } };
        Assert.Throws<ArgumentException>(() => settings.SetOption(changes));
        Assert.Equal("good", settings.GetOption().Sensor);
        Assert.NotEqual(["10.0.0.0/8"], settings.GetOption().LocalNetworks);
    }

    [Fact]
    public void A_misspelt_setting_in_the_file_is_an_error_and_case_does_not_matter()
    {
        using ScratchFolder folder = new();
        folder.Write("config.json", "{\"retention\": \"30.00:00:00\"}"u8);
        TrafficSettings settings = new(folder.Path);
        Assert.Equal(TimeSpan.FromDays(30), settings.GetOption().Retention);
        folder.Write("config.json", "{\"Retentoin\": \"30.00:00:00\"}"u8);
        StoreException error = Assert.Throws<StoreException>(settings.GetOption);
        Assert.Contains("There is no setting 'Retentoin'. The nearest is Retention.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ not json")]
    [InlineData("[]")]
    [InlineData("{\"Sensor\": 7}")]
    [InlineData("{\"LocalNetworks\": \"10.0.0.0/8\"}")]
    [InlineData("{\"InfluxToken\": \"abc\"}")]
    public void A_config_file_that_cannot_be_is_named_in_the_error(string content)
    {
        using ScratchFolder folder = new();
        string path = folder.Write("config.json", System.Text.Encoding.UTF8.GetBytes(content));
        TrafficSettings settings = new(folder.Path);
        Assert.Contains(path, Assert.Throws<StoreException>(settings.GetOption).Message, StringComparison.Ordinal);
    }

    /// <summary>The parser of JSON lets both pass.</summary>
    [Fact]
    public void A_file_of_bad_UTF8_or_half_a_surrogate_pair_is_named_with_the_next_move()
    {
        using ScratchFolder folder = new();
        foreach (byte[] content in new byte[][]
            { [.. "{\"Sen"u8, 0xF3, .. "sor\": \"tap\"}"u8], [.. "{\"Sensor\": \"t"u8, 0xF3, .. "\"}"u8],
                [.. "{\"Sensor\": \"\\ud800\"}"u8] })
        {
            string path = folder.Write("config.json", content);
            StoreException error = Assert.Throws<StoreException>(new TrafficSettings(folder.Path).GetOption);
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            Assert.NotNull(error.NextMove);
        }
    }

    [Fact]
    public void A_bad_value_in_the_file_is_named_with_its_place_and_can_be_set_anew()
    {
        using ScratchFolder folder = new();
        string path = folder.Write("config.json", "{\"Retention\": \"soon\", \"Sensor\": \"tap\"}"u8);
        TrafficSettings settings = new(folder.Path);
        SettingException error = Assert.Throws<SettingException>(settings.GetOption);
        Assert.StartsWith($"'Retention' in '{path}': 'soon' is not", error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.NextMove, StringComparison.Ordinal);
        settings.SetOption(new Dictionary<string, object?> { ["Retention"] = "1d" });
        Assert.Equal(("tap", TimeSpan.FromDays(1)), (settings.GetOption().Sensor, settings.GetOption().Retention));
    }

    [Fact]
    public void No_network_at_all_can_be_local()
    {
        using ScratchFolder folder = new();
        TrafficSettings settings = new(folder.Path);
        settings.SetOption(new Dictionary<string, object?> { ["LocalNetworks"] = Array.Empty<string>() });
        Assert.Empty(settings.GetOption().LocalNetworks);
        Assert.Throws<ArgumentException>(() => settings.SetOption(new Dictionary<string, object?> { ["LocalNetworks"] = new[] { "" } }));
        Assert.Throws<ArgumentException>(() => settings.SetOption(new Dictionary<string, object?> { ["LocalNetworks"] = "10.0.0.0/33" }));
    }

    [Fact]
    public void The_default_store_is_the_variables_then_the_one_that_was_set_then_the_data_folder()
    {
        using ScratchFolder folder = new();
        string? home = null;
        SettingsOptions options = new()
        {
            DataFolder = Path.Combine(folder.Path, "data"),
            Variable = name => name == "NETTRAFFIC_HOME" ? home : null,
        };
        Assert.Equal(options.DataFolder, TrafficSettings.DefaultStorePath(options));
        string chosen = Path.Combine(folder.Path, "chosen");
        TrafficSettings some = new(Path.Combine(folder.Path, "some"), options);
        some.SetOption(new Dictionary<string, object?> { ["StorePath"] = chosen });
        Assert.Equal(chosen, TrafficSettings.DefaultStorePath(options));
        Assert.False(Directory.Exists(some.StorePath));
        home = Path.Combine(folder.Path, "home");
        Assert.Equal(home, new TrafficSettings(null, options).GetOption().StorePath);
        Assert.Equal(["StorePath (NETTRAFFIC_HOME)"], new TrafficSettings(null, options).GetOption().FromEnvironment);
        Assert.Empty(new TrafficSettings(chosen, options).GetOption().FromEnvironment);
    }
}
