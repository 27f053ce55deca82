#!/usr/bin/env bash
# The interface goes down in the middle of a capture: what came before is stored, and the capture says what happened.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need root ip tcpreplay
begin
make_network
read -r frames bytes <<<"$(make_frames "$work/frames.pcap" 1000)"
start_capture "$right" wr down
ip netns exec "$left" tcpreplay --topspeed --loop=3 -i wl "$work/frames.pcap" >/dev/null 2>&1
sleep 1
ip -n "$right" link set wr down
said() { message="$(capture_value down Message)"; [[ "$message" == *wr* && "$message" == *down* ]]; }
wait_until 20 said || die "the capture says nothing of the interface that is down, but: '$(capture_value down Message)'"
note "it says: $message"
if [ "$(capture_value down State)" = Running ]; then
  # A capture that goes on must count again once the interface is up.
  ip -n "$right" link set wr up
  sleep 2
  ip netns exec "$left" tcpreplay --topspeed -i wl "$work/frames.pcap" >/dev/null 2>&1
  sleep 2
  stop_capture down
  equal "packets" "$(capture_value down Packets)" "$((4 * frames))"
else
  equal "state" "$(capture_value down State)" Failed
  equal "packets" "$(capture_value down Packets)" "$((3 * frames))"
fi
equal "packets in the store" "$(ask "(Get-TrafficSummary -StorePath '$store').Packets")" "$(capture_value down Packets)"
check_segments
echo "passed: nothing of before is lost"
