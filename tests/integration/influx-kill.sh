#!/usr/bin/env bash
# influx-kill.sh [KILLS]: a sender is killed with kill -9 again and again, aimed at what it writes: a batch of the spool half written,
# written and not in the cursor, the cursor half written, a batch on its way, a batch done. One segment makes a batch. Then what was left is sent,
# and every sum is the store's, to the byte. Needs influxd, python3 and curl.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need influxd python3 curl
begin
. "$here/influx-lib.sh"
start_server
curl -sf "http://127.0.0.1:$port/query" --data-urlencode 'q=CREATE DATABASE traffic' >/dev/null
kills="${1:-40}"
more "$((kills * 2))"
python3 "$here/influx-kill.py" "$kills" "$store/forward" "$pwsh" -NoProfile -NonInteractive -File "$here/influx-sender.ps1" -StorePath "$store" >"$work/kill.log" 2>&1 ||
  { evidence="$work/kill.log"; die "the kills did not hit what they were aimed at"; }
sed 's/^/  /' "$work/kill.log"
ask "Sync-NetTrafficInflux -StorePath '$store' | Out-Null"
compare "after the kills"
[ -z "$(find "$store/forward" -name '*.lines' -o -name '*.strange')" ] || die "a batch was left in the spool"
echo "passed: $(tail -n 1 "$work/kill.log"); $(whole) packets, bytes and flows, exactly once"
