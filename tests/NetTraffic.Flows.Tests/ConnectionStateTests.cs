namespace NetTraffic.Flows.Tests;

/// <summary>conn_state as Zeek's documentation of conn.log words it.</summary>
public sealed class ConnectionStateTests
{
    public static TheoryData<string, ConnectionState> Sequences => new()
    {
        // Each word is a segment: its sender, its flags.
        { "aS", ConnectionState.S0 },
        { "aS aS aS", ConnectionState.S0 },
        { "aS bSA aA", ConnectionState.S1 },
        { "aS bSA aA aPA bPA", ConnectionState.S1 },
        { "aS bSA aA aPA bPA aFA bFA aA", ConnectionState.SF },
        { "aS bSA aA bFA aFA bA", ConnectionState.SF },
        { "aS bRA", ConnectionState.REJ },
        { "aS bSA aA aPA aFA bA", ConnectionState.S2 },
        { "aS bSA aA aPA bFA aA", ConnectionState.S3 },
        { "aS bSA aA aPA aR", ConnectionState.RSTO },
        { "aS bSA aA aPA bR", ConnectionState.RSTR },
        { "aS bSA aA bPA bFA aR", ConnectionState.RSTO },
        { "aS aR", ConnectionState.RSTOS0 },
        { "bSA bR", ConnectionState.RSTRH },
        { "aS aF", ConnectionState.SH },
        { "bSA bF", ConnectionState.SHR },
        { "aPA bPA aA", ConnectionState.OTH },
        { "aPA", ConnectionState.OTH },
        { "aS bSA aA aPA bA bPA aA bFA bRA", ConnectionState.RSTR }, // history ShADadfr: a RST behind the own FIN
        { "aS bSA aA aPA bPA aFA aRA", ConnectionState.RSTO },
        { "aS bSA aA aFA bFA aRA", ConnectionState.SF }, // behind both FINs it changes nothing
        { "aS bSA aA aFA bFA bRA", ConnectionState.SF },
        { "aS bSA aA aFA aRA bFA", ConnectionState.SF }, // nor where the other side's FIN follows
        { "aS bSA aA bFA bR aFA", ConnectionState.SF },
        { "bSA aA aPA bPA", ConnectionState.S1 }, // history ^hADd: only the SYN was missed
        { "bSA aA aFA bFA aA", ConnectionState.SF },
        { "bSA", ConnectionState.OTH },
        { "aS bA bSA aA", ConnectionState.S1 }, // some acknowledge a SYN before they answer it
        { "aS bPA", ConnectionState.OTH },
        { "aS bS aSA bSA", ConnectionState.S1 }, // both at once
        { "aPA aFA", ConnectionState.SH },
        { "aPA aFA bA bFA", ConnectionState.SF },
        { "aPA bR", ConnectionState.RSTRH },
        { "aPA bPA aR", ConnectionState.RSTOS0 },
    };

    [Theory]
    [MemberData(nameof(Sequences))]
    public void A_sequence_of_segments_has_the_state_that_Zeek_gives_it(string sequence, ConnectionState expected)
    {
        Script script = new();
        foreach (string segment in sequence.Split(' '))
        {
            int payload = segment.Contains('P', StringComparison.Ordinal) ? 10 : 0;
            _ = segment[0] == 'a' ? script.FromA(segment[1..], payload) : script.FromB(segment[1..], payload);
        }

        Assert.Equal(expected, script.Row().State);
    }

    [Fact]
    public void A_datagram_without_an_answer_is_S0() => Assert.Equal(ConnectionState.S0, new Script().Udp(fromA: true).Row().State);

    [Fact]
    public void A_datagram_with_an_answer_is_SF() =>
        Assert.Equal(ConnectionState.SF, new Script().Udp(fromA: true).Udp(fromA: false).Row().State);

    [Fact]
    public void A_datagram_from_a_service_that_nobody_asked_is_SHR() =>
        Assert.Equal(ConnectionState.SHR, new Script().Udp(fromA: false).Row().State);

    [Fact]
    public void Every_row_tells_the_state_so_far()
    {
        List<FlowRow> rows = new Script().FromA("S").FromB("SA").After(6).FromA("A").After(6).FromA("FA").FromB("FA")
            .Rows(new FlowOptions());
        Assert.Equal([ConnectionState.S1, ConnectionState.S1, ConnectionState.SF], rows.Select(row => row.State));
    }
}
