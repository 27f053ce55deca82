namespace NetTraffic;

/// <summary>What sort of thing went wrong: what a host makes of it (PowerShell an error category, a web server a status).</summary>
public enum ErrorKind
{
    /// <summary>What was asked for makes no sense, or not together with the rest.</summary>
    BadArgument,

    /// <summary>A file is not what it should be, or damaged.</summary>
    BadData,

    /// <summary>It is not there.</summary>
    NotFound,

    /// <summary>It is there already.</summary>
    Exists,

    /// <summary>This user, or this process, may not.</summary>
    NotPermitted,

    /// <summary>A program or library is missing.</summary>
    NotInstalled,

    /// <summary>It cannot be done at all.</summary>
    NotImplemented,

    /// <summary>What is needed for it cannot be used now.</summary>
    Unavailable,

    /// <summary>Another process is at it.</summary>
    Busy,

    /// <summary>It did not happen in time.</summary>
    TimedOut,

    /// <summary>A program that was at work for it ended early.</summary>
    Stopped,

    /// <summary>Reading or writing a file failed.</summary>
    ReadOrWrite,

    /// <summary>The network interface, or what captures on it, failed.</summary>
    Device,

    /// <summary>A server does not answer.</summary>
    Connection,

    /// <summary>A server's certificate is not trusted.</summary>
    Certificate,

    /// <summary>A server does not know the credentials.</summary>
    Credentials,

    /// <summary>A server answers something that was not expected.</summary>
    Protocol,
}
