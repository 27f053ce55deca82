using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
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
            IpAddress128.FromIPv4(value).ToString(4)), iter: 10_000);

    [Fact]
    public void IPv6_is_written_as_libc_writes_it() =>
        Bytes16.Sample(bytes =>
        {
            IPAddress address = new(bytes);
            IpAddress128 ours = AddressText.FromIPAddress(address);
            Assert.Equal(InetNtop(bytes), ours.ToString(6));
            Assert.InRange(Encoding.ASCII.GetByteCount(ours.ToString(6)), 2, AddressText.MaxLength);
        }, iter: 10_000);

    [Fact]
    public void There_and_back_is_the_same_address() =>
        Gen.Select(Gen.ULong, Gen.ULong)
            .Sample((high, low) => Assert.Equal(new IpAddress128(high, low),
                AddressText.FromIPAddress(AddressText.ToIPAddress(new IpAddress128(high, low), 6))));

    [Theory]
    [InlineData("2001:db8::1")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("2001:db8:0:1:1:1:1:1")] // RFC 5952 section 4.2.2
    [InlineData("2001:0:0:1::1")] // and 4.2.3
    [InlineData("fe80::abcd")]
    [InlineData("::ffff:192.0.2.1")] // section 5
    [InlineData("::ffff:0.0.0.0")]
    [InlineData("::192.0.2.1")]
    [InlineData("::0.1.0.0")]
    [InlineData("fe80::5efe:a00:1")] // ISATAP and SIIT as TShark has them, unlike the framework
    [InlineData("::ffff:0:a00:1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("1::")]
    [InlineData("1:2:3:4:5:6:7:0")]
    [InlineData("0:2:3:4:5:6:7:8")]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    public void IPv6_is_canonical(string text) => Assert.Equal(text, AddressText.FromIPAddress(IPAddress.Parse(text)).ToString(6));

    [Theory]
    [InlineData("1.2.3.4", "1.2.3.4", 4)]
    [InlineData("::ffff:1.2.3.4", "1.2.3.4", 6)]
    [InlineData("::FFFF:102:304", "1.2.3.4", 6)]
    [InlineData("1.0.0.0/8", "1.2.3.4", 4)]
    [InlineData("0.0.0.0/0", "1.2.3.4", 4)]
    [InlineData("::ffff:0:0/96", "1.2.3.4", 6)]
    [InlineData("::ffff:1.0.0.0/104", "1.2.3.4", 6)]
    [InlineData("::/0", "1.2.3.4", 6)]
    public void Mapped_addresses_are_IPv6(string range, string address, byte version)
    {
        AddressRange parsed = AddressRange.Parse(range);
        IpAddress128 inside = AddressText.FromIPAddress(IPAddress.Parse(address));
        Assert.True(parsed.MayContain(inside));
        Assert.Equal((version == 4, version == 6), (parsed.Contains(inside, 4), parsed.Contains(inside, 6)));
    }

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
        Assert.True(Contains(range, IPAddress.Parse(inside)));
        Assert.False(Contains(range, IPAddress.Parse(outside)));
        Assert.Equal(text.Trim(), range.ToString());
    }

    [Fact]
    public void A_range_holds_what_the_framework_says_a_network_holds() =>
        Gen.Select(Bytes16, Bytes16, Gen.Int[0, 128], Gen.Bool).Sample((network, other, prefix, near) =>
        {
            byte[] address = near ? [.. network[..12], .. other[12..]] : other;
            IPNetwork expected = new(new IPAddress(Mask(network, prefix)), prefix);
            Assert.Equal(expected.Contains(new IPAddress(address)),
                Contains(AddressRange.Parse($"{new IPAddress(network)}/{prefix}"), new IPAddress(address)));
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

    /// <summary>What the framework takes, in octal and hexadecimal, and others read differently.</summary>
    [Theory]
    [InlineData("10")]
    [InlineData("10.1")]
    [InlineData("10.0.1")]
    [InlineData("010.0.0.1")]
    [InlineData("10.0.0.00")]
    [InlineData("0x8.8.8.8")]
    [InlineData("8.8.8.0x8")]
    public void What_others_read_as_another_address_is_none(string text) => Assert.False(AddressText.TryParse(text, out _, out _));

    [Fact]
    public void Addresses_are_read_as_the_framework_writes_them() => Gen.Select(Bytes16, Gen.Bool).Sample((bytes, four) =>
    {
        IPAddress address = new(four ? bytes[..4] : bytes);
        Assert.True(AddressText.TryParse(address.ToString(), out IpAddress128 read, out byte version));
        Assert.Equal((AddressText.FromIPAddress(address), four ? 4 : 6), (read, version));
    });

    [Fact]
    public void Only_a_range_of_one_address_is_single()
    {
        Assert.True(AddressRange.Parse("192.0.2.1").IsSingle);
        Assert.True(AddressRange.Parse("2001:db8::1/128").IsSingle);
        Assert.False(AddressRange.Parse("192.0.2.0/31").IsSingle);
    }

    private static bool Contains(AddressRange range, IPAddress address) =>
        range.Contains(AddressText.FromIPAddress(address), (byte)(address.AddressFamily == AddressFamily.InterNetwork ? 4 : 6));

    /// <summary>What glibc's inet_ntop writes, which TShark prints: groups, and a dotted quad after ::ffff: and ::.</summary>
    private static string InetNtop(byte[] bytes)
    {
        string[] groups = [.. Enumerable.Range(0, 8).Select(i => ((bytes[2 * i] << 8) | bytes[(2 * i) + 1]).ToString("x"))];
        string head = string.Join(':', groups[..6]);
        bool dotted = head is "0:0:0:0:0:ffff" || (head is "0:0:0:0:0:0" && groups[6] != "0");
        groups = dotted ? [.. groups[..6], new IPAddress(bytes[12..]).ToString()] : groups;
        string whole = string.Join(':', groups);
        for (int length = groups.Length; length > 1; length--)
        {
            for (int at = 0; at + length <= groups.Length; at++)
            {
                if (groups[at..(at + length)].All(group => group == "0"))
                {
                    return string.Join(':', groups[..at]) + "::" + string.Join(':', groups[(at + length)..]);
                }
            }
        }

        return whole;
    }

    private static byte[] Mask(byte[] bytes, int prefix) =>
        [.. bytes.Select((value,
            i) => (byte)(value & (prefix >= 8 * (i + 1) ? 0xFF : prefix <= 8 * i ? 0 : 0xFF << (8 - (prefix - (8 * i))))))];
}
