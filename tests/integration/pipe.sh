#!/usr/bin/env bash
# Packets from another program through a pipe: tcpdump into standard input and into a named pipe are in the store before the stream
# ends, which it does when tcpdump ends, or at Ctrl+C; counts are tcpdump's. A stream cut within a packet gives everything before, and a
# warning that names the offset. Needs root, iproute2, tcpdump, python3, mkfifo.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need root ip tcpdump python3 mkfifo
begin
make_network
import() { exec env --default-signal=INT "${nt[@]}" "$2" >"$work/$1.log" 2>&1; }
# listen NAME: tcpdump into NAME.fifo. Sets tcpdump_pid.
listen() {
  ip netns exec "$right" tcpdump -i wr -n -U -B 16384 -w - 2>"$work/$1.tcpdump" >"$work/$1.fifo" &
  tcpdump_pid=$!
  pids+=("$tcpdump_pid")
  wait_until 20 "grep -q 'listening on' '$work/$1.tcpdump'" || { evidence="$work/$1.tcpdump"; die "tcpdump did not start"; }
}
captured() { awk '/packets captured/ { print $1 }' "$work/$1.tcpdump"; }
# begun NAME: packets flow from tcpdump into the store NAME, and a second process sees them while they do. Sets running.
begun() {
  send 30 2000 "$1"
  wait_until 30 "compgen -G '$store/flows/*/*/*.parquet' >/dev/null" || { evidence="$work/$1.log"; die "nothing was stored while the stream went on"; }
  running="$(ask "\"\$((Get-NetCapture -StorePath '$store')[0].State) \$((Get-TrafficSummary -StorePath '$store').Packets)\"")"
  kill -0 "$import" 2>/dev/null || { evidence="$work/$1.log"; die "the import ended before its stream"; }
  [[ "$running" =~ ^Running\ [1-9] ]] || die "while the stream goes on the store says: $running"
  kill -9 "$sender"
  wait "$sender" 2>/dev/null || true
}
# told NAME: state, and packets counted, kept and stored.
told() { ask "\$c = (Get-NetCapture -StorePath '$store')[0]; \"\$(\$c.State) \$(\$c.Packets) \$(\$c.PacketRingPackets) \$((Get-TrafficSummary -StorePath '$store').Packets)\""; }

# Standard input, to the end of the stream.
store="$work/stdin"
mkfifo "$work/stdin.fifo"
import stdin "Set-NetTrafficOption -FlushInterval 1s -StorePath '$store'; Import-NetCapture -Path - -KeepPackets -StorePath '$store' | ForEach-Object { \"result \$(\$_.Packets) \$(\$_.Complete)\" }" <"$work/stdin.fifo" &
import=$!
pids+=("$import")
listen stdin
begun stdin
note "while the stream goes on the store says: $running"
sleep 0.5
kill -INT "$tcpdump_pid"
wait "$tcpdump_pid" || true
evidence="$work/stdin.log"
wait "$import" || die "the import failed at the end of its stream"
count="$(captured stdin)"
grep -qx "result $count True" "$work/stdin.log" || die "the import did not say that it read tcpdump's $count packets"
equal "state, packets counted, kept and stored" "$(told)" "Completed $count $count $count"
[ "$count" -gt "${running#* }" ] || die "nothing came after the look at the store"

# A named pipe, to Ctrl+C.
store="$work/named"
mkfifo "$work/named.fifo"
import named "Set-NetTrafficOption -FlushInterval 1s -StorePath '$store'; Import-NetCapture -Path '$work/named.fifo' -KeepPackets -StorePath '$store'" </dev/null &
import=$!
pids+=("$import")
listen named
begun named
# What was sent is read by now.
sleep 1
evidence="$work/named.log"
kill -INT "$import"
begun_at="$(date +%s%N)"
code=0
wait "$import" || code=$?
took=$((($(date +%s%N) - begun_at) / 1000000))
equal "exit code after Ctrl+C" "$code" 1
[ "$took" -lt 10000 ] || die "the import took $took ms to stop"
kill -INT "$tcpdump_pid" 2>/dev/null || true
wait "$tcpdump_pid" || true
count="$(captured named)"
equal "state, packets counted, kept and stored after Ctrl+C" "$(told)" "Stopped $count $count $count"
note "Ctrl+C: stopped after $took ms with tcpdump's $count packets"

# Cut within the last packet of 100.
store="$work/cut"
packets make "$work/cut.pcap" 100 60,300 >/dev/null
head -c -40 "$work/cut.pcap" | import cut "Import-NetCapture -Path - -StorePath '$store' | ForEach-Object { \"result \$(\$_.Packets) \$(\$_.Complete) \$(\$_.DamageOffset)\" }"
evidence="$work/cut.log"
# The record of the last packet begins 316 bytes before the end of the whole file.
offset=$(($(stat -c %s "$work/cut.pcap") - 316))
grep -qx "result 99 False $offset" "$work/cut.log" || die "the import of a cut stream did not give 99 packets and the offset $offset"
grep -qE "WARNING: .*\b(${offset}|$(printf "%'d" "$offset"))\b" "$work/cut.log" || die "no warning names the offset $offset"
equal "packets stored of the cut stream" "$(told | cut -d ' ' -f 4)" 99
check_segments
echo "passed: standard input, named pipe, Ctrl+C and a cut stream"
