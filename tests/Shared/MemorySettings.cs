namespace NetTraffic.Testing;

/// <summary>Settings that are in memory only, checked as the real ones are: the test double of the Settings room.</summary>
internal sealed class MemorySettings : ITrafficSettings
{
    private readonly Dictionary<Setting, string> texts = [];

    public string StorePath { get; init; } = "memory";

    public TrafficOption GetOption()
    {
        TrafficOption option = new();
        foreach ((Setting setting, string text) in texts)
        {
            option = setting.Apply(option, text, setting.Name);
        }

        return option with { StorePath = StorePath };
    }

    public byte[]? GetAnonymizationKey() =>
        texts.GetValueOrDefault(SettingTable.AnonymizationKey) is { } key ? Net.AnonymizationKey.Parse(key) : null;

    public InfluxTarget? GetInfluxTarget() => InfluxTarget.Of(
        GetOption(), texts.GetValueOrDefault(SettingTable.InfluxToken), texts.GetValueOrDefault(SettingTable.InfluxPassword));

    public EnrichmentTarget GetEnrichmentTarget() => EnrichmentTarget.Of(GetOption(), texts.GetValueOrDefault);

    public ServerKeys GetServerKeys() => ServerKeys.Of(texts.GetValueOrDefault);

    public string? GetVariable(Setting setting) => null;

    public void SetOption(IReadOnlyDictionary<string, object?> changes)
    {
        List<(Setting Setting, string? Text)> read = [];
        foreach ((string name, object? value) in changes)
        {
            Setting setting = SettingTable.Find(name);
            read.Add((setting, value is null or "" ? null : setting.Check(value)));
        }

        foreach ((Setting setting, string? text) in read)
        {
            if (text is null)
            {
                texts.Remove(setting);
            }
            else
            {
                texts[setting] = text;
            }
        }
    }
}
