using System.Globalization;

namespace NetTraffic.Store;

/// <summary>Where things lie in a store.</summary>
internal static class StorePaths
{
    /// <summary>Name of the folder of what is written of a day as a whole.</summary>
    public const string AllHours = "hour=all";

    public static string Version(string store) => Path.Combine(store, "store.json");

    public static string Temporary(string store) => StoreFiles.TemporaryFolder(store);

    public static string Status(string store) => Path.Combine(store, "captures", "status");

    public static string Packets(string store) => Path.Combine(store, "packets");

    public static string Incoming(string store) => Path.Combine(store, "incoming");

    public static string Quarantine(string store) => Path.Combine(store, "quarantine");

    public static string Followers(string store) => Path.Combine(store, "forward");

    public static string Dataset(string store, string dataset) => Path.Combine(store, dataset);

    /// <summary>DATASET/date=YYYY-MM-DD/hour=HH of an hour counted from 1970.</summary>
    public static string Hour(string store, string dataset, long hour) => Folder(store, dataset, hour, "'hour='HH");

    /// <summary>DATASET/date=YYYY-MM-DD/hour=all of the day of an hour: what is written of a day with little in its hours.</summary>
    public static string Day(string store, string dataset, long hour) => Folder(store, dataset, hour, $"'{AllHours}'");

    /// <summary>
    /// The time that a folder of <see cref="Hour"/>'s or <see cref="Day"/>'s form stands for; null where it has another form.
    /// </summary>
    public static (DateTime Begin, DateTime End)? TimeOf(string folder)
    {
        string hour = Path.GetFileName(folder);
        string date = Path.GetFileName(Path.GetDirectoryName(folder) ?? "");
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        const string form = "'date='yyyy-MM-dd 'hour='HH";
        bool day = hour == AllHours;
        return DateTime.TryParseExact($"{date} {(day ? "hour=00" : hour)}", form, CultureInfo.InvariantCulture, utc, out DateTime begin)
            ? (begin, begin.AddHours(day ? 24 : 1)) : null;
    }

    private static string Folder(string store, string dataset, long hour, string form)
    {
        DateTime time = DateTime.UnixEpoch.AddHours(Math.Clamp(hour, -17_000_000, 70_000_000));
        return Path.Combine(
            store, dataset,
            time.ToString("'date='yyyy-MM-dd", CultureInfo.InvariantCulture), time.ToString(form, CultureInfo.InvariantCulture));
    }
}
