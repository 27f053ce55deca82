namespace NetTraffic;

/// <summary>Why a server does not take what is sent.</summary>
public enum InfluxProblem
{
    /// <summary>Something else.</summary>
    Other = 0,

    /// <summary>Nobody answers at the address, or not in time.</summary>
    Unreachable,

    /// <summary>The certificate is not trusted.</summary>
    Certificate,

    /// <summary>No or wrong credentials.</summary>
    Unauthorized,

    /// <summary>The database, bucket, organisation or retention policy is not there.</summary>
    NotFound,

    /// <summary>What answers is no InfluxDB.</summary>
    NotInflux,

    /// <summary>No server is set.</summary>
    NotSet,

    /// <summary>Another process passes on the same store to the same server.</summary>
    Busy,

    /// <summary>The server does not take the name of the database or bucket.</summary>
    BadName,
}

/// <summary>
/// A server does not take what is sent, and sending it again will not help: wrong credentials, missing database, unknown server. The
/// message says
/// what to do.
/// </summary>
/// <param name="message">What is wrong.</param>
/// <param name="problem">What kind of problem it is.</param>
/// <param name="inner">The error beneath, if any.</param>
public sealed class InfluxException(string message, InfluxProblem problem, Exception? inner = null) : TrafficException(RowOf(problem),
    message, null, inner)
{
    /// <summary>What kind of problem it is.</summary>
    public InfluxProblem Problem { get; } = problem;

    private static TrafficError RowOf(InfluxProblem problem) => problem switch
    {
        InfluxProblem.Unreachable => TrafficErrors.InfluxUnreachable,
        InfluxProblem.Certificate => TrafficErrors.InfluxCertificate,
        InfluxProblem.Unauthorized => TrafficErrors.InfluxUnauthorized,
        InfluxProblem.NotFound => TrafficErrors.InfluxNotFound,
        InfluxProblem.NotInflux => TrafficErrors.InfluxNotInflux,
        InfluxProblem.NotSet => TrafficErrors.InfluxNotSet,
        InfluxProblem.Busy => TrafficErrors.InfluxBusy,
        InfluxProblem.BadName => TrafficErrors.InfluxBadName,
        _ => TrafficErrors.InfluxFailed,
    };
}
