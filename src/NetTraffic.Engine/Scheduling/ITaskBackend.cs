namespace NetTraffic.Engine;

/// <summary>A piece of text that a scheduler gets.</summary>
/// <param name="Path">The file, or what else it goes into.</param>
/// <param name="Text">The whole text.</param>
public sealed record TaskText(string Path, string Text);

/// <summary>A scheduler of this machine.</summary>
internal interface ITaskBackend
{
    /// <summary>Which one it is.</summary>
    CaptureScheduler Scheduler { get; }

    /// <summary>What a task would be, whole; nothing is written.</summary>
    /// <exception cref="TrafficException">The scheduler cannot hold it.</exception>
    IReadOnlyList<TaskText> Texts(CaptureTask task);

    /// <summary>What is run after that; where it cannot be run here, the user is told.</summary>
    IReadOnlyList<string> Commands(string name);

    /// <summary>Writes a task, in place of one of its name.</summary>
    /// <returns>What the user must know for it to run; usually nothing.</returns>
    /// <exception cref="TrafficException">The scheduler is not there, or refuses.</exception>
    IReadOnlyList<string> Register(CaptureTask task);

    /// <summary>Our tasks; none where the scheduler is not there.</summary>
    IReadOnlyList<NetCaptureTask> List();

    /// <summary>Removes a task, and nothing else.</summary>
    /// <exception cref="TrafficException">The scheduler refuses.</exception>
    void Unregister(string name);
}
