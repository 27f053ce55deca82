using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace NetTraffic.Engine;

/// <summary>
/// Names of files that are written beside their place until they are whole. A name tells the process that writes it, so that what a killed
/// one left behind is found and removed by the next that writes there.
/// </summary>
internal static class TemporaryFiles
{
    private const string Begin = ".nettraffic-", End = ".tmp";
    private static readonly TimeSpan LongestOfOthers = TimeSpan.FromDays(1);

    /// <summary>
    /// A name that no other file has: machine, process, its start, and chance. Without the final file's name in it: that may be as long
    /// as a name can be.
    /// </summary>
    public static string NewName() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Begin}{Machine}-{Environment.ProcessId}-{Short(ProcessIdentity.Own)}-{Guid.NewGuid().ToString("N")[..8]}{End}");

    /// <summary>Removes from a folder what processes that are gone left there; what cannot be removed stays.</summary>
    public static void RemoveAbandoned(string folder)
    {
        try
        {
            foreach (string path in Directory.GetFiles(folder.Length > 0 ? folder : ".", Begin + "*" + End))
            {
                if (IsAbandoned(path))
                {
                    SharedFile.TryDelete(path);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Whoever writes there is told of it, if it matters to him.
        }
    }

    // Of a process of another machine or container, or of before the last boot, only the file's age tells.
    private static bool IsAbandoned(string path)
    {
        string[] parts = Path.GetFileName(path)[Begin.Length..^End.Length].Split('-');
        return parts is [var machine, var process, var start, _] && machine == Machine
            && int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                ? ProcessIdentity.Find(id) is { } found ? Short(found) != start : !ProcessIdentity.Exists(id)
                : DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > LongestOfOthers;
    }

    private static string Machine { get; } = Short(Environment.MachineName + "/" + ProcessIdentity.Place);

    private static string Short(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));
}
