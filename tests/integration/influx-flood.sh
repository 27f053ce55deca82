#!/usr/bin/env bash
# influx-flood.sh: an hour in which a million addresses, each once, send to a server that is known: imported into a store and sent to an
# influxd. The series stay bounded as docs/influxdb.md says, the known server keeps its own, and the sums are the store's, to the byte.
# Needs influxd, python3 and curl.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need influxd python3 curl
begin
. "$here/influx-lib.sh"
start_server
curl -sf "http://127.0.0.1:$port/query" --data-urlencode 'q=CREATE DATABASE traffic' >/dev/null
python3 "$here/make-flood.py" "$work/flood.pcap" 1000000
ask "Import-NetCapture '$work/flood.pcap' -StorePath '$store' | Out-Null"
rm "$work/flood.pcap"
equal "addresses in the store" "$(ask "(Get-TrafficSummary -StorePath '$store').Flows -ge 1000000")" True
sent="$(ask "\$r = Sync-NetTrafficInflux -StorePath '$store'; \"\$(\$r.Segments) segments, \$(\$r.Points) points, \$(\$r.Rejected) refused, \$([int]\$r.Elapsed.TotalSeconds) s\"")"
note "sent: $sent"
compare "after the flood"
curl -sfG "http://127.0.0.1:$port/query?db=traffic" --data-urlencode epoch=s --data-urlencode 'q=SELECT first(bytes) FROM net_talker GROUP BY address, direction' >"$work/series.json"
curl -sfG "http://127.0.0.1:$port/query?db=traffic" --data-urlencode epoch=s \
  --data-urlencode "q=SELECT sum(bytes) FROM net_talker WHERE address = '192.0.2.1' AND time >= '2026-03-01T12:00:00Z' AND time < '2026-03-01T13:00:00Z' GROUP BY time(10s), direction fill(none)" >"$work/server.json"
python3 - "$work/series.json" "$work/server.json" <<'PY' | tee "$work/bounds"
import collections, json, sys
K = 100
series = json.load(open(sys.argv[1]))["results"][0]["series"]
intervals = collections.Counter(int(s["values"][0][0]) // 10 for s in series)
most = max(intervals.values())
kept = {s["tags"]["direction"]: len(s["values"]) for s in json.load(open(sys.argv[2]))["results"][0]["series"]}
print(f"  {len(series)} talker series in the hour (at most {20 * K}), at most {most} new in an interval (at most {K + 1}); the known server has its own in {kept} of 360 intervals")
ok = len(series) <= 20 * K and most <= K + 1 and kept == {"sent": 360, "received": 360}
sys.exit(0 if ok else 1)
PY
echo "passed:$(cut -c 2- "$work/bounds"); $sent"
