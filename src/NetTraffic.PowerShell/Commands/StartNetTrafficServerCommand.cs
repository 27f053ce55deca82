using System.ComponentModel;
using System.Diagnostics;
using System.Management.Automation;
using System.Net;
using System.Security;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Start-NetTrafficServer: the REST API of a store, in a process of its own.</summary>
[Cmdlet(VerbsLifecycle.Start, "NetTrafficServer", SupportsShouldProcess = true)]
[OutputType(typeof(TrafficServer))]
[OutputType(typeof(ServerService))]
public sealed partial class StartNetTrafficServerCommand : StoreCmdlet
{
    /// <summary>TCP port; 0: any that is free. Default: the setting.</summary>
    [Parameter(Position = 0)]
    [ValidateRange(0, 65535)]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public int Port { get; set; }

    /// <summary>IP address to listen at. Default: the setting, which is 127.0.0.1.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? Listen { get; set; }

    /// <summary>The key that may do everything. Default: the setting.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public SecureString? ApiKey { get; set; }

    /// <summary>Opens the browser.</summary>
    [Parameter]
    public SwitchParameter Open { get; set; }

    /// <summary>Ends with this PowerShell.</summary>
    [Parameter]
    public SwitchParameter EndWithSession { get; set; }

    /// <summary>Makes it a service of this machine, or of this user, instead.</summary>
    [Parameter]
    public SwitchParameter AsService { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (AsService)
        {
            MakeService();
            return;
        }

        string store = Store.Path;
        TrafficServer? server = ServerRegistry.Find(store);
        if (server is not null)
        {
            RefuseOther(server);
            WriteVerbose($"The store has a server already: {server.Url}");
        }
        else
        {
            TrafficOption option = Settings.GetOption();
            string place = Display.Text(Listen ?? option.ServerListen);
            int port = IsBound(nameof(Port)) ? Port : option.ServerPort;
            if (!ShouldProcess($"{Display.Text(store)} at {place}, port {port}", "Start server"))
            {
                return;
            }

            server = new ServerStart
            {
                StorePath = store,
                Listen = Listen,
                Port = IsBound(nameof(Port)) ? Port : null,
                Key = ApiKey is null ? null : new NetworkCredential("", ApiKey).Password,
                EndsWithProcess = EndWithSession,
            }.Run(StopToken);
        }

        WriteObject(server);
        if (Open)
        {
            OpenBrowser(server.Url);
        }
    }

    /// <summary>A second start finds the first; one that asks for something else is told.</summary>
    private void RefuseOther(TrafficServer server)
    {
        Uri url = new(server.Url);
        bool other = (IsBound(nameof(Port)) && Port != 0 && Port != url.Port)
            || (Listen is not null && IPAddress.TryParse(Listen, out IPAddress? wanted)
                && !wanted.Equals(IPAddress.Parse(url.Host.Trim('[', ']'))))
            || (ApiKey is not null && !server.NeedsKey);
        if (other)
        {
            Refuse(TrafficErrors.ServerRuns, $"The store has a server already, at {server.Url}{(server.NeedsKey ? "" : " without a key")}.",
                target: server);
        }
    }

    private void OpenBrowser(string url)
    {
        try
        {
            System.Diagnostics.Process.Start(new ProcessStartInfo(url) { UseShellExecute = true })?.Dispose();
        }
        catch (Exception error) when (error is Win32Exception or FileNotFoundException or PlatformNotSupportedException)
        {
            WriteWarning($"No browser could be opened ({error.Message}); open {url} yourself.");
        }
    }
}
