#!/usr/bin/env bash
# influx.sh [BATCHES] [ROUNDS]: points a second into VictoriaMetrics and influxd, encoder and writer beside a bare HTTP client.
#
# Both servers run on loopback in temporary folders, one after the other. Each round sends BATCHES (100) batches of 20,000 points with a bare
# HttpClient (encoded beforehand, two connections), and as many with LineEncoder and InfluxWriter, in turns; ROUNDS (6) rounds.
# The bar: 0.9 of the bare client. Exits with 1 where it is missed.
set -euo pipefail
batches="${1:-100}"
rounds="${2:-6}"
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
export PATH="$PATH:/usr/sbin:/sbin" DOTNET_NOLOGO=1
for program in influxd victoria-metrics curl python3; do
  command -v "$program" >/dev/null || { echo "influx.sh: $program is not installed (apt-get install influxdb victoria-metrics curl python3)" >&2; exit 1; }
done
work="$(mktemp -d "${TMPDIR:-/tmp}/nettraffic-influx.XXXXXX")"
server=
stop() { if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; server=; fi; }
trap 'stop; rm -rf "$work"' EXIT
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
await() { for ((i = 0; i < 100; i++)); do curl -s -o "$work/ping" "http://127.0.0.1:$1/ping" && return 0; sleep 0.1; done; echo "influx.sh: no server on port $1" >&2; cat "$work"/*.log >&2; exit 1; }

dotnet build "$root/tests/bench/NetTraffic.Benchmarks/NetTraffic.Benchmarks.csproj" -c Release -v q -nologo >"$work/build.log" || { cat "$work/build.log"; exit 1; }
bench="$(find "$root/artifacts/bin/NetTraffic.Benchmarks" -path '*release*' -name NetTraffic.Benchmarks.dll -print -quit)"
missed=0

port="$(free_port)"
victoria-metrics -storageDataPath="$work/vm" -httpListenAddr="127.0.0.1:$port" -retentionPeriod=12 >"$work/vm.log" 2>&1 &
server=$!
await "$port"
dotnet "$bench" influx VictoriaMetrics "http://127.0.0.1:$port/" "$batches" "$rounds" || missed=1
stop

port="$(free_port)"
cat >"$work/influx.conf" <<END
reporting-disabled = true
bind-address = "127.0.0.1:$(free_port)"
[meta]
  dir = "$work/meta"
[data]
  dir = "$work/data"
  wal-dir = "$work/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:$port"
  log-enabled = false
END
influxd -config "$work/influx.conf" >"$work/influxd.log" 2>&1 &
server=$!
await "$port"
curl -s -o "$work/created" "http://127.0.0.1:$port/query" --data-urlencode 'q=CREATE DATABASE bench'
dotnet "$bench" influx influxd "http://127.0.0.1:$port/" "$batches" "$rounds" || missed=1
exit $missed
