using System.Net.NetworkInformation;
using NetTraffic.Capture;
using NetTraffic.Net;
using NetTraffic.Packets;
using NetTraffic.Testing;
using PacketDotNet;

namespace NetTraffic.Decode.Tests;

/// <summary>PacketDotNet as a second opinion on plain Ethernet with IP and TCP or UDP.</summary>
public sealed class PacketDotNetTests
{
    [Theory]
    [InlineData("zeek/wikipedia.pcap")]
    [InlineData("zeek/ssh_ssh.pcap")]
    [InlineData("zeek/smtp.pcap")]
    [InlineData("ndpi/http_ipv6.pcap")]
    [InlineData("ndpi/1kxun.pcap")]
    [InlineData("zeek/quic_quic_win11_firefox_google.pcap")]
    public void A_shared_capture_is_read_alike(string name) => AssertAlike(Repository.SharedCapture(name));

    [Fact]
    public void The_sample_is_read_alike() => AssertAlike(Repository.SampleCapture);

    private static void AssertAlike(string path)
    {
        PacketKeeper keeper = new();
        using (CaptureFileSource source = CaptureFileSource.Open(path))
        {
            source.Run(keeper, TestContext.Current.CancellationToken);
        }

        PacketDecoder decoder = new();
        int compared = 0;
        foreach (TestPacket frame in keeper.Packets.Where(packet => packet.LinkType == LinkTypes.Ethernet))
        {
            decoder.Decode(frame.Raw, out DecodedPacket ours);
            EthernetPacket ethernet = (EthernetPacket)Packet.ParsePacket(PacketDotNet.LinkLayers.Ethernet, frame.Data);
            bool plain = ours.Tunnel == TunnelKind.None && (ours.Traits & PacketTraits.Fragment) == 0 && ours.Failure == DecodeFailure.None;
            if (!plain || ethernet.PayloadPacket is not IPPacket { PayloadPacket: TransportPacket transport } ip)
            {
                continue;
            }

            compared++;
            Assert.Equal(
                (ip.SourceAddress, ip.DestinationAddress, (byte)ip.Protocol, transport.SourcePort, transport.DestinationPort,
                    ethernet.SourceHardwareAddress, ethernet.DestinationHardwareAddress),
                (AddressText.ToIPAddress(ours.Source, ours.IpVersion), AddressText.ToIPAddress(ours.Destination, ours.IpVersion),
                    ours.IpProtocol, ours.SourcePort, ours.DestinationPort, Mac(ours.SourceMac), Mac(ours.DestinationMac)));
            if (transport is TcpPacket tcp)
            {
                Assert.Equal(((byte)tcp.Flags, tcp.SequenceNumber, tcp.AcknowledgmentNumber, tcp.WindowSize),
                    ((byte)ours.TcpFlags, ours.TcpSequence, ours.TcpAcknowledgement, ours.TcpWindow));
            }
        }

        Assert.True(compared > 20, $"only {compared} frames are plain");
    }

    private static PhysicalAddress Mac(ulong mac) => new([.. BitConverter.GetBytes(mac).Reverse().Skip(2)]);
}
