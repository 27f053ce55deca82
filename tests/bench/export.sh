#!/usr/bin/env bash
# export.sh [FLOWS] [ROUNDS]: Export-NetTraffic to CSV, JSON and Parquet beside "nfdump -o csv", over the same flows, in one run.
#
# Makes a capture of FLOWS (6,000,000) packets from as many sources, imports it into a temporary store, has nfpcapd make flow files of it, and
# exports both ROUNDS (3) times in turns. Whole processes are measured: what they took on the clock, and processor time (user and system), which
# is the one to compare on a machine that others use; then the largest memory. TMPDIR says where everything is written: about 15 GB.
# Bars: CSV 0.2x and JSON 0.4x of nfdump -o csv, Parquet a million rows a second. Needs nfdump, nfpcapd, python3, time.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
flows="${1:-6000000}"
rounds="${2:-3}"
for program in nfdump nfpcapd python3 /usr/bin/time; do
  command -v "$program" >/dev/null || { echo "export.sh: $program is not there" >&2; exit 1; }
done
work="$(mktemp -d "${TMPDIR:-/tmp}/nettraffic-export.XXXXXX")"
trap 'rm -rf "$work"' EXIT

python3 - "$work/flows.pcap" "$flows" <<'PYTHON'
"""A capture of UDP packets, 20 us apart, each from a source of its own."""
import struct
import sys

path, count = sys.argv[1], int(sys.argv[2])
BEGIN, GAP, LENGTH = 1_700_000_000_000_000, 20, 60
before = bytes.fromhex("020000000001020000000002 0800 4500002e0000000040110000".replace(" ", ""))
after = bytes.fromhex("c0000201 9c400035001a0000".replace(" ", "")) + bytes(18)
pack = struct.Struct("<IIII26sI30s").pack
with open(path, "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
    for start in range(0, count, 65536):
        # An odd factor makes all 32-bit numbers differ that differ before.
        file.write(b"".join([
            pack((BEGIN + i * GAP) // 1_000_000, (BEGIN + i * GAP) % 1_000_000, LENGTH, LENGTH, before, (i * 2654435761) & 0xFFFFFFFF, after)
            for i in range(start, min(start + 65536, count))]))
PYTHON

"${nt[@]}" "Import-NetCapture -LiteralPath '$work/flows.pcap' -StorePath '$work/store' | Out-Null" >&2
mkdir "$work/nf"
directory=-w
nfpcapd -h 2>&1 | grep -q -- '-l <' && directory=-l
nfpcapd -r "$work/flows.pcap" "$directory" "$work/nf" >/dev/null 2>&1

# One run: appends "seconds processor-seconds peak-KiB" to the program's list.
run_one() {
  local name="$1" command
  case "$name" in
    nfdump) command=(nfdump -R "$work/nf" -o csv -q) ;;
    *) command=("${nt[@]}" "(Export-NetTraffic '$work/out.$name' -StorePath '$work/store').Rows") ;;
  esac
  if ! /usr/bin/time -f '%e %U %S %M' -o "$work/time" "${command[@]}" >"$work/log" 2>&1; then
    echo "export.sh: $name failed: $(tail -n 2 "$work/log")" >&2
    exit 1
  fi
  if [ "$name" != nfdump ]; then
    [ "$(tail -n 1 "$work/log")" = "$flows" ] || { echo "export.sh: $name has $(tail -n 1 "$work/log") rows of $flows" >&2; exit 1; }
    stat -c %s "$work/out.$name" >"$work/$name.size"
  fi
  awk '{ print $1, $2 + $3, $4 }' "$work/time" >>"$work/$name.times"
  rm -f "$work/out.$name" "$work/log"
}

names=(nfdump csv json parquet)
for ((round = 1; round <= rounds; round++)); do
  for name in "${names[@]}"; do
    run_one "$name"
  done
done

median() { awk -v c="$2" '{ print $c }' "$work/$1.times" | sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
echo "$flows flows; $rounds rounds; $(nproc) cores; $(uname -sr); $(date -u +%Y-%m-%dT%H:%MZ)"
printf '%-8s %9s %9s %11s %13s %9s %10s\n' format clock processor "clock ratio" "processor ratio" peak size
for name in "${names[@]}"; do
  awk -v n="$name" -v e="$(median "$name" 1)" -v p="$(median "$name" 2)" -v ne="$(median nfdump 1)" -v np="$(median nfdump 2)" \
    -v m="$(awk '$3 > m { m = $3 } END { print m / 1024 }' "$work/$name.times")" -v s="$(cat "$work/$name.size" 2>/dev/null || echo 0)" \
    'BEGIN { printf "%-8s %7.1f s %7.1f s %10.2fx %14.2fx %6.0f MB %7.0f MB\n", n, e, p, e / ne, p / np, m, s / 1e6 }'
done
awk -v f="$flows" -v e="$(median parquet 1)" -v p="$(median parquet 2)" \
  'BEGIN { printf "Parquet: %.2f M rows a second of the clock, %.2f of processor time\n", f / e / 1e6, f / p / 1e6 }'
