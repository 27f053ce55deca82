using System.Management.Automation;

namespace NetTraffic.PowerShell.Dissection;

/// <summary>A dissector cannot do what it is asked to; the message says why, and <see cref="NextMove"/> what to do.</summary>
internal sealed class DissectorException(string id, ErrorCategory category, string message, string nextMove, Exception? inner = null) : Exception(message, inner)
{
    public string Id { get; } = id;

    public ErrorCategory Category { get; } = category;

    public string NextMove { get; } = nextMove;
}
