#!/usr/bin/env bash
# Two processes capture into one store at once; both are listed, from a third one, and nothing is lost or counted twice.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need root ip tcpreplay
begin
make_network
read -r frames bytes <<<"$(make_frames "$work/frames.pcap" 1000)"
start_capture "$left" wl first
start_capture "$right" wr second
equal "running captures" "$(ask "@(Get-NetCapture -StorePath '$store' | Where-Object State -EQ Running).Count")" 2
ip netns exec "$left" tcpreplay --pps 10000 --loop=30 -i wl "$work/frames.pcap" >/dev/null 2>&1
sleep 1
# The second is stopped by a process that does not run it.
ask "Stop-NetCapture -Name second -StorePath '$store'"
wait_until 30 "[ -e '$work/second.done' ]" || { evidence="$work/second.log"; die "the other process's capture did not stop"; }
stop_capture first
equal "packets of the first" "$(capture_value first Packets)" "$((30 * frames))"
equal "packets of the second" "$(capture_value second Packets)" "$((30 * frames))"
equal "state of the second" "$(capture_value second State)" Stopped
equal "packets in the store" "$(ask "(Get-TrafficSummary -StorePath '$store').Packets")" "$((60 * frames))"
equal "bytes in the store" "$(ask "(Get-TrafficSummary -StorePath '$store').Bytes")" "$((60 * bytes))"
check_segments
echo "passed: two captures, one store"
