#!/usr/bin/env bash
# The disk of a packet ring, a small tmpfs of the test's own, fills up: the capture counts on, says so, keeps the newest packets, and
# recovers when there is room. Needs root, iproute2, python3, mount.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need root ip python3 mount
begin
make_network
mkdir -p "$store"
mount -t tmpfs -o size=12m nettraffic-test "$store" 2>"$work/mount" || skip "a tmpfs cannot be mounted here: $(cat "$work/mount")"
mounts+=("$store")

start_capture "$right" wr full -PacketRing 64000000
send 4 20000 first
head -c 3000000 /dev/zero >"$store/filler"
wait "$sender"
sent="$(tail -n 1 "$work/first.sent" | cut -d ' ' -f 1)"
sleep 0.5
kill -0 "$capture_pid" 2>/dev/null || { evidence="$work/full.log"; die "the capture ended"; }
export_packets "$work/first.pcapng"
read -r held first last missing _ <<<"$(packets numbers "$work/first.pcapng")"
note "disk full: $held packets kept, from $first to $last, $missing missing of $((sent + 1)) sent"
equal "the newest packet on the full disk" "$last" "$sent"
[ "$first" -gt 0 ] || die "the disk did not fill up"

# Another program takes every byte that becomes free, and the ring's own files are gone.
while :; do cat /dev/zero >>"$store/hog" 2>/dev/null || true; sleep 0.01; done &
hog=$!
pids+=("$hog")
find "$store/packets" -name '*.pcapng' -delete
send 3 5000 second 1000000
wait "$sender"
{ kill -9 "$hog" && wait "$hog"; } 2>/dev/null || true
kill -0 "$capture_pid" 2>/dev/null || { evidence="$work/full.log"; die "the capture ended"; }
rm -f "$store/filler" "$store/hog"
sleep 1
send 1 5000 third 2000000
wait "$sender"
sleep 0.5
stop_capture full

evidence="$work/full.log"
grep -qE 'disk of .* is full, so packets are left out' "$work/full.log" || die "the capture did not say that the disk is full"
read -r counted kept lost state <<<"$(ask "\$c = (Get-NetCapture -StorePath '$store')[0]; \"\$(\$c.Packets) \$(\$c.PacketRingPackets) \$(\$c.PacketRingLostPackets) \$(\$c.State)\"")"
sent=0
for phase in first second third; do sent=$((sent + $(tail -n 1 "$work/$phase.sent" | cut -d ' ' -f 1) % 1000000 + 1)); done
note "$counted packets counted, $kept kept, $lost not kept"
equal "packets counted" "$counted" "$sent"
equal "packets kept and not kept together" "$((kept + lost))" "$sent"
[ "$lost" -gt 0 ] || die "nothing was lost on a full disk"
equal "state" "$state" Stopped
export_packets "$work/last.pcapng"
read -r _ _ last _ _ <<<"$(packets numbers "$work/last.pcapng")"
equal "the newest packet after there was room again" "$last" "$(tail -n 1 "$work/third.sent" | cut -d ' ' -f 1)"
check_segments
echo "passed: $lost packets not kept on a full disk, and kept again after"
