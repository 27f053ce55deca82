using System.Globalization;
using System.Management.Automation.Host;

namespace NetTraffic.Shell.Hosting;

/// <summary>The host the engine talks to.</summary>
internal sealed class ShellHost(ShellInterface ui) : PSHost
{
    public override string Name => "NetTraffic.Shell";

    public override Version Version { get; } = new(Program.Version.Split('-')[0]);

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override PSHostUserInterface UI => ui;

    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    /// <summary>What "exit N" asked for; null: nobody left.</summary>
    public int? ExitCode { get; private set; }

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt() => throw new NotSupportedException("A nested prompt is not available in this shell.");

    public override void ExitNestedPrompt() => throw new NotSupportedException("A nested prompt is not available in this shell.");

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }
}
