using NetTraffic.Engine;

namespace NetTraffic.PowerShell.Commands;

/// <content>-AsService: the server as a service.</content>
public sealed partial class StartNetTrafficServerCommand
{
    private void MakeService()
    {
        if (Given([nameof(ApiKey), nameof(Open), nameof(EndWithSession)]) is [var odd, ..])
        {
            // Units and service tables are read by everybody, and their lines by every process.
            Refuse(TrafficErrors.BadArgument, $"{odd} is for a server that this PowerShell starts; a service outlives it.",
                odd == "-" + nameof(ApiKey)
                    ? "A service has the key of its store's settings: Set-NetTrafficOption -ServerKey (Read-Host -AsSecureString)."
                    : "Leave it out.");
        }

        ServerService plan = new ServiceInstall
        {
            StorePath = Store.Path,
            Listen = Listen,
            Port = IsBound(nameof(Port)) ? Port : null,
        }.Plan();
        bool isUnit = plan.Manager is ServiceManager.Systemd or ServiceManager.SystemdUser;
        if (isUnit && ServerRegistry.Find(plan.StorePath) is { } server)
        {
            Refuse(TrafficErrors.ServerRuns, $"The store has a server already, at {server.Url}.",
                "Stop-NetTrafficServer ends it; then run this again.", server);
        }

        // What is written, whole, and no more than the text: that of Windows and macOS is for the user to run.
        string change = isUnit
            ? $"Write {Display.Text(plan.Path)}:\n{plan.Text}Then, where systemd runs:\n  {string.Join("\n  ", plan.NextCommands)}"
            : $"Give this text, and change nothing:\n{plan.Text}";
        if (!ShouldProcess(change, $"Write {Display.Text(plan.Path)} and start {plan.Name}?", "Start-NetTrafficServer -AsService"))
        {
            return;
        }

        ServerService service = ServiceInstall.Install(plan, StopToken);
        WriteObject(service);
        if (service.IsWritten && !service.IsStarted)
        {
            WriteWarning("The unit is written, and systemd does not run here: where it does, run "
                + string.Join("; ", service.NextCommands));
        }

        if (service.Manager == ServiceManager.SystemdUser)
        {
            WriteWarning("A service of a user may not capture by itself, only through dumpcap where that is permitted to; it runs while "
                + $"the user is logged in, and always after: loginctl enable-linger {Display.Text(service.User)}. As root, the service is "
                + "the machine's, and has the one right that capturing needs.");
        }
    }
}
