#!/usr/bin/env bash
# many-captures.sh [PACKETS [CAPTURES]]: 20 captures of one interface in one session, tcpreplay at full speed over a veth pair, and tcpdump
# beside them. None may lose what tcpdump does not lose in the same run; every packet is counted or said to be dropped, by each capture.
# Needs root, iproute2, tcpreplay, tcpdump.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need root ip tcpreplay tcpdump
begin
make_network
packets="${1:-400000}"
captures="${2:-20}"
read -r frames bytes <<<"$(make_frames "$work/frames.pcap" 1000)"
loops=$((packets / frames))

start_capture "$right" wr many -Captures "$captures"
ip netns exec "$right" tcpdump -i wr -n -B 65536 -w /dev/null >"$work/tcpdump.log" 2>&1 &
tcpdump_pid=$!
pids+=("$tcpdump_pid")
wait_until 20 "grep -q 'listening on' '$work/tcpdump.log'" || { evidence="$work/tcpdump.log"; die "tcpdump did not start"; }
before="$(received)"
ip netns exec "$left" tcpreplay --topspeed --preload-pcap --loop="$loops" -i wl "$work/frames.pcap" >"$work/replay.log" 2>&1 ||
  { evidence="$work/replay.log"; die "tcpreplay failed"; }
note "$(grep -m1 Rated: "$work/replay.log" || true)"
sleep 2
arrived=$(($(received) - before))
kill -INT "$tcpdump_pid"
wait "$tcpdump_pid" || true
stop_capture many

evidence="$work/many.log"
theirs="$(awk '/packets captured/ { print $1 }' "$work/tcpdump.log")"
their_drops="$(awk '/dropped by kernel/ { print $1 }' "$work/tcpdump.log")"
note "arrived $arrived; tcpdump $theirs, dropped $their_drops"
[ "$arrived" -gt 0 ] || die "nothing arrived at the interface"
columns="'Name', 'State', 'Packets', 'KernelDrops', 'InterfaceDrops', 'Flows', 'Bytes'"
ask "foreach (\$c in Get-NetCapture -StorePath '$store') { [string]($columns | ForEach-Object { \$c.\$_ }) }" >"$work/captures"
equal "captures" "$(wc -l <"$work/captures")" "$captures"
total=0
while read -r name state counted drops interface_drops flows counted_bytes; do
  equal "state of $name" "$state" Stopped
  [ "$drops" -le "$their_drops" ] || die "$name dropped $drops packets, tcpdump only $their_drops"
  equal "packets and drops of $name together" "$((counted + drops))" "$arrived"
  equal "interface drops of $name" "$interface_drops" 0
  if [ "$drops" -eq 0 ] && [ "$arrived" -eq $((loops * frames)) ]; then
    equal "bytes of $name" "$counted_bytes" "$((loops * bytes))"
    equal "flows of $name" "$flows" "$frames"
  fi
  total=$((total + counted))
done <"$work/captures"
equal "packets in the store" "$(ask "(Get-TrafficSummary -StorePath '$store').Packets")" "$total"
check_segments
echo "passed: $captures captures, $total packets of $((captures * arrived))"
