using NetTraffic.Packets;

namespace NetTraffic.Flows.Tests;

/// <summary>Round trip of the handshake, flags, segments sent again.</summary>
public sealed class TcpMeasureTests
{
    [Fact]
    public void The_handshakes_round_trip_is_from_the_SYN_to_the_acknowledgement_that_completes_it()
    {
        FlowRow row = new Script().FromA("S").After(0.030).FromB("SA").After(0.020).FromA("A").After(1).FromA("PA", 5).Row();
        Assert.Equal(52_000, row.HandshakeRttUs); // 50 ms, and the millisecond each packet takes
    }

    [Fact]
    public void A_SYN_sent_again_starts_the_clock_anew() =>
        Assert.Equal(2_000, new Script().FromA("S").After(1).FromA("S", sequence: 1000).FromB("SA").FromA("A").Row().HandshakeRttUs);

    [Theory]
    [InlineData("S")]
    [InlineData("A")]
    public void Without_a_whole_handshake_there_is_no_round_trip(string flags) =>
        Assert.Equal(-1, new Script().FromA(flags).FromB("A").FromA("A").Row().HandshakeRttUs);

    [Fact]
    public void Flags_are_gathered_each_way()
    {
        FlowRow row = new Script().Handshake().FromA("PA", 9).FromB("FA").Row();
        Assert.Equal(TcpFlags.Syn | TcpFlags.Ack | TcpFlags.Psh, row.SourceTcpFlags);
        Assert.Equal(TcpFlags.Syn | TcpFlags.Ack | TcpFlags.Fin, row.DestinationTcpFlags);
    }

    [Fact]
    public void Bytes_sent_twice_are_a_retransmission()
    {
        FlowRow row = new Script().Handshake().FromA("PA", 100).After(0.2).FromA("PA", 100, sequence: 1001).FromB("A").Row();
        Assert.Equal((1, 0), (row.SourceRetransmissions, row.DestinationRetransmissions));
    }

    [Fact]
    public void A_SYN_sent_again_is_a_retransmission() =>
        Assert.Equal(2,
            new Script().FromA("S").After(1).FromA("S", sequence: 1000).After(2).FromA("S", sequence: 1000).Row().SourceRetransmissions);

    [Fact]
    public void A_lost_segment_sent_later_is_a_retransmission() =>
        Assert.Equal(1,
            new Script().Handshake().FromA("A", 100, sequence: 1001).FromA("A", 100, sequence: 1201).After(0.2)
                .FromA("A", 100, sequence: 1101).Row().SourceRetransmissions);

    [Fact]
    public void Segments_that_overtook_one_another_are_none() =>
        Assert.Equal(0,
            new Script().Handshake().FromA("A", 100, sequence: 1001).FromA("A", 100, sequence: 1201).FromA("A", 100, sequence: 1101)
                .FromA("A", 50, sequence: 1301).Row().SourceRetransmissions);

    [Fact]
    public void A_keep_alive_is_none() =>
        Assert.Equal(0, new Script().Handshake().FromA("PA", 100).After(30).FromA("A", 1, sequence: 1100).Row().SourceRetransmissions);

    [Fact]
    public void Pure_acknowledgements_are_none() =>
        Assert.Equal(0, new Script().Handshake().FromA("A").FromA("A").FromA("A").Row().SourceRetransmissions);

    [Fact]
    public void Sequence_numbers_wrap_around()
    {
        FlowRow row = new Script().FromA("S", sequence: 0xFFFF_FFFF).FromB("SA").FromA("A", 100, sequence: 0).FromA("A", 100, sequence: 100)
            .FromA("A", 100, sequence: 0).Row();
        Assert.Equal(1, row.SourceRetransmissions);
    }

    [Fact]
    public void A_later_fragment_says_nothing_about_the_connection()
    {
        DecodedPacket whole = new Script().FromA("A", 100).Packets[0];
        DecodedPacket fragment =
            whole with { Traits = PacketTraits.Fragment | PacketTraits.LaterFragment, TcpFlags = TcpFlags.None, TcpSequence = 0 };
        FlowRowList rows = new();
        FlowTable table = new(Script.OneRow, rows);
        table.Add([whole, fragment]);
        table.Close();
        FlowRow row = Assert.Single(rows.Rows);
        Assert.Equal((2L, 0), (row.SourcePackets, row.SourceRetransmissions));
    }
}
