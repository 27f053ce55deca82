namespace NetTraffic;

/// <summary>A file of a store that is not what was written there, and is left out of answers.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Reason">What is wrong with it, as a clause: "it is ...".</param>
/// <param name="IsReadable">False: it may be whole, and cannot be read now.</param>
public sealed record DamagedFile(string Path, string Reason, bool IsReadable = true);
