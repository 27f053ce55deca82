#!/usr/bin/env bash
# summary.sh CAPTURE [ROUNDS]: top talkers over a store beside "nfdump -s ip/bytes" over the same flows.
#
# The capture is imported into a temporary store, and nfpcapd writes its flows; then both answer the same question ROUNDS times (5),
# in turns, as whole processes. A capture that gives about 10 million flow rows is what the bar (0.5x) is meant for; how many rows there
# are is printed for both. With STORE and NFDUMP_DIR set in the environment those are used instead of making them.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
capture="${1:?usage: summary.sh CAPTURE [ROUNDS]}"
rounds="${2:-5}"
for program in nfdump nfpcapd /usr/bin/time; do
  command -v "$program" >/dev/null || { echo "summary.sh: $program is not installed (apt-get install nfdump time)" >&2; exit 1; }
done
work="$(mktemp -d "${TMPDIR:-/tmp}/nettraffic-summary.XXXXXX")"
trap 'rm -rf "$work"' EXIT
store="${STORE:-$work/store}"
flows="${NFDUMP_DIR:-$work/nfdump}"

if [ -z "${STORE:-}" ]; then
  echo "Importing into $store ..."
  "${nt[@]}" "Import-NetCapture -LiteralPath '$(realpath "$capture")' -StorePath '$store' | Out-Null"
fi
if [ -z "${NFDUMP_DIR:-}" ]; then
  mkdir -p "$flows"
  directory=-w
  nfpcapd -h 2>&1 | grep -q -- '-l <' && directory=-l
  nfpcapd -r "$(realpath "$capture")" "$directory" "$flows" >"$work/log" 2>&1
fi

rows="$("${nt[@]}" "(Get-NetCapture -StorePath '$store' | ForEach-Object WrittenRows | ForEach-Object { \$n = 0 } { \$n += \$_ } { \$n })")"
echo "Store:   $rows flow rows, $(du -sm "$store" | cut -f1) MB"
echo "nfdump:  $(nfdump -R "$flows" -I 2>/dev/null | awk '/^Flows:/ { print $2; exit }') flows, $(du -sm "$flows" | cut -f1) MB; $(nfdump -V 2>&1 | head -n 1)"
find "$store" "$flows" -type f -exec cat {} + >/dev/null

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
for ((round = 1; round <= rounds; round++)); do
  /usr/bin/time -f '%e %M' -a -o "$work/own.times" "${nt[@]}" "Get-TrafficSummary -By Address -Top 10 -StorePath '$store'" >"$work/own.txt"
  /usr/bin/time -f '%e %M' -a -o "$work/nfdump.times" nfdump -R "$flows" -s ip/bytes -n 10 >"$work/nfdump.txt" 2>&1
done

own="$(median "$work/own.times")"
other="$(median "$work/nfdump.times")"
cat "$work/own.txt"
head -n 14 "$work/nfdump.txt"
awk -v a="$own" -v b="$other" 'BEGIN { r = a / b; printf "\nTop talkers: %.2f s, nfdump %.2f s: %.2fx  bar 0.5x  %s\n", a, b, r, (r <= 0.5) ? "met" : "MISSED" }'
