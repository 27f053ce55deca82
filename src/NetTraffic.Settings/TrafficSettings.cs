namespace NetTraffic.Settings;

/// <summary>The settings of a store: its config file and secrets, and the environment over them.</summary>
public sealed class TrafficSettings : ITrafficSettings
{
    private readonly SettingsOptions options;
    private readonly SettingsFile config, secrets;
    private readonly bool isNamed;

    /// <summary>Reads nothing but which store it is; a folder that is not there has the defaults.</summary>
    /// <param name="storePath">Folder of the store; null: <see cref="DefaultStorePath"/>.</param>
    /// <param name="options">Where else settings come from; null: as documented there.</param>
    /// <exception cref="StoreException">No store was named, and the config file that can name one cannot be read.</exception>
    public TrafficSettings(string? storePath, SettingsOptions? options = null)
    {
        this.options = options ?? new();
        isNamed = storePath is not null;
        StorePath = storePath is null ? DefaultStorePath(this.options) : Path.GetFullPath(storePath);
        config = SettingsFile.Config(StorePath);
        secrets = SettingsFile.Secrets(StorePath);
    }

    /// <inheritdoc/>
    public string StorePath { get; }

    /// <summary>The store where none is named: NETTRAFFIC_HOME's, else the one that was set, else the platform's data folder.</summary>
    /// <exception cref="StoreException">The config file in the data folder cannot be read.</exception>
    public static string DefaultStorePath(SettingsOptions? options = null)
    {
        options ??= new();
        if (options.Variable(SettingTable.DefaultStore.Variable) is { Length: > 0 } variable)
        {
            return Path.GetFullPath(variable);
        }

        string? chosen = SettingsFile.Config(options.DataFolder).Read().GetValueOrDefault(SettingTable.DefaultStore.Name);
        return string.IsNullOrEmpty(chosen) ? options.DataFolder : Path.GetFullPath(chosen, options.DataFolder);
    }

    /// <inheritdoc/>
    public TrafficOption GetOption()
    {
        TrafficOption option = new();
        string mend = $"Correct it in '{config.Path}', or set it again with Set-NetTrafficOption.";
        foreach ((string name, string text) in config.Read())
        {
            option = Apply(SettingTable.Find(name), option, text, $"'{name}' in '{config.Path}'", mend);
        }

        const string Correct = "Correct or remove that environment variable; it comes before what Set-NetTrafficOption has set.";
        List<string> overridden = [];
        foreach (Setting setting in SettingTable.All.Where(setting => !(isNamed && setting == SettingTable.DefaultStore)))
        {
            if (FromEnvironment(setting) is var (variable, text))
            {
                overridden.Add($"{setting.Name} ({variable})");
                option = Apply(setting, option, text, $"the environment variable {variable}", Correct);
            }
            else if (setting.IsSecret && Secret(setting) is { } kept)
            {
                option = Apply(setting, option, kept, $"'{setting.Name}' in '{secrets.Path}'", mend);
            }
        }

        return option with { StorePath = StorePath, FromEnvironment = [.. overridden] };
    }

    /// <inheritdoc/>
    public byte[]? GetAnonymizationKey() => GetOption().HasAnonymizationKey && Secret(SettingTable.AnonymizationKey) is { } key
        ? Net.AnonymizationKey.Parse(key) : null;

    /// <inheritdoc/>
    public InfluxTarget? GetInfluxTarget() =>
        InfluxTarget.Of(GetOption(), Secret(SettingTable.InfluxToken), Secret(SettingTable.InfluxPassword));

    /// <inheritdoc/>
    public EnrichmentTarget GetEnrichmentTarget() => EnrichmentTarget.Of(GetOption(), Secret);

    /// <inheritdoc/>
    public ServerKeys GetServerKeys()
    {
        GetOption(); // says which value cannot be, and where it stands
        return ServerKeys.Of(Secret);
    }

    /// <inheritdoc/>
    public string? GetVariable(Setting setting) => FromEnvironment(setting)?.Variable;

    /// <inheritdoc/>
    public void SetOption(IReadOnlyDictionary<string, object?> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        Dictionary<Setting, string?> texts = [];
        foreach ((string name, object? value) in changes)
        {
            Setting setting = SettingTable.Find(name);
            texts[setting] = value is null or "" ? null : setting.Check(value);
        }

        try
        {
            if (texts.Remove(SettingTable.DefaultStore, out string? store))
            {
                string? full = store is null ? null : Path.GetFullPath(store);
                SettingsFile.Config(options.DataFolder).Change(new Dictionary<Setting, string?> { [SettingTable.DefaultStore] = full });
            }

            Dictionary<Setting, string?> hidden = texts.Where(change => change.Key.IsSecret).ToDictionary();
            if (hidden.Count > 0)
            {
                secrets.Read(); // damaged, it ends this before the config file is written
            }

            config.Change(texts.Where(change => !change.Key.IsSecret).ToDictionary());
            secrets.Change(hidden);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException and not TrafficException)
        {
            throw new StoreException($"The settings of '{StorePath}' cannot be written: {error.Message}", error);
        }
    }

    /// <summary>A value that somebody set before: that it cannot be is no fault of the command that meets it.</summary>
    private static TrafficOption Apply(Setting setting, TrafficOption option, string text, string where, string nextMove)
    {
        try
        {
            return setting.Apply(option, text, where);
        }
        catch (ArgumentException error)
        {
            throw new SettingException(error.Message, nextMove, error);
        }
    }

    private string? Secret(Setting setting) => FromEnvironment(setting)?.Text ?? secrets.Read().GetValueOrDefault(setting.Name);

    /// <summary>
    /// The variable that a setting comes from, and its value; of a secret, where a variable names a file, the file's text.
    /// </summary>
    private (string Variable, string Text)? FromEnvironment(Setting setting)
    {
        foreach (string variable in setting.Variables)
        {
            if (options.Variable(variable) is not { Length: > 0 } value)
            {
                continue;
            }

            if (variable == setting.Variable)
            {
                return (variable, value);
            }

            try
            {
                return SharedFile.ReadText(value).Trim() is { Length: > 0 } text ? (variable, text) : null;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new TrafficException(
                    TrafficErrors.SecretFileUnreadable,
                    $"The environment variable {variable} names '{value}', which cannot be read: {error.Message}",
                    $"Correct or remove the environment variable {variable}, or make its file readable.",
                    error);
            }
        }

        return null;
    }
}
