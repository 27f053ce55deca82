namespace NetTraffic;

/// <summary>Another program has a file open for longer than one waits; only on Windows that hinders anybody.</summary>
/// <param name="path">The file.</param>
/// <param name="inner">What the system said.</param>
public sealed class FileInUseException(string path, Exception inner)
    : IOException($"'{path}' is in use by another program (a spreadsheet, Wireshark, a virus scanner or a backup, for example).", inner)
{
    /// <summary>The file.</summary>
    public string FilePath => path;
}
