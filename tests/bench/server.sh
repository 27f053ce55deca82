#!/usr/bin/env bash
# server.sh [ROWS [REQUESTS [STORE]]]: the REST API under load, on loopback, while the server captures on it. A store of ROWS (10,000,000)
# flow rows over a day, its hours merged as upkeep does it; a STORE that is there is taken as it is. Then, each with a fixed number of
# requests (REQUESTS, 20,000): summaries that differ, 200 clients at once; one summary that all watch; /api/status; 500 listeners of
# /api/events; a download that somebody reads at 1 KB a second, as it begins and later. Prints what it found beside the goals; ends with 1
# where one is missed. The first question of each kind, which reads all of the store, is asked before. Needs root (the capture), wrk, curl and python3.
. "$(dirname "${BASH_SOURCE[0]}")/../integration/lib.sh"
need root wrk curl python3 dotnet
begin
bench="$root/tests/bench"
rows="${1:-10000000}" requests="${2:-20000}" port=8697
[ $# -lt 3 ] || store="$3"
if [ ! -d "$store/flows" ]; then
  python3 "$bench/make-hours.py" "$work/hours.pcap" "$rows"
  "${nt[@]}" "Import-NetCapture '$work/hours.pcap' -StorePath '$store' -WarningAction Ignore | Out-Null"
  rm "$work/hours.pcap"
  find "$store" -name '*.parquet' -exec touch -d '20 minutes ago' {} +
  "${nt[@]}" "\$null = Get-NetCapture -StorePath '$store'; \$engine = [Runtime.Loader.AssemblyLoadContext]::All.Assemblies | Where-Object { \$_.GetName().Name -eq 'NetTraffic.Engine' } | Select-Object -First 1
    \$null = \$engine.GetType('NetTraffic.Engine.TrafficEngine').GetMethod('OpenStore').Invoke(\$null, @('$store', \$false)).Compact([Threading.CancellationToken]::None)" ||
    die "the hours cannot be merged"
fi
note "$(find "$store/flows" -name '*.parquet' | wc -l) files, $(du -sm "$store" | cut -f 1) MB; load of the machine $(cut -d ' ' -f 1 /proc/loadavg), $(nproc) cores"

NETTRAFFIC_SERVER_CAPTURE=lo dotnet "$root/module/bin/NetTraffic.Server.dll" --store "$store" --port "$port" >"$work/server" 2>&1 &
server=$!
pids+=("$server")
evidence="$work/server"
wait_until 60 "curl -sf http://127.0.0.1:$port/health/ready >/dev/null" || die "the server is not ready"
resident() { awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$server/status"; }
summary=/api/stats/summary
paths=("$summary" "$summary?by=Protocol" "$summary?by=Application" "$summary?by=Address" "$summary?by=DestinationPort"
  "$summary?by=SourceAddress&top=25" "$summary?by=Application&interval=1h" "$summary?interval=10m" "$summary?by=Address&last=6h"
  "$summary?by=Protocol&last=24h&interval=10m" "$summary?address=10.0.1.1" "$summary?by=Application&protocol=udp")
for path in "${paths[@]}"; do
  note "$(curl -s -o /dev/null -w 'first %{time_total} s, ' "http://127.0.0.1:$port$path")$(sleep 1.1; curl -s -o /dev/null -w 'again %{time_total} s' "http://127.0.0.1:$port$path") $path"
done

missed=0
# load NAME CONNECTIONS REQUESTS MOST-P99 LEAST-A-SECOND PATH...
load() {
  local name="$1" connections="$2" count="$3" most="$4" least="$5" line
  shift 5
  rm -f "$work/mark".*
  wrk -t2 -c"$connections" -d600s --timeout 60s -s "$bench/server.lua" "http://127.0.0.1:$port" -- "$work/mark" $((count / 2)) "$@" >"$work/wrk" 2>&1 &
  local wrk=$!
  pids+=("$wrk")
  until [ -e "$work/mark.1" ] && [ -e "$work/mark.2" ]; do
    kill -0 "$wrk" 2>/dev/null || { evidence="$work/wrk"; die "$name: wrk ended before its requests were answered"; }
    sleep 0.02
  done
  kill -INT "$wrk"
  wait "$wrk" || { evidence="$work/wrk"; die "wrk failed"; }
  line="$(grep 'requests, ' "$work/wrk" | tail -n 1)"
  grep -q ' 0 failed$' <<<"$line" || { evidence="$work/wrk"; die "$name: $line"; }
  awk -v memory="$(resident)" -v line="$line" -v most="$most" -v least="$least" -v name="$name" 'BEGIN {
    match(line, /p99 [0-9.]+/); p99 = substr(line, RSTART + 4, RLENGTH - 4) + 0
    match(line, /[0-9]+ a second/); rate = substr(line, RSTART) + 0
    bad = ((most > 0 && p99 > most) || (least > 0 && rate < least)) ? 1 : 0
    goal = (most > 0) ? ", goal p99 " most " ms: " : ", goal " least " a second: "
    print name ": " line goal (bad ? "MISSED" : "met") ", " memory " MB"
    exit bad }' || missed=1
}

before="$(resident)"
load "summaries that differ, 200 clients" 200 "$requests" 250 0 "${paths[@]}"
load "a summary that all watch" 200 "$((requests * 2))" 0 1000 "$summary?by=Protocol"
load "/api/status" 200 "$((requests * 5))" 0 5000 /api/status
quiet="$(resident)"
python3 "$bench/server-listen.py" "$port" 500 20 || missed=1
note "memory: $quiet MB before the listeners, $(resident) MB after"
python3 "$bench/server-listen.py" "$port" slow 600 >"$work/slow" &
pids+=("$!")
sleep 1
load "summaries while a download begins" 200 "$requests" 250 0 "${paths[@]}"
load "summaries beside its slow reader" 200 "$requests" 250 0 "${paths[@]}"
echo "memory: $before MB before, $(resident) MB after"
kill -TERM "$server"
wait "$server" || die "the server did not end well"
dropped="$("${nt[@]}" "\$c = @(Get-NetCapture -StorePath '$store' | Where-Object Kind -EQ Live)[0]; \"\$(\$c.Packets) packets, \$(\$c.KernelDrops + \$c.InterfaceDrops) dropped\"")"
echo "the capture meanwhile: $dropped"
exit $missed
