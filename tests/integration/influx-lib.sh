# What the scripts around InfluxDB share: an influxd of their own in $work, whose database is "traffic". Sourced after lib.sh and "begin".
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
rpc=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export NETTRAFFIC_INFLUX_URL="http://127.0.0.1:$port" NETTRAFFIC_INFLUX_DATABASE=traffic
cat >"$work/influx.conf" <<EOF
reporting-disabled = true
bind-address = "127.0.0.1:$rpc"
[meta]
  dir = "$work/influx/meta"
[data]
  dir = "$work/influx/data"
  wal-dir = "$work/influx/wal"
  query-log-enabled = false
[coordinator]
  max-select-buckets = 1000000
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:$port"
  log-enabled = false
EOF
start_server() {
  influxd -config "$work/influx.conf" >>"$work/influxd.log" 2>&1 &
  server=$!
  pids+=("$server")
  wait_until 30 "curl -sf 'http://127.0.0.1:$port/ping'" || { evidence="$work/influxd.log"; die "influxd did not start"; }
}
stop_server() { kill -9 "$server"; wait "$server" 2>/dev/null || true; }

# Sums of a measurement: packets, bytes, flows.
sums() {
  curl -sfG "http://127.0.0.1:$port/query?db=traffic" --data-urlencode "q=SELECT sum(packets), sum(bytes), sum(flows) FROM $1" |
    python3 -c 'import json, sys; print(*json.load(sys.stdin)["results"][0].get("series", [{"values": [[0, 0, 0, 0]]}])[0]["values"][0][1:])'
}
whole() { ask "\$all = Get-TrafficSummary -StorePath '$store'; \"\$(\$all.Packets) \$(\$all.Bytes) \$(\$all.Flows)\""; }
compare() {
  local expected measurement
  expected="$(whole)"
  equal "$1: packets of net_capture" "$(sums net_capture | cut -d ' ' -f 1)" "${expected%% *}"
  for measurement in net_traffic net_conversation "net_talker WHERE direction = 'sent'" "net_talker WHERE direction = 'received'"; do
    equal "$1: packets, bytes and flows of $measurement" "$(sums "$measurement")" "$expected"
  done
  note "$1: $expected packets, bytes, flows in the store and in each measurement"
}

# Segments of some rows each, so that there is something to interrupt.
more() { ask "foreach (\$i in 1..$1) { Import-NetCapture '$root/tests/fixtures/sample.pcapng' -StorePath '$store' -WarningAction SilentlyContinue | Out-Null }"; }
