using System.Management.Automation;
using NetTraffic.PowerShell.Tests.Hosting;
using NetTraffic.Testing;

namespace NetTraffic.PowerShell.Tests;

/// <summary>What needs a fault injected, or all of a domain tried. What users see otherwise is in tests/module.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly ModuleSession session = new();

    public void Dispose() => session.Dispose();

    [Theory]
    [InlineData("csv")]
    [InlineData("json")]
    [InlineData("parquet")]
    [InlineData("pcapng")]
    public void A_full_disk_is_said_of_the_file_and_keeps_nothing(string extension)
    {
        using TinyDisk disk = TinyDisk.MakeOrSkip(1 << 20);
        string ballast = Path.Combine(disk.Path, "ballast");
        string sample = Path.Combine(Repository.Root, "tests", "fixtures", "sample.pcapng");
        session.Run("Import-NetCapture $args[0] -KeepPackets", sample).Clean();
        string place = Path.Combine(disk.Path, "x." + extension);
        File.WriteAllBytes(ballast, new byte[(1 << 20) - 8192]);
        ErrorRecord error = Assert.Single(session.Run("Export-NetTraffic $args[0]", place).Errors);
        Assert.Contains(place, error.ErrorDetails.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".tmp", error.ErrorDetails.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("store", error.ErrorDetails.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal([ballast], Directory.GetFiles(disk.Path));
    }

    [Fact]
    public void Every_name_that_a_flow_can_have_is_a_protocol()
    {
        string[] names = [.. Enumerable.Range(0, 65536)
            .SelectMany(number => new[] { ProtocolNames.Protocol(0, 0, (ushort)number, 1),
                ProtocolNames.Protocol(0, 0, 0, (ushort)number), ProtocolNames.Protocol(4, (byte)number, 0, 1) })
            .Distinct().Where((name, at) => !(name.StartsWith("0x", StringComparison.Ordinal)
                || name.StartsWith("link-", StringComparison.Ordinal)) || at % 4001 == 0)];
        Assert.True(names.Length > 300);
        session.Run("Get-NetFlow -Protocol $args[0]", (object)names).Clean();
    }
}
