using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>Capture filters over packets that are already here.</summary>
public sealed class BpfFilterTests
{
    private static readonly byte[] Ip = Frames.IPv4("192.0.2.1", "192.0.2.2", 6, Frames.Tcp(1000, 443, TcpFlags.Syn));

    [Theory]
    [InlineData("tcp port 443", true)]
    [InlineData("tcp port 80", false)]
    [InlineData("host 192.0.2.2 and tcp[tcpflags] & tcp-syn != 0", true)]
    [InlineData("greater 100", false)]
    [InlineData("", true)]
    public void A_filter_decides(string text, bool expected)
    {
        RequireLibrary();
        using BpfFilter ethernet = BpfFilter.Compile(text, 1);
        using BpfFilter raw = BpfFilter.Compile(text, 101);
        using BpfFilter cooked = BpfFilter.Compile(text, 113);
        byte[] frame = Frames.Ethernet(0x0800, Ip);
        Assert.Equal(expected, ethernet.Matches(new RawPacket(0, frame.Length, 1, 0, frame)));
        Assert.Equal(expected, raw.Matches(new RawPacket(0, Ip.Length, 101, 0, Ip)));
        byte[] sll = [0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, .. Ip];
        Assert.Equal(expected, cooked.Matches(new RawPacket(0, sll.Length, 113, 0, sll)));
    }

    [Fact]
    public void Wire_length_counts_for_length_and_captured_bytes_for_the_rest()
    {
        RequireLibrary();
        using BpfFilter longer = BpfFilter.Compile("greater 1000", 1);
        Assert.True(longer.Matches(new RawPacket(0, 1000, 1, 0, new byte[60])));
        using BpfFilter port = BpfFilter.Compile("tcp port 443", 1);
        Assert.False(port.Matches(new RawPacket(0, 1000, 1, 0, Frames.Ethernet(0x0800, Ip).AsSpan(0, 30))));
        Assert.False(port.Matches(new RawPacket(0, 0, 1, 0, [])));
    }

    [Fact]
    public void A_wrong_filter_is_refused_with_libpcaps_words()
    {
        RequireLibrary();
        CaptureException error = Assert.Throws<CaptureException>(() => BpfFilter.Compile("tcp prot 80", 1));
        Assert.Equal(CaptureProblem.BadFilter, error.Problem);
        Assert.Contains("syntax error", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.NextMove);
        error = Assert.Throws<CaptureException>(() => BpfFilter.Compile("tcp\0 port 80", 1));
        Assert.Equal(CaptureProblem.BadFilter, error.Problem);
    }

    [Fact]
    public void A_filter_that_a_link_type_has_no_place_for_is_refused_with_the_link_type()
    {
        RequireLibrary();
        const int usb = 189;
        CaptureException error = Assert.Throws<CaptureException>(() => BpfFilter.Compile("tcp port 80", usb));
        Assert.Equal(CaptureProblem.BadFilter, error.Problem);
        Assert.Contains("link type 189", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_filter_that_no_packet_of_a_link_type_can_match_matches_none()
    {
        RequireLibrary();
        const int ipv6Alone = 229;
        using BpfFilter filter = BpfFilter.Compile("host 192.0.2.1", ipv6Alone);
        byte[] packet = Frames.IPv6("2001:db8::1", "2001:db8::2", 6, Frames.Tcp(1, 2, TcpFlags.Syn));
        Assert.False(filter.Matches(new RawPacket(0, packet.Length, ipv6Alone, 0, packet)));
        using BpfFilter other = BpfFilter.Compile("host 2001:db8::1", ipv6Alone);
        Assert.True(other.Matches(new RawPacket(0, packet.Length, ipv6Alone, 0, packet)));
        Assert.Throws<CaptureException>(() => BpfFilter.Compile("tcp and udp", 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(102)]
    [InlineData(103)]
    [InlineData(106)]
    [InlineData(108)]
    [InlineData(109)]
    [InlineData(276)]
    public void Link_types_that_libpcap_knows_by_another_number_have_filters_too(int linkType)
    {
        RequireLibrary();
        BpfFilter.Compile("tcp port 80", linkType).Dispose();
    }

    [Fact]
    public void A_freed_filter_is_refused()
    {
        RequireLibrary();
        BpfFilter filter = BpfFilter.Compile("tcp", 1);
        filter.Dispose();
        filter.Dispose();
        Assert.Throws<ObjectDisposedException>(() => filter.Matches(new RawPacket(0, 0, 1, 0, [])));
    }

    [Fact]
    public void Matching_allocates_nothing()
    {
        RequireLibrary();
        using BpfFilter filter = BpfFilter.Compile("tcp port 443", 101);
        RawPacket packet = new(0, Ip.Length, 101, 0, Ip);
        Assert.True(filter.Matches(packet));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            filter.Matches(packet);
        }

        Allocations.AssertNoneSince(before);
    }

    private static void RequireLibrary()
    {
        try
        {
            BpfFilter.Compile("", 1).Dispose();
        }
        catch (CaptureException error) when (error.Problem == CaptureProblem.LibraryMissing)
        {
            Assert.Skip(error.Message);
        }
    }
}
