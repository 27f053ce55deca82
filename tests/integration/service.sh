#!/usr/bin/env bash
# service.sh: the server and a scheduled capture with the rights that their systemd units give, and no others: CAP_NET_RAW alone, as a user
# who may write to the store alone and has no home, gaining nothing later. systemd itself is not needed. Half a minute.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need root setpriv curl dotnet
begin
dotnet="$(dirname "$(readlink -f "$(command -v dotnet)")")"
mkdir "$store"
chown 65534:65534 "$store"
# As ServiceDefinition.Hardening has them.
as=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps -all,+net_raw --ambient-caps -all,+net_raw
  --bounding-set -all,+net_raw --no-new-privs env -i HOME=/nonexistent PATH=/usr/bin:/bin DOTNET_ROOT="$dotnet")
evidence="$work/rights"
"${as[@]}" grep -E '^(Cap|NoNew)' /proc/self/status >"$evidence" 2>&1 || skip "these rights cannot be had here: $(tail -n 1 "$evidence")"
equal "rights of the process" "$(sort "$evidence" | tr -s '[:space:]' ' ')" \
  "CapAmb: 0000000000002000 CapBnd: 0000000000002000 CapEff: 0000000000002000 CapInh: 0000000000002000 CapPrm: 0000000000002000 NoNewPrivs: 1 "
"${as[@]}" test -r "$root/module/bin/NetTraffic.Server.dll" -a -x "$pwsh" -a -x "$dotnet/dotnet" ||
  skip "another user cannot read this folder, or run .NET"
send() { for ((j = 0; j < 60; j++)); do echo x >/dev/udp/127.0.0.1/47474 || true; sleep 0.2; done 2>/dev/null; }

evidence="$work/server.log"
"${as[@]}" "$dotnet/dotnet" "$root/module/bin/NetTraffic.Server.dll" --store "$store" --port 0 >"$evidence" 2>&1 &
server=$!
pids+=("$server")
for ((i = 0; i < 200; i++)); do grep -q 'listens at' "$evidence" && break; sleep 0.1; done
url="$(sed -n 's/.* listens at //p' "$evidence")"
[ -n "$url" ] || die "the server does not start"
curl -fsS -X POST -H 'Content-Type: application/json' -d '{"Interface":["lo"],"Filter":"udp port 47474","PacketCount":3,"Name":"server"}' \
  "$url/api/capture/start" >"$work/started" || die "no capture in the server"
send &
pids+=($!)
for ((i = 0; i < 100; i++)); do curl -fsS "$url/api/captures" | grep -q '"State":"Completed"' && break; sleep 0.1; done
kill -TERM "$server"
wait "$server" || die "the server ends with $?"

evidence="$work/task"
"${as[@]}" "$pwsh" -NoProfile -NonInteractive -Command "\$ErrorActionPreference = 'Stop'; Import-Module '$root/NetTraffic.psd1'
  Start-NetCapture -Interface lo -Filter 'udp port 47474' -Duration 20s -PacketCount 3 -Name task -StorePath '$store' -Wait" \
  >"$evidence" 2>&1 || die "the task ends with an error"
evidence="$work/captures"
ask "Get-NetCapture -StorePath '$store' | Sort-Object Name | ForEach-Object { \"\$(\$_.Name) \$(\$_.Packets) \$(\$_.State)\" }" >"$evidence" 2>&1
equal "captures" "$(tr '\n' ' ' <"$evidence")" "server 3 Completed task 3 Completed "
echo "with CAP_NET_RAW alone and the store alone to write to: a server captured, and so did a task"
