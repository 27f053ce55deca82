using System.Diagnostics;
using System.Xml.Linq;
using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>
/// What service managers are told of the server: quoted by each one's rules, with the rights that it needs and no others.
/// </summary>
public sealed class ServiceDefinitionTests
{
    private const string Odd = "/srv/it's 100% \"my\" $HOME\\store;`id`";

    private static readonly ServiceDefinition Plain = new()
    {
        Command = ["/usr/share/dotnet/dotnet", "/opt/nt/NetTraffic.Server.dll", "--store", "/srv/nt"],
        StorePath = "/srv/nt",
        User = "nettraffic",
    };

    [Fact]
    public void A_systems_unit_has_one_right_and_one_place_to_write()
    {
        string[] lines = Plain.SystemdUnit().Split('\n');
        Assert.Contains("Type=notify", lines);
        Assert.Contains("ExecStart=\"/usr/share/dotnet/dotnet\" \"/opt/nt/NetTraffic.Server.dll\" \"--store\" \"/srv/nt\"", lines);
        Assert.Equal(["CapabilityBoundingSet=CAP_NET_RAW", "AmbientCapabilities=CAP_NET_RAW"], lines.Where(line => line.Contains("CAP_")));
        Assert.Equal(["ReadWritePaths=\"/srv/nt\""], lines.Where(line => line.StartsWith("ReadWrite", StringComparison.Ordinal)));
        Assert.Superset(new HashSet<string> { "User=nettraffic", "NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes",
            "WantedBy=multi-user.target" }, lines.ToHashSet());
    }

    [Fact]
    public void A_users_unit_asks_for_no_rights()
    {
        string unit = (Plain with { User = null }).SystemdUnit();
        Assert.DoesNotContain("CAP_", unit, StringComparison.Ordinal);
        Assert.DoesNotContain("User=", unit, StringComparison.Ordinal);
        Assert.Contains("\nWantedBy=default.target\n", unit, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_in_tmp_is_not_hidden_from_the_service() => Assert.Contains("\nPrivateTmp=no\n",
        (Plain with { StorePath = "/tmp/store" }).SystemdUnit(), StringComparison.Ordinal);

    [Fact]
    public void Systemds_own_characters_stay_characters()
    {
        Assert.Equal(@"""/srv/it's 100%% \""my\"" $HOME\\store;`id`""", SystemdText.Quote(Odd));
        Assert.Equal(@"""/bin/$x"" ""/srv/it's 100%% \""my\"" $$HOME\\store;`id`""", SystemdText.CommandLine(["/bin/$x", Odd]));
        Assert.Equal(["/bin/$x", Odd], UnitReader.Words(SystemdText.CommandLine(["/bin/$x", Odd])));
    }

    [Theory]
    [InlineData("a\nExecStartPre=/bin/id")]
    [InlineData("a\rb")]
    [InlineData("a\u2028b")]
    [InlineData("a\0b")]
    [InlineData("a\u001b[2J")]
    public void What_no_line_can_hold_is_refused(string name)
    {
        ServiceDefinition bad = Plain with { StorePath = "/srv/" + name, Command = [.. Plain.Command.SkipLast(1), "/srv/" + name] };
        foreach (Func<string> text in new Func<string>[] { bad.SystemdUnit, bad.WindowsScript, bad.LaunchdList })
        {
            Assert.Equal("BadArgument", Assert.Throws<TrafficException>(text).Id);
        }
    }

    [Theory]
    [InlineData("/srv/nt", "nettraffic")]
    [InlineData("/srv/it's 100% $HOME store", "nettraffic")]
    [InlineData("/srv/nt", null)]
    public void Systemd_takes_the_unit(string store, string? user)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed here");
        using ScratchFolder folder = new();

        // It looks whether the program is there, not what it is.
        ServiceDefinition real = Plain with
        {
            StorePath = store,
            User = user is null ? null : "root",
            Command = ["/bin/true", "/opt/nt/NetTraffic.Server.dll", "--store", store],
        };
        string path = folder.Write(ServiceDefinition.UnitName, System.Text.Encoding.UTF8.GetBytes(real.SystemdUnit()));
        ProcessStartInfo start = new("systemd-analyze", ["verify", "--recursive-errors=no", "--man=no", path])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using Process verify = Process.Start(start)!;
        string said = verify.StandardError.ReadToEnd();
        verify.WaitForExit();
        Assert.Equal((0, ""), (verify.ExitCode, string.Join('\n', said.Split('\n').Where(line => line.Contains("nettraffic")))));
    }

    [Fact]
    public void The_script_for_Windows_gives_the_service_its_words_as_they_are()
    {
        string[] command =
            [@"C:\Program Files\dotnet\dotnet.exe", @"C:\nt\NetTraffic.Server.dll", "--store", @"C:\it's $(calc) 100% ""x""\"];
        ServiceDefinition windows = Plain with { Command = command, StorePath = @"C:\it's $(calc)" };
        string script = windows.WindowsScript();
        string line = Assert.Single(script.Split('\n'), line => line.Contains("-BinaryPathName", StringComparison.Ordinal));
        string literal = line[(line.IndexOf('\'') + 1)..line.LastIndexOf('\'')];
        Assert.DoesNotContain("'", literal.Replace("''", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(command, WindowsWords.Split(literal.Replace("''", "'", StringComparison.Ordinal)));
        Assert.Contains(@"obj= 'NT SERVICE\NetTrafficServer'", script, StringComparison.Ordinal);
    }

    [Fact]
    public void The_list_for_launchd_is_XML_with_the_words()
    {
        XElement list = XDocument.Parse((Plain with { Command = ["/x", "--store", "<&>\"'"] }).LaunchdList()).Root!;
        Assert.Equal(["/x", "--store", "<&>\"'"], list.Descendants("array").Single().Elements().Select(word => word.Value));
        Assert.Contains("nettraffic", list.Descendants("string").Select(word => word.Value));
    }
}
