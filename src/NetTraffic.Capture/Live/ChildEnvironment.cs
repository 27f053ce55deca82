using System.Diagnostics;

namespace NetTraffic.Capture;

/// <summary>What a program that we start finds in its environment: nothing that is a secret, ours or another program's.</summary>
public static class ChildEnvironment
{
    private static readonly string[] Secret = ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "APIKEY", "API_KEY", "ACCESS_KEY",
        "PRIVATE_KEY"];

    /// <summary>Takes secrets out of a program's environment, and what only this module reads.</summary>
    public static void Clean(ProcessStartInfo start)
    {
        ArgumentNullException.ThrowIfNull(start);
        foreach (string name in start.Environment.Keys.Where(IsPrivate).ToArray())
        {
            start.Environment.Remove(name);
        }
    }

    private static bool IsPrivate(string name) => name.StartsWith("NETTRAFFIC_", StringComparison.OrdinalIgnoreCase)
        || Array.Exists(Secret, part => name.Contains(part, StringComparison.OrdinalIgnoreCase));
}
