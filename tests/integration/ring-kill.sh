#!/usr/bin/env bash
# Bad days of a packet ring. Its current file is deleted underneath: a new one is begun, and the capture says so. kill -9: every file
# opens, and what came until the last few hundred milliseconds is there. Needs root, iproute2, tshark, python3.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need root ip tshark python3
begin
make_network

# Files of 2 MB, 1.7 s of this sender each: the one that is deleted is the current one for longer than half a second.
start_capture "$right" wr killed -PacketRing 32000000
victim="$capture_pid"
send 30 5000 killed
wait_until 20 "[[ \"\$(newest '$store/packets')\" == *00000002.pcapng ]]" || die "the ring has no second file"
deleted="$(newest "$store/packets")"
ring="$(dirname "$deleted")"
rm "$deleted"
wait_until 5 "[ -s \"\$(newest '$ring')\" ] && [ \"\$(newest '$ring')\" \\> '$deleted' ]" || die "no new file was begun for the deleted one"
sleep 1.5
equal "the deleted file" "$(find "$ring" -name "$(basename "$deleted")")" ""
grep -hq 'deleted' "$store"/captures/status/*.json || die "the capture does not say that its file was deleted"
killed_at="$(date +%s%N)"
kill -9 "$victim"
wait "$victim" 2>/dev/null || true
kill -9 "$sender"
wait "$sender" 2>/dev/null || true

equal "state" "$(capture_value killed State)" Crashed
for file in "$ring"/*.pcapng; do
  tshark -n -r "$file" >/dev/null 2>"$work/tshark.err" || true
  # A block that was being written when the process died is all that may be amiss, and only in the newest file.
  sed -i '/^Running as user/d' "$work/tshark.err"
  [ ! -s "$work/tshark.err" ] || { [ "$file" = "$(newest "$ring")" ] && grep -q 'cut short' "$work/tshark.err"; } || { evidence="$work/tshark.err"; die "TShark complains about $file"; }
done
opened="$(ask "\$ErrorActionPreference = 'Stop'; \$n = 0; foreach (\$file in '$(find "$ring" -name '*.pcapng' | paste -sd, | sed "s/,/','/g")') { Get-NetPacket -LiteralPath \$file -First 1 | ForEach-Object { \$n++ } }; \$n")"
equal "files that open" "$opened" "$(find "$ring" -name '*.pcapng' | wc -l)"
export_packets "$work/killed.pcapng"
read -r held first last missing disordered <<<"$(packets numbers "$work/killed.pcapng")"
# What had been sent, by the sender's clock, half a second before the kill.
due="$(awk -v t="$killed_at" '$2 < t - 500000000 { n = $1 } END { print n }' "$work/killed.sent")"
note "killed: $held packets from $first to $last, $missing missing with the deleted file; $due were sent half a second before"
[ "$last" -ge "$due" ] || die "the newest packet is $last, but $due had been sent half a second before the kill"
equal "packets out of order" "$disordered" 0
# Nothing is missing but what was in the deleted file: pcapng files are one file when put together.
for file in "$ring"/*.pcapng; do
  [ "$file" \< "$deleted" ] || cat "$file" >>"$work/after.pcapng"
done
read -r _ _ _ missing _ <<<"$(packets numbers "$work/after.pcapng")"
equal "packets missing after the deleted file" "$missing" 0
read -r _ first _ missing _ <<<"$(packets numbers "$ring/00000001.pcapng")"
equal "the first packet and those missing before the deleted file" "$first $missing" "0 0"
echo "passed: $held packets there after a deleted file and kill -9"
