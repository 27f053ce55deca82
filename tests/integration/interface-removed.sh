#!/usr/bin/env bash
# One of two interfaces is removed in the middle of a capture and comes back: it is captured on again, and the capture says what it does.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need root ip tcpreplay
begin
make_network
read -r frames bytes <<<"$(make_frames "$work/frames.pcap" 1000)"
cable() {
  ip -n "$left" link add "$1" type veth peer name "$2" netns "$right"
  ip -n "$left" link set "$1" arp off up
  ip -n "$right" link set "$2" arp off up
}
state() { ask "(Get-NetCapture -StorePath '$store')[0].InterfaceStates['$1']"; }
replay() { ip netns exec "$left" tcpreplay --topspeed -i "$1" "$work/frames.pcap" >/dev/null 2>&1; sleep 1; }
cable xl xr
start_capture "$right" wr,xr both
replay wl
replay xl
equal "the second interface's state" "$(state xr)" Up
ip -n "$left" link del xl
wait_until 20 '[ "$(state xr)" = Removed ]' || die "the removed interface is $(state xr)"
said="$(capture_value both Message)"
[[ "$said" == *xr*removed* ]] || die "the capture says of it: $said"
note "it says: $said"
equal "the other's state" "$(state wr)" Up
replay wl
cable xl xr
wait_until 20 '[ "$(state xr)" = Up ]' || die "the interface that came back is $(state xr)"
equal "the message then" "$(capture_value both Message)" ""
replay xl
stop_capture both
equal "state" "$(capture_value both State)" Stopped
equal "packets" "$(capture_value both Packets)" "$((4 * frames))"
equal "packets of the second" "$(ask "(Get-NetFlow -StorePath '$store' -First 100000 | Where-Object Interface -EQ xr | Measure-Object Packets -Sum).Sum")" "$((2 * frames))"
check_segments
echo "passed: a removed interface is captured on again when it is back"
