using System.Diagnostics;

namespace NetTraffic.Testing;

/// <summary>Packets and wire bytes.</summary>
internal readonly record struct Tally(long Packets, long Bytes)
{
    public Tally Plus(long bytes) => new(Packets + 1, Bytes + bytes);
}

/// <summary>What TShark finds in a capture: the yardstick for the decoder.</summary>
internal static class TShark
{
    // Extension headers that name the next header in a field of their own.
    private static readonly Dictionary<int, string> NextHeader = new()
    {
        [0] = "ipv6.hopopts.nxt",
        [43] = "ipv6.routing.nxt",
        [44] = "ipv6.fraghdr.nxt",
        [51] = "ah.next_header",
        [60] = "ipv6.dstopts.nxt",
    };

    private static readonly string[] HostFields =
        ["frame.len", "frame.protocols", "eth.type", "vlan.etype", "sll.etype", "ip.src", "ip.dst", "ip.proto", "ipv6.src", "ipv6.dst",
            "ipv6.nxt", .. NextHeader.Values];

    private static readonly Lazy<bool> Installed = new(() => Run("tshark", ["--version"]) is not null);

    /// <summary>Skips the calling test where TShark is not installed.</summary>
    public static void Require() => Assert.SkipUnless(Installed.Value, "TShark is not installed (apt-get install tshark).");

    public static bool IsInstalled => Installed.Value;

    /// <summary>TShark reads a file to its end without a word of complaint.</summary>
    public static void AssertOpens(string path) => AssertSilent("tshark", "-n", "-r", path);

    /// <summary>capinfos, of the same suite, reads files without a word of complaint.</summary>
    public static void AssertCapinfosOpens(params string[] paths) => AssertSilent("capinfos", paths);

    private static void AssertSilent(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false
        })!;
        Task<string> complaints = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        // Whoever runs as root is told so.
        string[] lines = [.. complaints.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.Contains("Running as user", StringComparison.Ordinal))];
        Assert.True(process.ExitCode == 0
            && lines.Length == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {string.Join(' ', lines)}");
    }

    /// <summary>
    /// For each file and frame, who it is between: "SOURCE DESTINATION PROTOCOL", "- - 0xTYPE" or "- - -"; "- - ?" where TShark cannot
    /// read the innermost IP header. TShark takes long to start, so all files go through one, strung together by mergecap; damaged
    /// files cannot be, and then each has its own.
    /// </summary>
    public static Dictionary<string, List<(string Pair, int Bytes)>> HostPairs(IReadOnlyList<string> paths)
    {
        using ScratchFolder folder = new();
        string merged = Path.Combine(folder.Path, "merged.pcapng");
        Run("mergecap", ["-a", "-I", "none", "-w", merged, .. paths]);
        int[] counts = [.. (Run("capinfos", ["-T", "-r", "-B", "-M", "-c", .. paths]) ?? "")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line.Split('\t')[1]))];
        List<(string, int)> all = File.Exists(merged) ? HostPairs(merged) : [];
        if (counts.Length != paths.Count || counts.Sum() != all.Count)
        {
            return paths.ToDictionary(path => path, HostPairs);
        }

        Dictionary<string, List<(string Pair, int Bytes)>> found = [];
        int at = 0;
        for (int i = 0; i < paths.Count; at += counts[i++])
        {
            found[paths[i]] = all.GetRange(at, counts[i]);
        }

        return found;
    }

    private static List<(string Pair, int Bytes)> HostPairs(string path) =>
        [.. Fields(path, null, HostFields).Select(row => (HostPair(row), int.Parse(row[0])))];

    /// <summary>Values of fields, a row a frame; a field that occurs several times has its values parted by semicolons.</summary>
    public static IEnumerable<string[]> Fields(string path, string? filter, params string[] fields) => Fields(path, filter, [], fields);

    /// <summary>The same with preferences (-o).</summary>
    public static IEnumerable<string[]> Fields(string path, string? filter, IReadOnlyList<string> preferences, params string[] fields)
    {
        List<string> arguments = ["-n", "-r", path, "-T", "fields", "-E", "separator=|", "-E", "aggregator=;", "-E", "occurrence=a",
            .. preferences];
        if (filter is not null)
        {
            arguments.AddRange(["-Y", filter]);
        }

        foreach (string field in fields)
        {
            arguments.AddRange(["-e", field]);
        }

        string output = Run("tshark", arguments) ?? throw new InvalidOperationException("TShark cannot be started.");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|'))
            .Where(row => row.Length == fields.Length);
    }

    /// <summary>Addresses and protocol of the innermost IP header that no ICMP error quotes.</summary>
    private static string HostPair(string[] row)
    {
        string[] layers = Values(row, "frame.protocols").FirstOrDefault("").Split(':').TakeWhile(layer => layer is not ("icmp" or "icmpv6"))
            .ToArray();
        string? kind = layers.LastOrDefault(layer => layer is "ip" or "ipv6");
        if (kind is null)
        {
            string type = Values(row, "eth.type").Concat(Values(row, "sll.etype")).LastOrDefault("-");
            return $"- - {(type is "0x8100" or "0x88a8" or "0x9100" ? Values(row, "vlan.etype").LastOrDefault(type) : type)}";
        }

        int which = layers.Count(layer => layer == kind) - 1;
        string[] source = Values(row, kind + ".src");
        string[] destination = Values(row, kind + ".dst");
        string[] protocols = Values(row, kind == "ip" ? "ip.proto" : "ipv6.nxt");
        if (which >= source.Length || which >= destination.Length || which >= protocols.Length)
        {
            return "- - ?"; // TShark names the layer but could not read the header
        }

        int protocol = int.Parse(protocols[which]);
        Dictionary<int, int> seen = [];
        while (kind == "ipv6" && NextHeader.TryGetValue(protocol, out string? field))
        {
            string[] next = Values(row, field);
            int at = seen.GetValueOrDefault(protocol);
            if (at >= next.Length)
            {
                break;
            }

            seen[protocol] = at + 1;
            protocol = int.Parse(next[at]);
        }

        return $"{source[which]} {destination[which]} {protocol}";
    }

    private static string[] Values(string[] row, string field)
    {
        string text = row[Array.IndexOf(HostFields, field)];
        return text.Length == 0 ? [] : text.Split(';');
    }

    internal static string? Run(string program, IEnumerable<string> arguments)
    {
        ProcessStartInfo start =
            new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        try
        {
            using Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
