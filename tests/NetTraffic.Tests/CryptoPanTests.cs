using System.Net;
using System.Numerics;
using System.Text;
using CsCheck;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Tests;

/// <summary>Crypto-PAn by its published vectors, and what it promises.</summary>
public sealed class CryptoPanTests
{
    /// <summary>The key of the original distribution's sample.</summary>
    private static readonly byte[] SampleKey =
    [
        21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16,
        216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2,
    ];

    /// <summary>sample_trace_raw.dat and sample_trace_sanitized.dat of the original distribution.</summary>
    [Theory]
    [InlineData("128.11.68.132", "135.242.180.132")]
    [InlineData("129.118.74.4", "134.136.186.123")]
    [InlineData("130.132.252.244", "133.68.164.234")]
    [InlineData("141.223.7.43", "141.167.8.160")]
    [InlineData("141.233.145.108", "141.129.237.235")]
    [InlineData("152.163.225.39", "151.140.114.167")]
    [InlineData("156.29.3.236", "147.225.12.42")]
    [InlineData("165.247.96.84", "162.9.99.234")]
    [InlineData("166.107.77.190", "160.132.178.185")]
    [InlineData("192.102.249.13", "252.138.62.131")]
    [InlineData("192.215.32.125", "252.43.47.189")]
    [InlineData("193.150.244.223", "253.169.52.216")]
    [InlineData("198.26.132.101", "249.36.123.202")]
    [InlineData("202.49.198.20", "245.206.7.234")]
    [InlineData("205.188.147.153", "242.96.16.101")]
    [InlineData("205.188.248.25", "242.96.88.27")]
    [InlineData("207.135.65.238", "241.202.129.222")]
    [InlineData("209.246.74.109", "226.22.124.76")]
    [InlineData("212.206.130.201", "228.69.242.193")]
    [InlineData("216.35.217.178", "235.195.157.81")]
    [InlineData("24.0.250.221", "100.15.198.226")]
    [InlineData("24.14.213.138", "100.1.42.141")]
    [InlineData("38.15.67.68", "64.3.66.187")]
    [InlineData("4.3.88.225", "124.60.155.63")]
    [InlineData("63.97.7.140", "95.97.9.123")]
    [InlineData("64.39.15.238", "0.219.7.41")]
    [InlineData("10.185.25.118", "117.161.29.118")]
    public void The_sample_trace_comes_out_as_published(string address, string pseudonym) =>
        Assert.Equal(pseudonym, Of(SampleKey, address));

    /// <summary>IPv6 as github.com/Yawning/cryptopan (and its ports to Rust and TypeScript) has it.</summary>
    [Theory]
    [InlineData("::1", "78ff:f001:9fc0:20df:8380:b1f1:704:ed")]
    [InlineData("::2", "78ff:f001:9fc0:20df:8380:b1f1:704:ef")]
    [InlineData("::ffff", "78ff:f001:9fc0:20df:8380:b1f1:704:f838")]
    [InlineData("2001:db8::1", "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e")]
    [InlineData("2001:db8::2", "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1c")]
    public void IPv6_comes_out_as_others_have_it(string address, string pseudonym) => Assert.Equal(pseudonym, Of(SampleKey, address));

    /// <summary>From the README of github.com/keiichishima/yacryptopan, whose key is 32 characters.</summary>
    [Theory]
    [InlineData("192.0.2.1", "192.0.125.244")]
    [InlineData("2001:db8::1", "27fe:8bc7:fee:1e:1e1f:f0fe:f0e1:83fd")]
    public void A_key_of_characters_is_what_others_take_it_for(string address, string pseudonym) =>
        Assert.Equal(pseudonym, Of(AnonymizationKey.Parse("32-char-str-for-AES-key-and-pad."), address));

    [Fact]
    public void As_many_leading_bits_are_shared_as_before()
    {
        using AddressPseudonyms pseudonyms = new(SampleKey);
        Gen.Select(Gen.UInt, Gen.UInt, Gen.Int[0, 32]).Sample((one, other, shared) =>
        {
            other = shared == 32 ? one : (other & (uint.MaxValue >> shared)) | (one & ~(uint.MaxValue >> shared));
            Assert.Equal(BitOperations.LeadingZeroCount(one ^ other),
                BitOperations.LeadingZeroCount(pseudonyms.OfIPv4(one) ^ pseudonyms.OfIPv4(other)));
        }, iter: 2_000);
        Gen.Select(Gen.ULong, Gen.ULong, Gen.ULong, Gen.Int[0, 127]).Sample((high, low, noise, at) =>
        {
            UInt128 one = new(high, low);
            UInt128 other = one ^ (UInt128.One << (127 - at)) ^ (at >= 64 ? noise & ((1UL << (127 - at)) - 1) : 0UL);
            Assert.Equal(at, (int)UInt128.LeadingZeroCount(Wide(pseudonyms, one) ^ Wide(pseudonyms, other)));
        }, iter: 2_000);
    }

    [Fact]
    public void Stations_stay_stations_of_one_vendor_and_are_told_apart()
    {
        using AddressPseudonyms pseudonyms = new(SampleKey);
        Gen.Select(Gen.ULong[0, (1UL << 48) - 1], Gen.ULong[0, 0xFF_FFFF]).Sample((any, number) =>
        {
            ulong one = (any & ~(1UL << 40)) | 1;
            ulong other = (one & ~0xFF_FFFFUL) | number;
            (ulong first, ulong second) = (pseudonyms.OfMac(one), pseudonyms.OfMac(other));
            Assert.Equal(one == other, first == second);
            Assert.Equal(first >> 24, second >> 24);
            Assert.Equal(0UL, (first >> 40) & 1);
            Assert.True(first >> 48 == 0);
        }, iter: 2_000);
        Assert.NotEqual(0x0011_2233_4455UL, pseudonyms.OfMac(0x0011_2233_4455));
    }

    [Theory]
    [InlineData(0UL, 0UL)] // no address at all
    [InlineData(0xFFFF_FFFF_FFFFUL, 0UL)] // broadcast
    [InlineData(0x0180_C200_000EUL, 0UL)] // LLDP
    [InlineData(0x3333_FF12_3456UL, 0xFFFF_FFFFUL)] // the low 32 bits are those of an IPv6 address
    [InlineData(0x0100_5E01_0203UL, 0x7F_FFFFUL)] // the low 23 bits are those of an IPv4 address
    public void Of_group_addresses_only_what_is_made_of_an_ip_address_is_hidden(ulong mac, ulong hidden)
    {
        using AddressPseudonyms pseudonyms = new(SampleKey);
        ulong changed = mac ^ pseudonyms.OfMac(mac);
        Assert.Equal(hidden != 0, changed != 0);
        Assert.Equal(0UL, changed & ~hidden);
    }

    /// <summary>Who knows a vendor's number and its pseudonym must not learn how an IP address with these bits was flipped.</summary>
    [Fact]
    public void Stations_have_a_pad_of_their_own()
    {
        using CryptoPan addresses = new(SampleKey);
        using CryptoPan stations = new(SampleKey, forStations: true);
        Assert.NotEqual(addresses.Pseudonym48(0x0011_2233_4455), stations.Pseudonym48(0x0011_2233_4455));
        Assert.Equal(addresses.Pseudonym(0x0011_2233), (uint)(addresses.Pseudonym48(0x0011_2233_4455) >> 16));
    }

    [Fact]
    public void Text_is_read_and_written_as_flows_have_it()
    {
        using AddressPseudonyms pseudonyms = new(SampleKey);
        for (int again = 0; again < 2; again++)
        {
            Assert.Equal("135.242.180.132", pseudonyms.OfText("128.11.68.132"));
            Assert.Equal(pseudonyms.OfIPv6(new IpAddress128(0, 0xFFFF_0102_0304)).ToString(6), pseudonyms.OfText("::ffff:1.2.3.4"));
            Assert.Equal(AddressText.Mac(pseudonyms.OfMac(0x0011_2233_AABB)), pseudonyms.OfMacText("00:11:22:33:aa:bb"));
        }

        Assert.Throws<FormatException>(() => pseudonyms.OfText("localhost"));
        Assert.Throws<FormatException>(() => pseudonyms.OfMacText("00:11:22"));
    }

    [Fact]
    public void Many_threads_get_what_one_gets()
    {
        using AddressPseudonyms pseudonyms = new(SampleKey);
        using CryptoPan alone = new(SampleKey);
        uint[] expected = [.. Enumerable.Range(0, 300_000).Select(number => alone.Pseudonym((uint)number * 2654435761))];
        Parallel.For(0, 8 * 300_000, step =>
        {
            int number = (int)((uint)step * 7919 % 300_000);
            Assert.Equal(expected[number], pseudonyms.OfIPv4((uint)number * 2654435761));
        });
    }

    [Theory]
    [InlineData("1522178D33A4CF80130A5B1649907D10D8988F83797965276257 4C2D2A842202")]
    [InlineData("1522178d33a4cf80130a5b1649907d10")]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("32 characters, and one is no ASC\u00ce")]
    [InlineData("exactly 31 characters are a lack")]
    public void What_is_no_key_is_refused_without_quoting_it(string text)
    {
        text = text.StartsWith("exactly", StringComparison.Ordinal) ? text[1..] : text;
        string message = Assert.Throws<FormatException>(() => AnonymizationKey.Parse(text)).Message;
        Assert.True(text.Length < 3 || !message.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_can_be_digits_or_characters()
    {
        string digits = Convert.ToHexString(SampleKey);
        Assert.Equal(SampleKey, AnonymizationKey.Parse(digits));
        Assert.Equal(SampleKey, AnonymizationKey.Parse("0x" + digits.ToLowerInvariant()));
        Assert.Equal(Encoding.ASCII.GetBytes("0x characters that are no digits"),
            AnonymizationKey.Parse("0x characters that are no digits"));
        Assert.NotEqual(AnonymizationKey.Random(), AnonymizationKey.Random());
    }

    private static string Of(byte[] key, string address)
    {
        using AddressPseudonyms pseudonyms = new(key);
        string first = pseudonyms.OfText(address);
        IpAddress128 number = AddressText.FromIPAddress(IPAddress.Parse(address));
        using CryptoPan direct = new(key);
        Assert.Equal(first, address.Contains(':', StringComparison.Ordinal) ? direct.Pseudonym(number).ToString()
            : IpAddress128.FromIPv4(direct.Pseudonym((uint)number.Low)).ToString(4));
        return first;
    }

    private static UInt128 Wide(AddressPseudonyms pseudonyms, UInt128 address)
    {
        IpAddress128 pseudonym = pseudonyms.OfIPv6(new IpAddress128((ulong)(address >> 64), (ulong)address));
        return new UInt128(pseudonym.High, pseudonym.Low);
    }
}
