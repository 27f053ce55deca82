#!/usr/bin/env bash
# live.sh [--enrich] [PACKETS]: tcpreplay at full speed over a veth pair, NetTraffic beside tcpdump. Nothing may be lost that tcpdump does
# not lose in the same run, and the counts are exact. With --enrich the senders are public addresses, about which a provider is asked
# meanwhile (a server of this script's own); talkers are looked at every 30 s, so it lasts 40. Needs root, iproute2, tcpreplay, tcpdump; python3 with --enrich.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need root ip tcpreplay tcpdump
begin
make_network
enrich=() public=()
if [ "${1:-}" = --enrich ]; then
  shift
  need python3
  enrich=(-Enrich) public=(-Public)
  ip -n "$right" link set lo up
  ip netns exec "$right" python3 "$here/provider.py" "$work/provider.port" >"$work/provider.log" 2>&1 &
  pids+=("$!")
  wait_until 20 "[ -s '$work/provider.port' ]" || { evidence="$work/provider.log"; die "the provider did not start"; }
  ask "Set-NetTrafficOption -StorePath '$store' -EnrichmentProviders ip-api -IpApiUrl http://127.0.0.1:$(cat "$work/provider.port")"
fi
packets="${1:-600000}"
read -r frames bytes <<<"$(make_frames "$work/frames.pcap" 1000 "${public[@]}")"
loops=$((packets / frames))
how_long=(--loop="$loops")
[ ${#enrich[@]} -eq 0 ] || how_long=(--loop=0 --duration=40)

start_capture "$right" wr live "${enrich[@]}"
ip netns exec "$right" tcpdump -i wr -n -B 65536 -w /dev/null >"$work/tcpdump.log" 2>&1 &
tcpdump_pid=$!
pids+=("$tcpdump_pid")
wait_until 20 "grep -q 'listening on' '$work/tcpdump.log'" || { evidence="$work/tcpdump.log"; die "tcpdump did not start"; }
before="$(received)"
ip netns exec "$left" tcpreplay --topspeed --preload-pcap "${how_long[@]}" -i wl "$work/frames.pcap" >"$work/replay.log" 2>&1 || { evidence="$work/replay.log"; die "tcpreplay failed"; }
note "$(grep -m1 Rated: "$work/replay.log" || true)"
sleep 2
arrived=$(($(received) - before))
kill -INT "$tcpdump_pid"
wait "$tcpdump_pid" || true
stop_capture live

read -r counted counted_bytes drops interface_drops flows <<<"$(ask "\$c = (Get-NetCapture -StorePath '$store')[0]; \"\$(\$c.Packets) \$(\$c.Bytes) \$(\$c.KernelDrops) \$(\$c.InterfaceDrops) \$(\$c.Flows)\"")"
stored="$(ask "(Get-TrafficSummary -StorePath '$store').Packets")"
theirs="$(awk '/packets captured/ { print $1 }' "$work/tcpdump.log")"
their_drops="$(awk '/dropped by kernel/ { print $1 }' "$work/tcpdump.log")"
note "arrived $arrived; NetTraffic $counted, dropped $drops; tcpdump $theirs, dropped $their_drops; stored $stored in $flows flows"

[ "$arrived" -gt 0 ] || die "nothing arrived at the interface"
[ "$drops" -le "$their_drops" ] || die "NetTraffic dropped $drops packets, tcpdump only $their_drops"
equal "packets and drops together" "$((counted + drops))" "$arrived"
equal "packets in the store" "$stored" "$counted"
equal "interface drops" "$interface_drops" 0
if [ "$drops" -eq 0 ] && [ "$arrived" -eq $((loops * frames)) ]; then
  equal "bytes" "$counted_bytes" "$((loops * bytes))"
  equal "flows" "$flows" "$frames"
fi
check_segments
if [ ${#enrich[@]} -gt 0 ]; then
  known="$(ask "@(Get-IpEnrichment -StorePath '$store' | Where-Object City -EQ Testville).Count")"
  note "$known addresses were enriched meanwhile"
  [ "$known" -gt 0 ] || { evidence="$work/provider.log"; die "no address was enriched"; }
fi
echo "passed: $counted of $arrived packets"
