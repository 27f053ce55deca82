using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using CsCheck;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Tests;

/// <summary>Addresses as text, against the framework's.</summary>
public sealed class AddressTests
{
    private static readonly Gen<byte[]> Bytes16 = Gen.OneOf(Gen.Byte, Gen.Const((byte)0)).Array[16];

    [Fact]
    public void IPv4_is_written_as_the_framework_writes_it() =>
        Gen.UInt.Sample(value => Assert.Equal($"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}",
            IpAddress128.FromIPv4(value).ToString()), iter: 10_000);

    [Fact]
    public void IPv6_is_written_as_the_framework_writes_it() =>
        Bytes16.Sample(bytes =>
        {
            IPAddress address = new(bytes);
            IpAddress128 ours = AddressText.FromIPAddress(address);
            Assert.Equal(ours.IsIPv4 ? address.MapToIPv4().ToString() : address.ToString(), ours.ToString());
            Assert.InRange(Encoding.ASCII.GetByteCount(ours.ToString()), 2, AddressText.MaxLength);
        }, iter: 10_000);

    [Fact]
    public void There_and_back_is_the_same_address() =>
        Gen.Select(Gen.ULong, Gen.ULong)
            .Sample((high, low) => Assert.Equal(new IpAddress128(high, low),
                AddressText.FromIPAddress(AddressText.ToIPAddress(new IpAddress128(high, low)))));

    [Theory]
    [InlineData("2001:db8::1")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("2001:db8:0:1:1:1:1:1")] // RFC 5952 section 4.2.2
    [InlineData("2001:0:0:1::1")] // and 4.2.3
    [InlineData("fe80::abcd")]
    public void IPv6_is_canonical(string text) => Assert.Equal(text, AddressText.FromIPAddress(IPAddress.Parse(text)).ToString());

    [Fact]
    public void Addresses_are_in_the_order_of_their_bytes() =>
        Gen.Select(Bytes16, Bytes16).Sample((left, right) => Assert.Equal(
            Math.Sign(left.AsSpan().SequenceCompareTo(right)),
                Math.Sign(AddressText.FromIPAddress(new IPAddress(left)).CompareTo(AddressText.FromIPAddress(new IPAddress(right))))));

    [Fact]
    public void MAC_addresses_are_written_with_colons() =>
        Gen.ULong[0, (1UL << 48) - 1].Sample(mac =>
        {
            byte[] text = new byte[AddressText.MacLength];
            Assert.Equal(AddressText.MacLength, AddressText.FormatMac(mac, text));
            Assert.Equal(new PhysicalAddress([.. BitConverter.GetBytes(mac).Take(6).Reverse()]),
                PhysicalAddress.Parse(Encoding.ASCII.GetString(text)));
        });

    [Theory]
    [InlineData("10.0.0.0/8", "10.255.255.255", "11.0.0.0")]
    [InlineData("10.1.2.3/8", "10.0.0.0", "9.255.255.255")]
    [InlineData("192.0.2.7", "192.0.2.7", "192.0.2.8")]
    [InlineData("192.0.2.0/31", "192.0.2.1", "192.0.2.2")]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::")]
    [InlineData(" 2001:db8::1 ", "2001:db8::1", "2001:db8::2")]
    [InlineData("0.0.0.0/0", "255.255.255.255", "2001:db8::1")]
    public void A_range_holds_its_network_and_nothing_else(string text, string inside, string outside)
    {
        AddressRange range = AddressRange.Parse(text);
        Assert.True(range.Contains(AddressText.FromIPAddress(IPAddress.Parse(inside))));
        Assert.False(range.Contains(AddressText.FromIPAddress(IPAddress.Parse(outside))));
        Assert.Equal(text.Trim(), range.ToString());
    }

    [Fact]
    public void A_range_holds_what_the_framework_says_a_network_holds() =>
        Gen.Select(Bytes16, Bytes16, Gen.Int[0, 128], Gen.Bool).Sample((network, other, prefix, near) =>
        {
            byte[] address = near ? [.. network[..12], .. other[12..]] : other;
            IPNetwork expected = new(new IPAddress(Mask(network, prefix)), prefix);
            Assert.Equal(expected.Contains(new IPAddress(address)),
                AddressRange.Parse($"{new IPAddress(network)}/{prefix}").Contains(AddressText.FromIPAddress(new IPAddress(address))));
        });

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("10")] // the framework reads this as 0.0.0.10
    [InlineData("10.1")]
    [InlineData("010.0.0.1")] // octal to some
    [InlineData("10.0.0.00")]
    [InlineData("10.0.0.0x1")]
    [InlineData("10.08.0.0/16")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/")]
    [InlineData("2001:db8::/129")]
    [InlineData("300.0.0.1")]
    public void What_is_no_network_is_refused(string text) =>
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => AddressRange.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Only_a_range_of_one_address_is_single()
    {
        Assert.True(AddressRange.Parse("192.0.2.1").IsSingle);
        Assert.True(AddressRange.Parse("2001:db8::1/128").IsSingle);
        Assert.False(AddressRange.Parse("192.0.2.0/31").IsSingle);
    }

    private static byte[] Mask(byte[] bytes, int prefix) =>
        [.. bytes.Select((value,
            i) => (byte)(value & (prefix >= 8 * (i + 1) ? 0xFF : prefix <= 8 * i ? 0 : 0xFF << (8 - (prefix - (8 * i))))))];
}
