namespace NetTraffic.Capture.Tests;

/// <summary>Which names stand for which interface; on Windows there are four.</summary>
public class InterfaceIdentityTests
{
    private const string Guid = "{0A1B2C3D-1111-2222-3333-444455556666}";
    private static readonly Interface[] Windows =
    [
        new(@"\Device\NPF_" + Guid, "Ethernet", "Intel(R) Ethernet Connection #2"),
        new(@"\Device\NPF_{99999999-1111-2222-3333-444455556666}", "WLAN Büro", "Same adapter"),
        new(@"\Device\NPF_{88888888-1111-2222-3333-444455556666}", "vEthernet (Default Switch)", "Same adapter"),
        new(@"\Device\NPF_Loopback", null, "Adapter for loopback traffic capture"),
    ];

    [Theory]
    [InlineData("Ethernet", "Ethernet")]
    [InlineData("ETHERNET", "Ethernet")]
    [InlineData(@"\Device\NPF_" + Guid, "Ethernet")]
    [InlineData(Guid, "Ethernet")]
    [InlineData("0a1b2c3d-1111-2222-3333-444455556666", "Ethernet")]
    [InlineData("Intel(R) Ethernet Connection #2", "Ethernet")]
    [InlineData("WLAN Büro", "WLAN Büro")]
    [InlineData("Loopback", "Loopback")]
    [InlineData(@"\Device\NPF_Loopback", "Loopback")]
    [InlineData("Adapter for loopback traffic capture", "Loopback")]
    [InlineData("Same adapter", null)]
    [InlineData("Ethernet 2", null)]
    [InlineData("", null)]
    public void A_name_a_guid_and_a_description_that_only_one_has_are_accepted(string asked, string? expected) =>
        Assert.Equal(expected, InterfaceIdentity.Find(Windows, one => one.Identity, asked)?.Identity.Name);

    [Fact]
    public void Elsewhere_the_name_is_the_device_and_nothing_else_stands_for_it()
    {
        Interface[] linux = [new("eth0", "eth0", "Uplink"), new("Eth0", null, null)];
        Assert.Equal("Eth0", InterfaceIdentity.Find(linux, one => one.Identity, "Eth0")?.Identity.Name);
        Assert.Null(InterfaceIdentity.Find(linux, one => one.Identity, "Uplink"));
        Assert.Null(InterfaceIdentity.Find(linux, one => one.Identity, "ETH0"));
    }

    private sealed record Interface(string Device, string? FriendlyName, string? Description)
    {
        public InterfaceIdentity Identity => new(Device, FriendlyName, Description);
    }
}
