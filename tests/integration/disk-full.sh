#!/usr/bin/env bash
# The disk fills up in the middle of a capture, on a small tmpfs of the test's own: the capture keeps counting and says so, and writes
# again when there is room.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need root ip tcpreplay mount
begin
make_network
mkdir -p "$store"
mount -t tmpfs -o size=8m nettraffic-test "$store" 2>"$work/mount" || skip "a tmpfs cannot be mounted here: $(cat "$work/mount")"
mounts+=("$store")
read -r frames bytes <<<"$(make_frames "$work/frames.pcap" 1000)"
start_capture "$right" wr full
ip netns exec "$left" tcpreplay --topspeed --loop=5 -i wl "$work/frames.pcap" >/dev/null 2>&1
sleep 2
dd if=/dev/zero of="$store/filler" bs=64k >/dev/null 2>&1 || true
cat /dev/zero >>"$store/filler" 2>/dev/null || true
equal "room on the disk" "$(df --output=avail -k "$store" | tail -n 1 | tr -d ' ')" 0
ip netns exec "$left" tcpreplay --topspeed --loop=5 -i wl "$work/frames.pcap" >/dev/null 2>&1
sleep 4
kill -0 "$capture_pid" 2>/dev/null || { evidence="$work/full.log"; die "the capture ended"; }
rm "$store/filler"
sleep 4
ip netns exec "$left" tcpreplay --topspeed --loop=5 -i wl "$work/frames.pcap" >/dev/null 2>&1
sleep 2
stop_capture full
grep -qiE 'space|full' "$work/full.log" || { evidence="$work/full.log"; die "the capture did not say that the disk is full"; }
note "it said: $(grep -iE 'space|full' "$work/full.log" | head -n 1)"
equal "packets counted" "$(capture_value full Packets)" "$((15 * frames))"
equal "rows lost" "$(capture_value full LostRows)" 0
equal "packets in the store" "$(ask "(Get-TrafficSummary -StorePath '$store').Packets")" "$((15 * frames))"
equal "state" "$(capture_value full State)" Stopped
check_segments
echo "passed: everything is there once the disk has room"
