using System.Text;
using NetTraffic.Net;
using NetTraffic.Testing;

namespace NetTraffic.Settings.Tests;

/// <summary>What holds for each row of the table, whatever it is: a new setting is tested by being there.</summary>
public sealed class SettingTableTests : IDisposable
{
    private const string Unacceptable = "\0";
    private readonly ScratchFolder folder = new();
    private readonly Dictionary<string, string> variables = [];
    private readonly SettingsOptions options;

    public SettingTableTests() => options = new SettingsOptions
    {
        Variable = variables.GetValueOrDefault,
        DataFolder = Path.Combine(folder.Path, "data"),
    };

    public static TheoryData<string> Names { get; } = [.. SettingTable.All.Select(setting => setting.Name)];

    public static TheoryData<string> SecretNames { get; } =
        [.. SettingTable.All.Where(setting => setting.IsSecret).Select(setting => setting.Name)];

    private string Store => Path.Combine(folder.Path, "store");

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_set_and_null_takes_it_back(string name)
    {
        Setting setting = SettingTable.Find(name);
        Assert.Null(Value(setting));
        Set(setting, setting.Example);
        Assert.Equal(Kept(setting), Value(setting));
        Set(setting, null);
        Assert.Null(Value(setting));
        Set(setting, setting.Example);
        Set(setting, "");
        Assert.Null(Value(setting));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_leaves_the_others_alone(string name)
    {
        foreach (Setting each in SettingTable.All)
        {
            Set(each, each.Example);
        }

        Set(SettingTable.Find(name), null);
        Assert.All(SettingTable.All, each => Assert.Equal(each.Name == name ? null : Kept(each), Value(each)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_variable_comes_before_the_file_and_is_named(string name)
    {
        Setting setting = SettingTable.Find(name);
        Assert.StartsWith("NETTRAFFIC_", setting.Variable, StringComparison.Ordinal);
        Assert.Null(Open().GetVariable(setting));
        variables[setting.Variable] = setting.Example;
        Assert.Equal(setting.Variable, Open().GetVariable(setting));
        Assert.Equal(Kept(setting), Value(setting));
        TrafficOption option = new TrafficSettings(null, options).GetOption();
        Assert.Equal([$"{name} ({setting.Variable})"], option.FromEnvironment);
        Set(setting, setting == SettingTable.DefaultStore ? Path.Combine(folder.Path, "another") : null);
        Assert.Equal(Kept(setting), Value(setting));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_value_that_cannot_be_is_refused_and_nothing_changes(string name)
    {
        Setting setting = SettingTable.Find(name);
        Setting other = SettingTable.All.First(each => each != setting && !each.IsSecret && each != SettingTable.DefaultStore);
        ArgumentException error = Assert.Throws<ArgumentException>(() =>
            Open().SetOption(new Dictionary<string, object?> { [other.Name] = other.Example, [name] = Unacceptable }));
        Assert.StartsWith(name + ": ", error.Message, StringComparison.Ordinal);
        Assert.Null(Value(other));
        Assert.False(Directory.Exists(Store));

        if (setting != SettingTable.DefaultStore)
        {
            variables[setting.Variable] = Unacceptable;
            SettingException outside = Assert.Throws<SettingException>(() => Open().GetOption());
            Assert.StartsWith($"the environment variable {setting.Variable}: ", outside.Message, StringComparison.Ordinal);
            Assert.EndsWith(error.Message[name.Length..], outside.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_file_has_it_by_its_name_whatever_the_case(string name)
    {
        Setting setting = SettingTable.Find(name);
        Set(setting, setting.Example);
        string file = Assert.Single(Directory.GetFiles(folder.Path, "*.json", SearchOption.AllDirectories));
        Assert.Equal(setting.IsSecret ? "secrets.json" : "config.json", Path.GetFileName(file));
        string text = File.ReadAllText(file);
        Assert.Contains($"\"{name}\": {(setting.IsList ? "[" : "\"")}", text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(name, name.ToUpperInvariant(), StringComparison.Ordinal));
        Assert.Equal(Kept(setting), Value(setting));
        File.WriteAllText(file, text.Replace(name, name + "x", StringComparison.Ordinal));
        StoreException error = Assert.Throws<StoreException>(() => { _ = Value(setting); });
        Assert.Contains(file, error.NextMove!.Replace("that file", file, StringComparison.OrdinalIgnoreCase), StringComparison.Ordinal);
        Assert.Equal(!setting.IsSecret, error.Message.Contains(name + "x", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(SecretNames))]
    public void A_secret_can_come_from_a_file_that_a_variable_names(string name)
    {
        Setting secret = SettingTable.Find(name);
        variables[secret.Variable + "_FILE"] = folder.Write("mounted", Encoding.UTF8.GetBytes(Fit(secret, "from the file") + "\n"));
        Assert.Equal(Fit(secret, "from the file"), Value(secret));
        Assert.Equal(secret.Variable + "_FILE", Open().GetVariable(secret));
        variables[secret.Variable] = Fit(secret, "from the variable");
        Assert.Equal(Fit(secret, "from the variable"), Value(secret));
        variables.Remove(secret.Variable);
        variables[secret.Variable + "_FILE"] = Path.Combine(folder.Path, "nowhere");
        TrafficException error = Assert.Throws<TrafficException>(() => Open().GetOption());
        Assert.Equal("SecretFileUnreadable", error.Id);
        Assert.Contains(secret.Variable + "_FILE", error.NextMove, StringComparison.Ordinal);
    }

    /// <summary>A text that a secret can have, and another one for other words.</summary>
    private static string Fit(Setting secret, string words) => secret == SettingTable.AnonymizationKey
        ? Convert.ToHexStringLower(Encoding.ASCII.GetBytes(words.PadRight(CryptoPan.KeyLength)))
        : IsApiKey(secret) ? words.Replace(' ', '-').PadRight(Net.ApiKey.Shortest, '.') : words;

    [Theory]
    [MemberData(nameof(SecretNames))]
    public void A_secret_is_shown_nowhere_and_only_this_user_may_read_it(string name)
    {
        Setting secret = SettingTable.Find(name);
        Set(secret, "hidden-words".PadRight(CryptoPan.KeyLength, '.'));
        string file = Path.Combine(Store, "secrets.json");
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        Assert.DoesNotContain("hidden", Open().GetOption().ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", Open().GetEnrichmentTarget().ToString(), StringComparison.Ordinal);
        ArgumentException refused = Assert.Throws<ArgumentException>(() => Set(secret, "hidden\u0001"));
        Assert.DoesNotContain("hidden", refused.ToString(), StringComparison.Ordinal);
        File.WriteAllText(file, "{ \"hidden words\" ]");
        Assert.DoesNotContain("hidden", Assert.Throws<StoreException>(() => Open().GetOption()).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_a_property_of_the_settings_in_force(string name)
    {
        Setting setting = SettingTable.Find(name);
        Assert.NotNull(typeof(TrafficOption).GetProperty(setting.IsSecret ? "Has" + name : name));
        Assert.All([setting.Text, setting.Kind, setting.Default], words => Assert.False(string.IsNullOrWhiteSpace(words)));
        Assert.All(setting.Choices, choice => Assert.Equal(choice, setting.Check(choice)));
    }

    [Fact]
    public void Every_property_of_the_settings_in_force_has_a_row()
    {
        string[] rows = [.. SettingTable.All.Select(setting => setting.IsSecret ? "Has" + setting.Name : setting.Name)];
        Assert.Equal(
            rows.Append(nameof(TrafficOption.FromEnvironment)).Order(StringComparer.Ordinal),
            typeof(TrafficOption).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal));
        Assert.Equal(rows.Length, SettingTable.All.SelectMany(setting => setting.Variables).Count() - SecretNames.Count);
        Assert.Equal(SettingTable.All.Count, SettingTable.All.Select(setting => setting.Variable).Distinct().Count());
    }

    /// <summary>The test double takes and refuses what the real ones do.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void The_test_doubleddoes_the_same(string name)
    {
        Setting setting = SettingTable.Find(name);
        MemorySettings memory = new() { StorePath = Store };
        TrafficSettings real = Open();
        foreach (object? value in new object?[] { setting.Example, null, setting.Example, "" })
        {
            foreach (ITrafficSettings settings in new ITrafficSettings[] { memory, real })
            {
                settings.SetOption(new Dictionary<string, object?> { ["InfluxUrl"] = "http://localhost", [name] = value });
            }

            TrafficOption expected = real.GetOption(), actual = memory.GetOption();
            Assert.All(SettingTable.All, each => Assert.Equal(each.Show(expected), each.Show(actual)));
            Assert.Equal(real.GetInfluxTarget(), memory.GetInfluxTarget());
            EnrichmentTarget target = real.GetEnrichmentTarget(), doubled = memory.GetEnrichmentTarget();
            Assert.Equal(target.Providers, doubled.Providers);
            Assert.Equal(target with { Providers = [] }, doubled with { Providers = [] });
        }

        Assert.Throws<ArgumentException>(() => memory.SetOption(new Dictionary<string, object?> { [name] = Unacceptable }));
        Assert.Throws<ArgumentException>(() => memory.SetOption(new Dictionary<string, object?> { ["Colour"] = "red" }));
    }

    private TrafficSettings Open() => new(Store, options);

    private void Set(Setting setting, object? value) => Open().SetOption(new Dictionary<string, object?> { [setting.Name] = value });

    /// <summary>The value in force; null: the default is.</summary>
    private static bool IsApiKey(Setting setting) => setting == SettingTable.ServerKey || setting == SettingTable.ServerReadKey;

    /// <summary>What is kept of the row's example; of a key of the API a hash, which is another one each time.</summary>
    private static string Kept(Setting setting) => IsApiKey(setting) ? setting.Example : setting.Check(setting.Example);

    private string? Value(Setting setting)
    {
        if (setting == SettingTable.DefaultStore)
        {
            string store = TrafficSettings.DefaultStorePath(options);
            return store == options.DataFolder ? null : store;
        }

        TrafficSettings settings = Open();
        settings.SetOption(new Dictionary<string, object?>());
        TrafficOption option = settings.GetOption();
        if (!setting.IsSecret)
        {
            string? value = setting.Show(option);
            return value == setting.Show(new TrafficOption()) ? null : value;
        }

        if (IsApiKey(setting))
        {
            ServerKeys keys = settings.GetServerKeys();
            string? hash = setting == SettingTable.ServerKey ? keys.Control : keys.Read;
            Assert.DoesNotContain(setting.Example, hash ?? "", StringComparison.Ordinal);
            string[] meant = [setting.Example, Fit(setting, "from the file"), Fit(setting, "from the variable")];
            return meant.FirstOrDefault(key => Net.ApiKey.Matches(hash, key)) ?? hash;
        }

        if (setting == SettingTable.AnonymizationKey)
        {
            Assert.Equal(option.HasAnonymizationKey, settings.GetAnonymizationKey() is not null);
            return settings.GetAnonymizationKey() is { } key ? Convert.ToHexStringLower(key) : null;
        }

        // A secret shows in a target only, and of InfluxDB there has to be one.
        SettingsOptions withServer = options with
        {
            Variable = name => name == "NETTRAFFIC_INFLUX_URL" ? "http://localhost" : options.Variable(name),
        };
        InfluxTarget influx = new TrafficSettings(Store, withServer).GetInfluxTarget()!;
        EnrichmentTarget enrichment = settings.GetEnrichmentTarget();
        (string? secret, bool isSet) = setting.Name switch
        {
            "InfluxToken" => (influx.Token, option.HasInfluxToken),
            "InfluxPassword" => (influx.Password, option.HasInfluxPassword),
            "IpApiKey" => (enrichment.IpApiKey, option.HasIpApiKey),
            "AbuseIpDbKey" => (enrichment.AbuseIpDbKey, option.HasAbuseIpDbKey),
            _ => (enrichment.VirusTotalKey, option.HasVirusTotalKey),
        };
        Assert.Equal(secret is not null, isSet);
        return secret;
    }
}
