#!/usr/bin/env bash
# influx.sh: what a store holds is in InfluxDB, once, to the byte: after an import, while the sender is killed again and again with
# kill -9, while the server is killed and comes back, and from a running capture. Then every query of the dashboards is asked of that
# database. Needs influxd, python3 and curl; the capture also needs root.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need influxd python3 curl
begin
. "$here/influx-lib.sh"

start_server
refusal="$(ask "try { Sync-NetTrafficInflux -StorePath '$store' -ErrorAction Stop } catch { \$_.FullyQualifiedErrorId }; Import-NetCapture '$root/tests/fixtures/sample.pcapng' -StorePath '$store' | Out-Null; try { Sync-NetTrafficInflux -StorePath '$store' -ErrorAction Stop | Out-Null } catch { \$_.FullyQualifiedErrorId }" | tail -n 1)"
equal "without a database" "${refusal%%,*}" InfluxNotFound
equal "what Initialize-NetTrafficInflux did" "$(ask "(Initialize-NetTrafficInflux -Retention forever -StorePath '$store' -Confirm:\$false).Changed")" True
equal "what it did again" "$(ask "(Initialize-NetTrafficInflux -Retention forever -StorePath '$store' -Confirm:\$false).Changed")" False
python3 "$here/make-flood.py" "$work/old.pcap" 10
ask "Import-NetCapture '$work/old.pcap' -StorePath '$work/old' | Out-Null"
warned="$(ask "Initialize-NetTrafficInflux -Retention 30d -StorePath '$work/old' -WhatIf" 2>&1 | tr '\n' ' ')"
case "$warned" in
  *"keeps points for ever now. With 720h InfluxDB deletes"*"history begins 2026-03-01 12:00 UTC"*"What if:"*) ;;
  *) die "a retention shorter than what there is was not warned of: $warned" ;;
esac
equal "what -WhatIf did" "$(ask "(Initialize-NetTrafficInflux -Retention forever -StorePath '$store' -Confirm:\$false).Changed")" False
equal "whether a point is taken" "$(ask "(Test-NetTrafficInflux -StorePath '$store').WriteAccepted")" True
ask "Sync-NetTrafficInflux -StorePath '$store' | Out-Null"
compare "after an import"

more 25
kills=0
for delay in 0.8 1.0 1.2 1.4; do
  "${nt[@]}" "Sync-NetTrafficInflux -StorePath '$store'" >"$work/sync.log" 2>&1 &
  sender=$!
  pids+=("$sender")
  sleep "$delay"
  if kill -9 "$sender" 2>/dev/null; then kills=$((kills + 1)); fi
  wait "$sender" 2>/dev/null || true
  more 2
done
ask "Sync-NetTrafficInflux -StorePath '$store' | Out-Null"
compare "after $kills kills of the sender"

# Ctrl+C ends a sender that waits for the server, at once and without loss; nobody sees the token of the store on its way.
more 3
stop_server
token=kept-secret-token-72
printf '{"InfluxToken":"%s"}' "$token" >"$store/secrets.json"
chmod 600 "$store/secrets.json"
env --default-signal=INT "${nt[@]}" "Sync-NetTrafficInflux -StorePath '$store'" >"$work/sync.log" 2>&1 &
sender=$!
pids+=("$sender")
wait_until 30 "grep -q 'Nothing is lost' '$work/sync.log'" || { evidence="$work/sync.log"; die "the sender did not say that it waits"; }
for process in "$sender" $(pgrep -P "$sender" || true); do
  if tr '\0' ' ' <"/proc/$process/cmdline" | grep -q "$token"; then die "the token is in the list of processes"; fi
  if tr '\0' '\n' <"/proc/$process/environ" | grep -q "$token"; then die "the token is in the environment of process $process"; fi
done
kill -INT "$sender"
wait_until 10 "! kill -0 $sender 2>/dev/null" || { evidence="$work/sync.log"; die "Ctrl+C did not end the sender"; }
wait "$sender" 2>/dev/null || true
if grep -q "$token" "$work/sync.log"; then die "the token was shown"; fi
rm "$store/secrets.json"
start_server
ask "Sync-NetTrafficInflux -StorePath '$store' | Out-Null"
compare "after Ctrl+C"

more 10
stop_server
"${nt[@]}" "Sync-NetTrafficInflux -StorePath '$store'" >"$work/sync.log" 2>&1 &
sender=$!
pids+=("$sender")
sleep 3
kill -0 "$sender" 2>/dev/null || { evidence="$work/sync.log"; die "the sender did not wait for the server"; }
start_server
wait "$sender" || { evidence="$work/sync.log"; die "the sender failed once the server was back"; }
compare "after the server was away"

# What the dashboards ask is answered by what the product sent; by country, where the module has its tables.
ask "Import-NetCapture '$root/tests/fixtures/internet.pcap' -StorePath '$store' | Out-Null; Sync-NetTrafficInflux -StorePath '$store' | Out-Null"
compare "after traffic of public addresses"
# The forwarder's own numbers have the time at which they were sent.
empty=net_forward,net_alert,net_enrichment
if [ -e "$root/module/geo/country.ranges" ]; then
  located="$(curl -sfG "http://127.0.0.1:$port/query?db=traffic" --data-urlencode "q=SELECT sum(hits) FROM net_enrichment WHERE source = 'geoip'" | python3 -c 'import json, sys; print(json.load(sys.stdin)["results"][0].get("series", [{"values": [[0, 0]]}])[0]["values"][0][1])')"
  [ "$located" -gt 0 ] || die "no address was located"
else
  empty=$empty,net_country
fi
moment() { curl -sfG "http://127.0.0.1:$port/query?db=traffic" --data-urlencode "q=SELECT $1(packets) FROM net_traffic" --data-urlencode epoch=ns | python3 -c 'import json, sys; print(json.load(sys.stdin)["results"][0]["series"][0]["values"][0][0])'; }
python3 "$root/tests/grafana/queries.py" --url "http://127.0.0.1:$port" --db traffic --from "$(($(moment first) - 60000000000))" --to "$(($(moment last) + 30000000000))" --empty "$empty" >"$work/queries" 2>&1 || { evidence="$work/queries"; die "a query of the dashboards has no answer"; }
note "dashboards: $(tail -n 1 "$work/queries")"

if [ "$(id -u)" -eq 0 ] && command -v tcpreplay >/dev/null; then
  make_network
  # The server listens on this machine's loopback: the capture runs here, the packets come from a namespace.
  ip -n "$right" link set wr netns 1
  sysctl -qw net.ipv6.conf.wr.disable_ipv6=1 2>/dev/null || true
  ip link set wr arp off up
  read -r frames _ <<<"$(make_frames "$work/frames.pcap" 500)"
  "$pwsh" -NoProfile -NonInteractive -File "$here/capture.ps1" -Interface wr -Name forwarded -StorePath "$store" -Ready "$work/forwarded.ready" -StopFile "$work/forwarded.stop" >"$work/forwarded.log" 2>&1 &
  pids+=("$!")
  wait_until 30 "[ -e '$work/forwarded.ready' ]" || { evidence="$work/forwarded.log"; die "the capture did not start"; }
  ip netns exec "$left" tcpreplay --topspeed --loop=4 -i wl "$work/frames.pcap" >/dev/null 2>&1
  wait_until 20 "[ \"\$(curl -sfG 'http://127.0.0.1:$port/query?db=traffic' --data-urlencode \"q=SELECT sum(packets) FROM net_traffic WHERE interface = 'wr'\" | python3 -c 'import json, sys; print(json.load(sys.stdin)[\"results\"][0].get(\"series\", [{\"values\": [[0, 0]]}])[0][\"values\"][0][1])')\" -ge $((4 * frames)) ]" || { evidence="$work/forwarded.log"; die "the running capture did not send what it had"; }
  busy="$(ask "Sync-NetTrafficInflux -StorePath '$store' -ErrorAction Stop 3>&1")" || die "Sync fails beside a capture that sends"
  case "$busy" in *"nothing is to be done"*) ;; *) die "beside a capture that sends: $busy" ;; esac
  stop_capture forwarded
  compare "from a running capture"
else
  note "not root, or no tcpreplay: the running capture was not tried"
fi

# Nobody sees the token: not in the output, not in errors, not in the settings.
secret=very-secret-token-71
seen="$(NETTRAFFIC_INFLUX_TOKEN=$secret NETTRAFFIC_INFLUX_GENERATION=2 ask "Get-NetTrafficOption -StorePath '$store' | Format-List *; Test-NetTrafficInflux -StorePath '$store' | Format-List *; Sync-NetTrafficInflux -StorePath '$store' -Verbose -Debug | Format-List *; \$Error | Format-List *" 2>&1 || true)"
case "$seen" in *"$secret"*) die "the token was shown" ;; esac
if grep -rq "$secret" "$store"; then die "the token of the environment was written to the store"; fi
echo "passed: $(whole) packets, bytes and flows, exactly once"
