#!/usr/bin/env bash
# receive-loop.sh [PACKETS [ROUNDS]]: processor time and allocation a packet of a thread that receives, decodes and tracks flows: with our receive
# loop and with SharpPcap's, in turns, over a veth pair at full speed (tcpreplay), for small frames. Needs root, iproute2, tcpreplay.
. "$(dirname "${BASH_SOURCE[0]}")/../integration/lib.sh"
need root ip tcpreplay
begin
make_network
packets="${1:-1000000}"
rounds="${2:-3}"
project="$root/tests/bench/NetTraffic.Benchmarks/NetTraffic.Benchmarks.csproj"
dotnet build "$project" -c Release -v q -nologo >"$work/build.log" || { cat "$work/build.log"; exit 1; }
bench="$(find "$root/artifacts/bin/NetTraffic.Benchmarks" -path '*release*' -name NetTraffic.Benchmarks.dll -print -quit)"
read -r frames _ <<<"$(make_frames "$work/frames.pcap" 1000)"
for ((round = 1; round <= rounds; round++)); do
  for loop in ours event; do
    ready="$work/$loop.$round"
    ip netns exec "$right" dotnet "$bench" receive "$loop" wr "$ready" "$packets" &
    receiver=$!
    pids+=("$receiver")
    wait_until 30 "[ -e '$ready' ]" || die "the receiver did not start"
    sleep 0.5
    ip netns exec "$left" tcpreplay --topspeed --preload-pcap --loop=$((packets / frames)) -i wl "$work/frames.pcap" >"$work/replay.log" 2>&1 ||
      { evidence="$work/replay.log"; die "tcpreplay failed"; }
    wait "$receiver"
  done
done
