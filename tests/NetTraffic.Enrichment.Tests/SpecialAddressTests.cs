using NetTraffic.Net;

namespace NetTraffic.Enrichment.Tests;

public class SpecialAddressTests
{
    [Theory]
    [InlineData("8.8.8.8", "Public")]
    [InlineData("2001:4860:4860::8888", "Public")]
    [InlineData("10.1.2.3", "Private")]
    [InlineData("172.31.255.255", "Private")]
    [InlineData("172.32.0.0", "Public")]
    [InlineData("100.64.0.1", "SharedAddressSpace")]
    [InlineData("127.0.0.1", "Loopback")]
    [InlineData("169.254.1.1", "LinkLocal")]
    [InlineData("192.0.0.9", "Public")]
    [InlineData("192.0.0.8", "Reserved")]
    [InlineData("192.0.2.1", "Documentation")]
    [InlineData("198.19.0.1", "Benchmarking")]
    [InlineData("224.0.0.251", "Multicast")]
    [InlineData("255.255.255.255", "Broadcast")]
    [InlineData("250.0.0.1", "Reserved")]
    [InlineData("::1", "Loopback")]
    [InlineData("::", "Unspecified")]
    [InlineData("::ffff:10.0.0.1", "Private")]
    [InlineData("::ffff:8.8.8.8", "Public")]
    [InlineData("fe80::1", "LinkLocal")]
    [InlineData("fd00::1", "Private")]
    [InlineData("ff02::fb", "Multicast")]
    [InlineData("2001:db8::1", "Documentation")]
    [InlineData("4000::1", "Reserved")]
    public void Scopes(string address, string scope)
    {
        System.Net.IPAddress parsed = System.Net.IPAddress.Parse(address);
        byte version = address.Contains(':', StringComparison.Ordinal) ? (byte)6 : (byte)4;
        Assert.Equal(scope, SpecialAddress.ScopeOf(AddressText.FromIPAddress(parsed), version));
        Assert.Equal(scope == "Public", Enricher.IsPublic(address));
    }
}
