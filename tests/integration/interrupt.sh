#!/usr/bin/env bash
# Ctrl+C (SIGINT) in the middle of an import and of a capture: both end soon, listed as Stopped. What the capture saw is stored; of the
# import, which counts as a whole or not at all, nothing is.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need root ip tcpreplay
begin
make_network
read -r frames bytes <<<"$(make_frames "$work/frames.pcap" 1000)"

# A capture file large enough that its import takes a while.
tail -c +25 "$work/frames.pcap" >"$work/body"
head -c 24 "$work/frames.pcap" >"$work/big.pcap"
for _ in $(seq 50); do cat "$work/body"; done >"$work/body50"
for _ in $(seq 80); do cat "$work/body50"; done >>"$work/big.pcap"
env --default-signal=INT "${nt[@]}" "Import-NetCapture -LiteralPath '$work/big.pcap' -StorePath '$store'" >"$work/import.log" 2>&1 &
import=$!
pids+=("$import")
wait_until 30 "compgen -G '$store/captures/status/*.json' >/dev/null" || { evidence="$work/import.log"; die "the import did not start"; }
sleep 0.3
kill -INT "$import"
before="$(date +%s%N)"
code=0
wait "$import" || code=$?
took=$((($(date +%s%N) - before) / 1000000))
evidence="$work/import.log"
equal "exit code of the import" "$code" 1
[ "$took" -lt 10000 ] || die "the import took $took ms to stop"
equal "state of the import" "$(capture_value big.pcap State)" Stopped
read_packets="$(capture_value big.pcap Packets)"
[ "$read_packets" -lt 4000000 ] || die "the import was not interrupted"
equal "packets in the store" "$(ask "(Get-TrafficSummary -StorePath '$store').Packets")" 0
equal "segments left" "$(find "$store/flows" "$store/captures" -name '*.parquet' 2>/dev/null | wc -l)" 0
note "the import stopped after $took ms and $read_packets packets"
check_segments
rm "$work/big.pcap"

ip netns exec "$right" env --default-signal=INT "${nt[@]}" "Start-NetCapture -Interface wr -Name keyboard -Wait -StorePath '$work/store2'" >"$work/capture.log" 2>&1 &
capture=$!
pids+=("$capture")
store="$work/store2"
evidence="$work/capture.log"
wait_until 30 "compgen -G '$store/captures/status/*.json' >/dev/null" || die "the capture did not start"
sleep 0.5
ip netns exec "$left" tcpreplay --topspeed --loop=5 -i wl "$work/frames.pcap" >/dev/null 2>&1
sleep 1
kill -INT "$capture"
code=0
wait "$capture" || code=$?
equal "exit code of the capture" "$code" 1
equal "state of the capture" "$(capture_value keyboard State)" Stopped
equal "packets of the capture" "$(capture_value keyboard Packets)" "$((5 * frames))"
equal "packets in its store" "$(ask "(Get-TrafficSummary -StorePath '$store').Packets")" "$((5 * frames))"
check_segments
echo "passed: both stopped with everything stored"
