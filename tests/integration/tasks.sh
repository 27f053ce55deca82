#!/usr/bin/env bash
# tasks.sh: a capture that cron really runs. A crontab and a cron of its own, in a mount namespace: the machine's are neither read nor
# changed, and none of its jobs run. Up to a minute and a half.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need root crontab cron unshare python3
crontabs=/var/spool/cron/crontabs
[ -d "$crontabs" ] || skip "needs Debian's cron"
if [ "${1:-}" != inside ]; then
  unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
  exec unshare -m "$0" inside
fi

# From here on only this script and its children see these places.
begin
mkdir "$work/spool" "$work/empty" "$work/run"
: >"$work/nothing"
mount --bind "$work/spool" "$crontabs"
mount --bind "$work/run" /run
mount --bind "$work/empty" /etc/cron.d
[ ! -e /etc/crontab ] || mount --bind "$work/nothing" /etc/crontab
[ -z "$(find "$crontabs" /etc/cron.d -mindepth 1)" ] && [ ! -s /etc/crontab ] || die "the machine's crontabs are still there"

store="$work/it's 100% \$HOME; a store"
evidence="$work/register"
"${nt[@]}" "Register-NetCaptureTask lo 'udp port 46464' -Name minute -Every 1m -Duration 20s -PacketCount 5 -Scheduler Cron \
  -StorePath '${store//\'/\'\'}' -WarningAction Ignore" >"$evidence" 2>&1 || die "it is not scheduled"
evidence="$work/cron.log"
cron -f -L 15 >"$evidence" 2>&1 &
pids+=($!)
python3 - <<'P' &
import socket, time
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(1000):
    out.sendto(b"abc", ("127.0.0.1", 46464))
    time.sleep(0.1)
P
pids+=($!)
for ((i = 0; i < 90; i++)); do
  grep -qs Completed "$store"/captures/status/* && break
  sleep 1
done
evidence="$work/captures"
ask "Get-NetCapture -StorePath '${store//\'/\'\'}' | ForEach-Object { \"\$(\$_.Name) \$(\$_.Packets) \$(\$_.State)\" }" >"$evidence" 2>&1 || die "no answer"
equal "what cron captured" "$(cat "$evidence")" "minute 5 Completed"
ask "Unregister-NetCaptureTask minute; Get-NetCaptureTask -Scheduler Cron" >"$evidence" 2>&1 || die "it does not go"
! grep -q NetTraffic "$crontabs/root" || die "lines stay in the crontab"
echo "cron ran a scheduled capture: 5 packets in a store of an odd name; the crontab is as it was"
