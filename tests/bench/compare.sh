#!/usr/bin/env bash
# compare.sh CAPTURE [ROUNDS]: the module's import beside tcpdump, softflowd, nfpcapd and tshark, on one machine in one run.
#
# Whole processes: start, read, track, write, end. Every program runs ROUNDS times (3), in turns, with the capture in the page cache;
# printed are medians, ratios and the largest peak memory. tshark takes minutes: it runs once, on the first packets of the capture, and its time is
# extrapolated and marked so. The import goes into a temporary store, through pwsh ("./build.sh build" first).
# TMPDIR says where stores and copies are written. Bars: 0.5x softflowd, 0.4x nfpcapd, 1.2x tcpdump's copy; 600 MB.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
capture="${1:?usage: compare.sh CAPTURE [ROUNDS]}"
rounds="${2:-3}"
capture="$(realpath "$capture")"
[ -r "$capture" ] || { echo "compare.sh: '$capture' cannot be read" >&2; exit 1; }
time_program=/usr/bin/time
[ -x "$time_program" ] || { echo "compare.sh: /usr/bin/time is needed (apt-get install time)" >&2; exit 1; }
work="$(mktemp -d "${TMPDIR:-/tmp}/nettraffic-compare.XXXXXX")"
trap 'rm -rf "$work"' EXIT

names=(import)
for program in tcpdump softflowd nfpcapd; do
  if command -v "$program" >/dev/null; then names+=("$program"); else echo "compare.sh: $program is not installed; left out" >&2; fi
done

# One run: appends "seconds peak-KiB" to the program's list.
run_one() {
  local name="$1" out="$work/out"
  rm -rf "$out"
  mkdir -p "$out"
  local command
  case "$name" in
    import) command=("${nt[@]}" "Import-NetCapture -LiteralPath '${capture//\'/\'\'}' -StorePath '$out/store' | ForEach-Object { [System.IO.File]::WriteAllText('$work/import.txt', \"\$(\$_.Packets) packets, \$(\$_.Bytes) bytes, \$(\$_.Flows) flows\") }") ;;
    tcpdump) command=(tcpdump -r "$capture" -w /dev/null) ;;
    # Nobody listens on the discard port of loopback: the export is made and thrown away.
    softflowd) command=(softflowd -r "$capture" -n 127.0.0.1:9 -v 9 -m 1000000) ;;
    nfpcapd)
      local directory=-w
      nfpcapd -h 2>&1 | grep -q -- '-l <' && directory=-l
      command=(nfpcapd -r "$capture" "$directory" "$out")
      ;;
  esac
  if ! "$time_program" -f '%e %M' -o "$work/time" timeout "${RUN_TIMEOUT:-900}" "${command[@]}" >"$work/log" 2>&1 </dev/null; then
    echo "compare.sh: $name failed: $(tail -n 2 "$work/log")" >&2
    exit 1
  fi
  tail -n 1 "$work/time" >>"$work/$name.times"
}

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
peak() { awk '$2 > m { m = $2 } END { printf "%.0f", m / 1024 }' "$1"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.2f", a / b; else print "-" }'; }
verdict() { awk -v a="$1" -v b="$2" 'BEGIN { print (a <= b) ? "met" : "MISSED" }'; }

echo "Capture: $(basename "$capture"), $(stat -c %s "$capture" 2>/dev/null || stat -f %z "$capture") bytes; $rounds rounds; $(nproc 2>/dev/null || sysctl -n hw.ncpu) cores; $(uname -sr); $(date -u +%Y-%m-%dT%H:%MZ)"
cat "$capture" >/dev/null
for ((round = 1; round <= rounds; round++)); do
  for name in "${names[@]}"; do
    run_one "$name"
  done
done

echo "Import:  $(cat "$work/import.txt")"
own="$(median "$work/import.times")"
printf '\n%-12s %10s %12s %10s  %s\n' program median ratio peak version
for name in "${names[@]}"; do
  took="$(median "$work/$name.times")"
  case "$name" in
    import) version="$("$pwsh" -Version)" ;;
    tcpdump) version="$(tcpdump --version 2>&1 | head -n 2 | tr '\n' ' ')" ;;
    softflowd) version="$(softflowd -h 2>&1 | grep -iE 'softflowd.*version|^softflowd' | head -n 1)" ;;
    nfpcapd) version="$(nfpcapd -V 2>&1 | head -n 1)" ;;
  esac
  printf '%-12s %8.2f s %11sx %7s MB  %s\n' "$name" "$took" "$(ratio "$own" "$took")" "$(peak "$work/$name.times")" "$version"
done

if command -v tshark >/dev/null && command -v capinfos >/dev/null; then
  cut_packets="${TSHARK_PACKETS:-200000}"
  total="$(capinfos -Tmrc "$capture" 2>/dev/null | awk -F'[,\t]' '{ print $NF }')"
  [ "$total" -gt "$cut_packets" ] 2>/dev/null || cut_packets="$total"
  "$time_program" -f '%e %M' -o "$work/time" timeout "${RUN_TIMEOUT:-900}" tshark -n -r "$capture" -c "$cut_packets" -T fields -e frame.time_epoch -e ip.src -e ip.dst -e tcp.srcport -e tcp.dstport -e frame.len >/dev/null 2>"$work/log" || true
  read -r seconds kib <<<"$(tail -n 1 "$work/time")"
  whole="$(awk -v s="$seconds" -v c="$cut_packets" -v t="$total" 'BEGIN { printf "%.1f", s * t / c }')"
  printf '%-12s %8.2f s %11sx %7s MB  %s\n' "tshark*" "$whole" "$(ratio "$own" "$whole")" "$((kib / 1024))" "$(tshark --version 2>/dev/null | head -n 1)"
  echo "* extrapolated: $seconds s for $cut_packets of $total packets"
fi

echo
check() {
  local name="$1" bar="$2"
  if [ -f "$work/$name.times" ]; then
    local value
    value="$(ratio "$own" "$(median "$work/$name.times")")"
    printf '%-42s %6s  bar %-5s %s\n' "import / $name" "${value}x" "${bar}x" "$(verdict "$value" "$bar")"
  fi
}
check softflowd 0.5
check nfpcapd 0.4
check tcpdump 1.2
printf '%-42s %6s  bar %-5s %s\n' "peak memory of the import, MB" "$(peak "$work/import.times")" 600 "$(verdict "$(peak "$work/import.times")" 600)"

# Import-Module as the user waits for it: the median over fresh processes.
for ((round = 0; round < 7; round++)); do
  "$pwsh" -NoProfile -NonInteractive -Command "\$w = [System.Diagnostics.Stopwatch]::StartNew(); Import-Module '$root/NetTraffic.psd1'; \$w.Elapsed.TotalMilliseconds.ToString('0')" >>"$work/module.times"
done
printf '%-42s %6s  bar %-5s %s\n' "Import-Module, ms" "$(median "$work/module.times")" 300 "$(verdict "$(median "$work/module.times")" 300)"
