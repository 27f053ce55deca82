#!/usr/bin/env bash
# keep.sh CAPTURE [ROUNDS [BOUND]]: what -KeepPackets costs an import, on one machine in one run; with a BOUND (512MB) of the newest packets.
#
# Whole processes: start, read, track, write, end. Import without and with -KeepPackets, and for orientation cp of the same file, run
# ROUNDS times (5) in turns, after one round that is not counted. Stores and copies go to one disk (TMPDIR says which). Before each run,
# what the one before left is removed, the disk has done what it was asked to (a file system may take seconds to free gigabytes, and all
# that must be on the disk waits for it), and the capture is in the page cache. Printed are all times, medians, and the median of the
# ratios within each round. A file of gigabytes cannot be kept faster than the disk takes it; cp of the same file shows what it takes, and
# TMPDIR on a loop device over a tmpfs is a disk that is no limit. Through pwsh ("./build.sh build" first). Bar: 1.6x.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
capture="$(realpath "${1:?usage: keep.sh CAPTURE [ROUNDS]}")"
rounds="${2:-5}"
bound="${3:-}"
[ -r "$capture" ] || { echo "keep.sh: '$capture' cannot be read" >&2; exit 1; }
work="$(mktemp -d "${TMPDIR:-/tmp}/nettraffic-keep.XXXXXX")"
trap 'rm -rf "$work"' EXIT

# run_one NAME: its seconds.
run_one() {
  local out="$work/out" more="" begun
  rm -rf "$out"
  mkdir "$out"
  sync
  cat "$capture" >/dev/null
  [ "$1" != keep ] || more="-KeepPackets${bound:+ -PacketRing $bound}"
  begun="$(date +%s%N)"
  case "$1" in
    copy) cp "$capture" "$out/copy" ;;
    *) "${nt[@]}" "Import-NetCapture -LiteralPath '${capture//\'/\'\'}' $more -StorePath '$out/store' | ForEach-Object { [System.IO.File]::WriteAllText('$work/$1.txt', \"\$(\$_.Packets) packets, \$(\$_.Flows) flows, \$(\$_.PacketRingPackets) kept\") }" >"$work/log" 2>&1 </dev/null || { cat "$work/log" >&2; exit 1; } ;;
  esac
  awk -v ns=$(($(date +%s%N) - begun)) 'BEGIN { printf "%.3f\n", ns / 1e9 }'
}

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

echo "Capture: $(basename "$capture"), $(wc -c <"$capture" | tr -d ' ') bytes; $rounds rounds; $(nproc 2>/dev/null || sysctl -n hw.ncpu) cores; $(uname -sr); $(date -u +%Y-%m-%dT%H:%MZ)"
for ((round = 0; round <= rounds; round++)); do
  for name in import keep copy; do
    took="$(run_one "$name")"
    [ "$round" -eq 0 ] || echo "$took" >>"$work/$name.times"
  done
done
echo "Import:  $(cat "$work/import.txt")"
echo "Keep:    $(cat "$work/keep.txt")"
[ -n "$bound" ] || packets="$(cut -d " " -f 1 "$work/keep.txt")"
[ -n "$bound" ] || grep -q " $packets kept" "$work/keep.txt" || { echo "keep.sh: not every packet was kept" >&2; exit 1; }
for name in keep copy; do
  paste "$work/$name.times" "$work/import.times" | awk '{ printf "%.3f\n", $1 / $2 }' >"$work/$name-ratio.times"
done
for name in import keep copy keep-ratio copy-ratio; do
  printf '%-10s %8.3f%s  %s\n' "$name" "$(median "$work/$name.times")" "$([ "${name%-ratio}" != "$name" ] && echo x || echo ' s')" "$(tr '\n' ' ' <"$work/$name.times")"
done
awk -v r="$(median "$work/copy-ratio.times")" 'BEGIN { if (r > 1.6) printf "cp of the same file alone takes %.2fx of the import: this disk is too slow, or the file too large for it, to show the bar\n", r }'
awk -v r="$(median "$work/keep-ratio.times")" 'BEGIN { printf "import with -KeepPackets / without: %.2fx, bar 1.6x: %s\n", r, r <= 1.6 ? "met" : "MISSED"; exit r > 1.6 }'
