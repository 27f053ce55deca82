namespace NetTraffic;

/// <summary>The settings of one store. Safe for several threads; each call reads what is set then.</summary>
public interface ITrafficSettings
{
    /// <summary>Folder of the store.</summary>
    string StorePath { get; }

    /// <summary>The settings in force: defaults, the store's config file over them, environment variables over both.</summary>
    /// <exception cref="SettingException">A value in the config file or the environment cannot be.</exception>
    /// <exception cref="StoreException">The config file cannot be read.</exception>
    TrafficOption GetOption();

    /// <summary>The key of pseudonyms in force; null: none is set.</summary>
    /// <exception cref="SettingException">A value in the config file or the environment cannot be.</exception>
    /// <exception cref="StoreException">The config file or a secret cannot be read.</exception>
    byte[]? GetAnonymizationKey();

    /// <summary>The InfluxDB in force, credentials included; null: none is set.</summary>
    /// <exception cref="SettingException">A value in the config file or the environment cannot be.</exception>
    /// <exception cref="StoreException">The config file or a secret cannot be read.</exception>
    InfluxTarget? GetInfluxTarget();

    /// <summary>Who is asked about addresses, keys included.</summary>
    /// <exception cref="SettingException">A value in the config file or the environment cannot be.</exception>
    /// <exception cref="StoreException">The config file or a secret cannot be read.</exception>
    EnrichmentTarget GetEnrichmentTarget();

    /// <summary>What the keys of the REST API are held against.</summary>
    /// <exception cref="SettingException">A value in the config file or the environment cannot be.</exception>
    /// <exception cref="StoreException">The config file or a secret cannot be read.</exception>
    ServerKeys GetServerKeys();

    /// <summary>The environment variable that a setting comes from now, whatever the files have; null: none.</summary>
    /// <exception cref="StoreException">A variable names a secret's file, and that cannot be read.</exception>
    string? GetVariable(Setting setting);

    /// <summary>
    /// Writes settings to the store's config file (token and password to a file that only this user may read). Everything is checked before
    /// anything is written.
    /// </summary>
    /// <param name="changes">Values by the setting's name; null takes one back to its default, absent names are left alone.</param>
    /// <exception cref="ArgumentException">There is no such setting, or it cannot have that value.</exception>
    /// <exception cref="StoreException">The file cannot be written.</exception>
    void SetOption(IReadOnlyDictionary<string, object?> changes);
}
