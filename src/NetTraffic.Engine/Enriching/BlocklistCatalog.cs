using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using NetTraffic.Capture;
using NetTraffic.Enrichment;
using NetTraffic.Enrichment.Blocklists;
using NetTraffic.Enrichment.Online;
using NetTraffic.Enrichment.Ranges;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>The blocklists of a store.</summary>
public static class BlocklistCatalog
{
    /// <summary>Reads a list and keeps it in a store, in place of one of that name.</summary>
    /// <param name="storePath">Folder of the store.</param>
    /// <param name="name">Name of the list.</param>
    /// <param name="content">Its text, or that as gzip.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="column">Of CSV: the column with the addresses; null: it is none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="FormatException">There is no address in it, or no such column.</exception>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static IpBlocklist Import(
        string storePath, string name, Stream content, string source, string? column, CancellationToken cancellationToken)
    {
        BlocklistFolder folder = new(storePath);
        BlocklistFolder.CheckName(name);
        using StreamReader reader = new(Plain(content));
        BlocklistReader.Result read =
            BlocklistReader.Read(reader, column, new RangeTableInfo("blocklist", source, "", DateTime.UtcNow), cancellationToken);
        folder.Write(name, read.Table);
        IpBlocklist list = Describe(storePath, folder, name, read.Table);
        list.SkippedLines = read.Skipped;
        return list;
    }

    /// <summary>Letters of a list's name at most.</summary>
    public const int LongestName = BlocklistFolder.LongestName;

    /// <summary>Fetches a list from the web.</summary>
    /// <exception cref="IOException">It cannot be fetched, or has more than 256 MB.</exception>
    public static Stream Fetch(Uri address, CancellationToken cancellationToken)
    {
        using HttpClient client = new() { Timeout = TimeSpan.FromMinutes(2) };
        return new MemoryStream(
            Download.BytesAsync(client, address, BlocklistReader.LargestList, null, cancellationToken).GetAwaiter().GetResult());
    }

    /// <summary>Fetches AbuseIPDB's blacklist and keeps it, in place of one of that name.</summary>
    /// <param name="storePath">Folder of the store, whose settings have the key.</param>
    /// <param name="name">Name of the list.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TrafficException">It cannot be had; the message says why.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static IpBlocklist ImportAbuseIpDb(string storePath, string name, CancellationToken cancellationToken)
    {
        BlocklistFolder folder = new(storePath);
        BlocklistFolder.CheckName(name);
        EnrichmentTarget target = TrafficEngine.OpenSettings(storePath).GetEnrichmentTarget();
        AddressList list;
        try
        {
            list = OnlineProviders.DownloadAbuseIpDbBlacklistAsync(target, storePath, null, cancellationToken).GetAwaiter().GetResult();
        }
        catch (ProviderException error)
        {
            throw new TrafficException(TrafficErrors.ProviderFailed, $"{EnrichmentTarget.AbuseIpDb}: {error.Message}", null, error);
        }

        RangeTableBuilder builder = new();
        int entry = builder.Entry(0, "");
        foreach (IPAddress address in list.Addresses)
        {
            IpAddress128 value = AddressText.FromIPAddress(address);
            builder.Add(value, value, address.AddressFamily == AddressFamily.InterNetwork ? (byte)4 : (byte)6, entry);
        }

        if (builder.Count == 0)
        {
            throw new TrafficException(TrafficErrors.ProviderFailed, $"{EnrichmentTarget.AbuseIpDb}: its blacklist is empty.", null);
        }

        RangeTable table = builder.Build(new RangeTableInfo(
            "blocklist", $"{target.AbuseIpDbUrl}/blacklist", "", list.GeneratedTime ?? DateTime.UtcNow));
        folder.Write(name, table);
        return Describe(storePath, folder, name, table);
    }

    /// <summary>Names of the lists of a store.</summary>
    public static IReadOnlyList<string> Names(string storePath) => new BlocklistFolder(storePath).Names();

    /// <summary>The lists of a store.</summary>
    /// <param name="storePath">Folder of the store.</param>
    /// <param name="warn">Takes which are damaged.</param>
    public static IReadOnlyList<IpBlocklist> List(string storePath, Action<string> warn)
    {
        BlocklistFolder folder = new(storePath);
        return [.. Read(folder, warn).Select(list => Describe(storePath, folder, list.Name, list.Table))];
    }

    /// <summary>Removes a list.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    public static void Remove(string storePath, string name) => new BlocklistFolder(storePath).Remove(name);

    internal static BlocklistSet Load(string storePath, Action<string> warn) => new(Read(new BlocklistFolder(storePath), warn));

    private static List<(string Name, RangeTable Table)> Read(BlocklistFolder folder, Action<string> warn)
    {
        List<(string, RangeTable)> lists = [];
        foreach (string name in folder.Names())
        {
            try
            {
                lists.Add((name, folder.Read(name)));
            }
            catch (Exception error) when (error is InvalidDataException or ArgumentException)
            {
                warn($"The blocklist '{name}' is left out: {error.Message} Import it again (Import-IpBlocklist), or remove it "
                    + "(Remove-IpBlocklist).");
            }
            catch (FileNotFoundException)
            {
                // Another process removed it meanwhile.
            }
        }

        return lists;
    }

    private static IpBlocklist Describe(string storePath, BlocklistFolder folder, string name, RangeTable table) => new()
    {
        Name = name,
        Ranges = table.Count,
        Source = table.Info.Source,
        ImportTime = table.Info.Date,
        Bytes = folder.Bytes(name),
        StorePath = storePath,
    };

    /// <summary>
    /// The text, unpacked where it is gzip: as a whole, since only at its end it shows whether it was cut off, and a small file can unpack
    /// to any size.
    /// </summary>
    private static Stream Plain(Stream content)
    {
        // A pipe cannot be read again from its begin.
        Stream stream = content.CanSeek ? content : Whole(content);
        Span<byte> start = stackalloc byte[2];
        int read = stream.ReadAtLeast(start, 2, throwOnEndOfStream: false);
        stream.Position = 0;
        if (read < 2 || start is not [0x1F, 0x8B])
        {
            return stream;
        }

        using GZipStream unpacking = new(stream, CompressionMode.Decompress, leaveOpen: true);
        MemoryStream text = Whole(unpacking);
        return GzipEnd.IsWhole(stream, text.Length) ? text
            : throw new FormatException("it is cut off, or something follows it: fetch it again");
    }

    private static MemoryStream Whole(Stream stream)
    {
        MemoryStream whole = new();
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            whole.Write(buffer, 0, read);
            if (whole.Length > BlocklistReader.LargestList)
            {
                throw new FormatException($"it has more than {BlocklistReader.LargestList >> 20} MB");
            }
        }

        whole.Position = 0;
        return whole;
    }
}
