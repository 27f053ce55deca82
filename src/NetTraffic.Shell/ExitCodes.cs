namespace NetTraffic.Shell;

/// <summary>Exit codes, as pwsh has them.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>A terminating error, or the last command of -Command failed.</summary>
    public const int Failure = 1;

    /// <summary>The command line is wrong (BSD's EX_USAGE).</summary>
    public const int Usage = 64;

    /// <summary>The module could not be imported (BSD's EX_SOFTWARE).</summary>
    public const int NoModule = 70;

    /// <summary>Ended by Ctrl+C: 1, as pwsh has it.</summary>
    public const int Interrupted = 1;

    /// <summary>Ended by SIGTERM: 128 plus its number.</summary>
    public const int Terminated = 143;
}
