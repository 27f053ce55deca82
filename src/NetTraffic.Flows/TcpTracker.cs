using System.Runtime.CompilerServices;
using NetTraffic.Packets;

namespace NetTraffic.Flows;

/// <summary>
/// Follows a TCP connection: the state of both ends in the terms of Zeek's conn.log (conn_state), the handshake's round trip, and
/// segments sent again. Sequence arithmetic is modulo 2^32 (RFC 9293 section 3.4).
/// </summary>
internal static class TcpTracker
{
    // A hole filled this soon was reordering in the network; later it was sent again (TShark draws the line at 3 ms too).
    private const uint ReorderMs = 3;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Track(ref FlowEntry flow, in DecodedPacket packet, bool fromSource)
    {
        ref TcpDirection self = ref fromSource ? ref flow.Source : ref flow.Destination;
        ref TcpDirection peer = ref fromSource ? ref flow.Destination : ref flow.Source;
        TcpFlags flags = packet.TcpFlags;

        if ((flags & TcpFlags.Syn) != 0 && (flags & TcpFlags.Ack) == 0 && fromSource)
        {
            flow.SynNs = packet.TimestampNs;
        }
        else if (fromSource && flow.HandshakeRttUs < 0 && flow.SynNs != 0 && (flags & (TcpFlags.Ack | TcpFlags.Syn)) == TcpFlags.Ack
            && (peer.Flags & (TcpFlags.Syn | TcpFlags.Ack)) == (TcpFlags.Syn | TcpFlags.Ack))
        {
            flow.HandshakeRttUs = (int)Math.Clamp((packet.TimestampNs - flow.SynNs) / 1000, 0, int.MaxValue);
        }

        if (fromSource && (self.State == EndpointState.Inactive || (flags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Syn))
        {
            flow.InitialSequence = packet.TcpSequence - ((flags & TcpFlags.Syn) != 0 ? 0u : 1u);
        }

        Advance(ref self, ref peer, fromSource, flags, packet.PayloadLength);
        self.Flags |= flags;
        self.HasData |= packet.PayloadLength > 0;
        CountRetransmission(ref self, packet, flags);
    }

    /// <summary>conn_state of Zeek's connection log.</summary>
    public static ConnectionState State(in FlowEntry flow)
    {
        EndpointState source = IsReset(flow.Source) ? EndpointState.Reset : flow.Source.State;
        EndpointState destination = IsReset(flow.Destination) ? EndpointState.Reset : flow.Destination.State;
        bool sourceInactive = source is EndpointState.Inactive or EndpointState.Partial;
        bool destinationInactive = destination is EndpointState.Inactive or EndpointState.Partial;
        if (destination == EndpointState.Reset)
        {
            bool rejected = source is EndpointState.SynSent or EndpointState.SynAckSent
                || (source == EndpointState.Reset && !flow.Source.HasData && !flow.Destination.HasData);
            return rejected ? ConnectionState.REJ : sourceInactive ? ConnectionState.RSTRH : ConnectionState.RSTR;
        }

        return (source, destination) switch
        {
            (EndpointState.Reset, _) => destinationInactive ? ConnectionState.RSTOS0 : ConnectionState.RSTO,
            (EndpointState.Closed, EndpointState.Closed) => ConnectionState.SF,
            (EndpointState.Closed, _) => destinationInactive ? ConnectionState.SH : ConnectionState.S2,
            (_, EndpointState.Closed) => sourceInactive ? ConnectionState.SHR : ConnectionState.S3,
            (EndpointState.SynSent, EndpointState.Inactive) => ConnectionState.S0,
            (EndpointState.Established, EndpointState.Established) => ConnectionState.S1,
            _ => ConnectionState.OTH,
        };
    }

    private static bool IsReset(in TcpDirection side) => side.State is EndpointState.Reset or EndpointState.ResetAfterClose;

    public static bool IsClosed(in FlowEntry flow) =>
        IsReset(flow.Source) || IsReset(flow.Destination)
        || (flow.Source.State == EndpointState.Closed && flow.Destination.State == EndpointState.Closed);

    /// <summary>
    /// Whether a segment with SYN begins another connection on the ports of one that is not closed: its sequence number is not the one
    /// that its sender began with. A SYN sent again has the same; a SYN from the other side may be a simultaneous open.
    /// </summary>
    public static bool IsNewConnection(in FlowEntry flow, in DecodedPacket packet, bool fromSource)
    {
        bool answers = (packet.TcpFlags & TcpFlags.Ack) != 0;
        if (fromSource)
        {
            return !answers && flow.Source.State != EndpointState.Inactive && packet.TcpSequence != flow.InitialSequence;
        }

        // Of the responder only what it sent last is known. A SYN-ACK tells of another connection where nothing of its originator was
        // seen.
        bool same = flow.Destination.State == EndpointState.Inactive
            || (!flow.Destination.HasData && packet.TcpSequence + 1 == flow.Destination.Next);
        return !same && (!answers || (flow.Source.State == EndpointState.Inactive && !flow.Destination.HasData));
    }

    /// <summary>The steps of Zeek's TCP analyser (UpdateStateMachine).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Advance(ref TcpDirection self, ref TcpDirection peer, bool fromSource, TcpFlags flags, int payloadLength)
    {
        bool syn = (flags & TcpFlags.Syn) != 0, ack = (flags & TcpFlags.Ack) != 0, fin = (flags & TcpFlags.Fin) != 0;
        bool reset = (flags & TcpFlags.Rst) != 0;
        switch (self.State)
        {
            case EndpointState.Inactive:
                if (syn && fromSource)
                {
                    self.State = ack ? EndpointState.SynAckSent : EndpointState.SynSent;
                }
                else if (syn)
                {
                    self.State = EndpointState.Established;
                    peer.State = peer.State == EndpointState.SynSent ? EndpointState.Established : peer.State;
                }
                else if (ack && peer.State == EndpointState.Established)
                {
                    self.State = EndpointState.Established; // only its SYN was missed
                }
                else if (fromSource || payloadLength > 0 || peer.State != EndpointState.SynSent)
                {
                    // Some answer a SYN with an empty ACK before their SYN-ACK: that is no connection seen from its middle.
                    self.State = EndpointState.Partial;
                }

                break;
            case EndpointState.Partial when syn && !ack && peer.State == EndpointState.Inactive:
                self.State = EndpointState.SynSent;
                break;
            case EndpointState.Partial when syn && ack && peer.State == EndpointState.SynSent:
                self.State = peer.State = EndpointState.Established;
                break;
            case EndpointState.Closed:
                // After both sides' FINs a RST changes nothing.
                if (reset && peer.State != EndpointState.Closed)
                {
                    self.State = EndpointState.ResetAfterClose;
                }

                return;
            case EndpointState.Reset or EndpointState.ResetAfterClose:
                return;
            default:
                break;
        }

        if (reset)
        {
            self.State = EndpointState.Reset;
        }
        else if (fin)
        {
            self.State = EndpointState.Closed;
            peer.State = peer.State == EndpointState.ResetAfterClose ? EndpointState.Closed : peer.State;
        }
    }

    /// <summary>Follows one side's sequence numbers, and counts a segment that was sent before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CountRetransmission(ref TcpDirection self, in DecodedPacket packet, TcpFlags flags)
    {
        bool phantom = (flags & (TcpFlags.Syn | TcpFlags.Fin)) != 0;
        int length = packet.PayloadLength + (phantom ? 1 : 0);
        if (length == 0 || (flags & TcpFlags.Rst) != 0)
        {
            return;
        }

        uint start = packet.TcpSequence;
        uint end = start + (uint)length;
        if (!self.Started)
        {
            self.Started = true;
            self.Next = end;
            self.HoleStart = self.HoleEnd = end;
            return;
        }

        int ahead = (int)(start - self.Next);
        if (ahead >= 0)
        {
            if (ahead > 0)
            {
                self.HoleStart = self.Next;
                self.HoleEnd = start;
                self.HoleMs = (uint)(packet.TimestampNs / 1_000_000);
            }

            self.Next = end;
            return;
        }

        // A keep-alive repeats the last byte, or none, and carries no news (RFC 9293 section 3.8.4).
        if (ahead == -1 && length <= 1 && !phantom)
        {
            return;
        }

        bool fillsHole = self.HoleStart != self.HoleEnd && (int)(start - self.HoleStart) >= 0 && (int)(self.HoleEnd - start) > 0;
        if (fillsHole)
        {
            if (start == self.HoleStart)
            {
                self.HoleStart = (int)(end - self.HoleEnd) >= 0 ? self.HoleEnd : end;
            }

            if ((uint)(packet.TimestampNs / 1_000_000) - self.HoleMs <= ReorderMs)
            {
                return;
            }
        }

        self.Retransmissions++;
        if ((int)(end - self.Next) > 0)
        {
            self.Next = end;
        }
    }
}
