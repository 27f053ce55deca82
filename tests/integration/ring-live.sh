#!/usr/bin/env bash
# ring-live.sh [PACKETS]: tcpreplay at full speed over a veth pair, NetTraffic with a packet ring beside dumpcap with one of the same
# size. Nothing may be lost that dumpcap does not lose in the same run, the ring never passes its bound, and afterwards it holds exactly
# the newest packets: their numbers stand in their payloads. Needs root, iproute2, tcpreplay, dumpcap, capinfos, python3.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need root ip tcpreplay dumpcap capinfos python3
begin
make_network
packets="${1:-600000}" files=16 file_bytes=4000000
bound=$((files * file_bytes))
read -r frames bytes <<<"$(packets make "$work/frames.pcap" "$packets" 60,90,200,500,1000)"

start_capture "$right" wr ringed -PacketRing "$bound"
mkdir "$work/peer"
ip netns exec "$right" dumpcap -q -i wr -p -B 64 -b "filesize:$((file_bytes / 1000))" -b "files:$files" -w "$work/peer/ring.pcapng" >"$work/dumpcap.log" 2>&1 &
dumpcap_pid=$!
pids+=("$dumpcap_pid")
wait_until 20 "compgen -G '$work/peer/*' >/dev/null" || { evidence="$work/dumpcap.log"; die "dumpcap did not start"; }
python3 "$here/packets.py" watch "$store/packets" "$work/ringed.done" >"$work/watch" &
watch=$!
pids+=("$watch")
before="$(received)"
ip netns exec "$left" tcpreplay --topspeed --preload-pcap -i wl "$work/frames.pcap" >"$work/replay.log" 2>&1 || { evidence="$work/replay.log"; die "tcpreplay failed"; }
note "$(grep -m1 Rated: "$work/replay.log" || true)"
sleep 2
arrived=$(($(received) - before))
kill -INT "$dumpcap_pid"
wait "$dumpcap_pid" || true
stop_capture ringed
wait "$watch"

ring="$(dirname "$(newest "$store/packets")")"
evidence="$work/dumpcap.log"
IFS=/ read -r theirs their_drops <<<"$(sed -nE "s|^Packets received/dropped on interface .*: ([0-9]+/[0-9]+) .*|\1|p" "$work/dumpcap.log")"
[ -n "${their_drops:-}" ] || die "dumpcap did not say what it lost"
evidence="$work/ringed.log"
read -r counted drops interface_drops kept lost size <<<"$(ask "\$c = (Get-NetCapture -StorePath '$store')[0]; \"\$(\$c.Packets) \$(\$c.KernelDrops) \$(\$c.InterfaceDrops) \$(\$c.PacketRingPackets) \$(\$c.PacketRingLostPackets) \$(\$c.PacketRingBytes)\"")"
read -r largest looks <"$work/watch"
note "arrived $arrived; NetTraffic $counted, dropped $drops, not kept $lost; dumpcap $theirs, dropped $their_drops; largest ring $largest of $bound bytes in $looks looks"
[ "$arrived" -gt 0 ] || die "nothing arrived at the interface"
[ $((drops + lost)) -le "$their_drops" ] || die "NetTraffic lost $drops + $lost packets, dumpcap only $their_drops"
equal "packets and drops together" "$((counted + drops))" "$arrived"
equal "packets kept and not kept together" "$((kept + lost))" "$counted"
equal "interface drops" "$interface_drops" 0
[ "$looks" -gt 20 ] || die "the ring was looked at only $looks times"
[ "$largest" -le "$bound" ] || die "the ring took $largest bytes, more than $bound"
equal "size of the ring as it is told" "$size" "$(cat "$ring"/* | wc -c)"

export_packets "$work/ring.pcapng"
equal "packets that the export has for capinfos" "$(capinfos -Trc "$work/ring.pcapng" | cut -f 2)" "$(packets numbers "$work/ring.pcapng" | cut -d ' ' -f 1)"
read -r held first last missing disordered <<<"$(packets numbers "$work/ring.pcapng")"
note "the ring holds $held packets, from $first to $last, $missing missing"
[ "$missing" -le $((drops + lost)) ] || die "$missing packets are missing between $first and $last"
equal "packets out of order" "$disordered" 0
[ $((drops + lost)) -gt 0 ] || equal "the newest packet" "$last" "$((frames - 1))"
# Fifteen of sixteen files at least are full of packets; what a packet takes beside its bytes is 32 to 35.
[ $((held * (bytes / frames + 35))) -ge $((bound * 7 / 8)) ] || [ "$first" -eq 0 ] || die "the ring holds only $held packets"
check_segments
echo "passed: $counted of $arrived packets, $held of them kept in $size bytes"
