#!/usr/bin/env bash
# kill.sh: kill -9 in the middle of a capture. Everything up to the last flush is readable, the capture is listed as Crashed, there is
# no half segment, and the next capture into the store works. Needs root, iproute2, tcpreplay.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need root ip tcpreplay
begin
make_network
read -r frames bytes <<<"$(make_frames "$work/frames.pcap" 1000)"

start_capture "$right" wr killed
victim="$capture_pid"
ip netns exec "$left" tcpreplay --topspeed --loop=20 -i wl "$work/frames.pcap" >/dev/null 2>&1
# Flushes come every second: what has arrived now is durable well before the end of this.
sleep 3
ip netns exec "$left" tcpreplay --pps 20000 --loop=200 -i wl "$work/frames.pcap" >/dev/null 2>&1 &
replay=$!
pids+=("$replay")
sleep 2.5
kill -9 "$victim"
wait "$victim" 2>/dev/null || true
kill "$replay" 2>/dev/null || true

check_segments
equal "state" "$(capture_value killed State)" Crashed
stored="$(ask "(Get-TrafficSummary -StorePath '$store').Packets")"
note "stored $stored packets; $((20 * frames)) arrived before the last flush but one"
[ "$stored" -ge $((20 * frames)) ] || die "only $stored packets are readable"
listed="$(ask "\$n = 0L; Get-NetFlow -StorePath '$store' | ForEach-Object { \$n += \$_.Packets }; \$n")"
equal "packets over the flows" "$listed" "$stored"

start_capture "$right" wr after
ip netns exec "$left" tcpreplay --topspeed -i wl "$work/frames.pcap" >/dev/null 2>&1
sleep 1
stop_capture after
equal "packets of the next capture" "$(capture_value after Packets)" "$frames"
equal "state of the next capture" "$(capture_value after State)" Stopped
check_segments
echo "passed: $stored packets readable after kill -9"
