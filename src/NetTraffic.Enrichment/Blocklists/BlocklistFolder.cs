using System.Globalization;
using NetTraffic.Enrichment.Ranges;
using NetTraffic.Packets;

namespace NetTraffic.Enrichment.Blocklists;

/// <summary>The blocklists of a store: a table of ranges each, under <c>blocklists/NAME.ranges</c>. Safe for several processes.</summary>
/// <param name="store">Folder of the store.</param>
public sealed class BlocklistFolder(string store)
{
    /// <summary>Letters of a list's name at most.</summary>
    public const int LongestName = 64;

    /// <summary>Its folder.</summary>
    public string Path { get; } = System.IO.Path.Combine(store, "blocklists");

    /// <summary>Checks a name: letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, since it becomes a file's.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static string CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= LongestName && name[0] != '.' && name.All(letter => char.IsAsciiLetterOrDigit(letter)
                || letter is '-' or '_' or '.')
            ? name
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"'{name}' is no name for a blocklist: give 1 to {LongestName} letters, digits, '-', '_' or '.'."), nameof(name));
    }

    /// <summary>Keeps a list, in place of one of that name.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string name, RangeTable table)
    {
        Directory.CreateDirectory(Path);
        StoreFiles.Write(store, File(name), RangeTableFile.Write(table), durable: true);
    }

    /// <summary>The names of the lists.</summary>
    public IReadOnlyList<string> Names() => Directory.Exists(Path)
        ? [.. Directory.GetFiles(Path, "*" + RangeTableFile.Extension).Select(System.IO.Path.GetFileNameWithoutExtension).OfType<string>()
            .Order(StringComparer.OrdinalIgnoreCase)]
        : [];

    /// <summary>Reads a list.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public RangeTable Read(string name) => RangeTableFile.Read(File(name));

    /// <summary>Size of a list's file.</summary>
    public long Bytes(string name) => new FileInfo(File(name)) is { Exists: true } file ? file.Length : 0;

    /// <summary>Removes a list.</summary>
    /// <param name="name">One of <see cref="Names"/>: also a file that somebody else put there, whose name would not be taken.</param>
    /// <exception cref="IOException">It cannot be removed.</exception>
    public void Remove(string name)
    {
        if (Names().Contains(name, StringComparer.Ordinal))
        {
            SharedFile.Delete(System.IO.Path.Combine(Path, name + RangeTableFile.Extension));
        }
    }

    private string File(string name) => System.IO.Path.Combine(Path, CheckName(name) + RangeTableFile.Extension);
}

/// <summary>Blocklists in memory. Safe for several threads.</summary>
/// <param name="lists">The lists, by name.</param>
public sealed class BlocklistSet(IEnumerable<(string Name, RangeTable Table)> lists)
{
    private readonly (string Name, RangeTable Table)[] lists = [.. lists];

    /// <summary>No list.</summary>
    public static BlocklistSet Empty { get; } = new([]);

    /// <summary>Number of lists.</summary>
    public int Count => lists.Length;

    /// <summary>Whether an address is on any list; allocates nothing.</summary>
    public bool Contains(in IpAddress128 address, byte ipVersion)
    {
        foreach ((_, RangeTable table) in lists)
        {
            if (table.Find(address, ipVersion) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Names of the lists that an address is on.</summary>
    public string[] Of(IpAddress128 address, byte ipVersion) =>
        [.. lists.Where(list => list.Table.Find(address, ipVersion) >= 0).Select(list => list.Name)];
}
