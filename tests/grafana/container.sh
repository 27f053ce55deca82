#!/usr/bin/env bash
# What the image and docker-compose.yml make of the server, without a container: run by tests/integration/dockerfile.sh in mount and
# network namespaces of its own, as root. The Dockerfile's COPY and RUN put the files where the image has them; then the entry point
# runs as the image's user, with NET_RAW as the only capability there is to be had, on a root that cannot be written.
# Prints what it found; ends with 0 or 1.
set -euo pipefail
root="$1" built="$2" uid=1654
reader="$root/tests/grafana/dockerfile.py"
wrong() { echo "WRONG $*"; exit 1; }
mapfile -t copied < <(python3 "$reader" copied final)
mapfile -t runs < <(python3 "$reader" run final)
mapfile -t settings < <(python3 "$reader" env)
mapfile -d '' -t entry < <(python3 "$reader" words ENTRYPOINT)
mapfile -d '' -t health < <(python3 "$reader" words HEALTHCHECK)

mount --make-rprivate /
mount -t tmpfs -o mode=755 none /opt
mount -t tmpfs -o mode=755 none /var/lib
for line in "${copied[@]}"; do
  from="$built/${line%%$'\t'*}" to="${line##*$'\t'}"
  from="${from/\/source\///}"
  mkdir -p "$(dirname "$to")"
  cp -r "$from" "$to"
done
for line in "${runs[@]}"; do
  case "$line" in
    *apt-get*) continue ;;
  esac
  APP_UID=$uid bash -ec "$line" || wrong "RUN failed: $line"
done
# read_only: true, with what docker-compose.yml leaves to write: the volume and /tmp.
mount --bind /var/lib/nettraffic /var/lib/nettraffic
mount -o remount,bind,ro /var/lib
mount -o remount,bind,ro /opt
mount -o remount,bind,ro /
mount -t tmpfs -o mode=1777 none /tmp
ip link set lo up

# as CAPABILITIES OPTIONS... -- WORDS...: as the image's user, with these capabilities in the bounding set.
as() {
  local capabilities="$1"
  shift
  exec setpriv --reuid=$uid --regid=$uid --clear-groups --inh-caps=-all --bounding-set="$capabilities" "$@"
}
# What docker-compose.yml sets. /tmp is the tmpfs above, of this namespace alone.
environment=(env -i PATH="$PATH" "${settings[@]}" NETTRAFFIC_SERVER_CAPTURE=lo NETTRAFFIC_SENSOR= NETTRAFFIC_RETENTION=7d
  NETTRAFFIC_SERVER_LISTEN=127.0.0.1 NETTRAFFIC_SERVER_PORT=8630 NETTRAFFIC_SERVER_ORIGINS=http://127.0.0.1:3000
  NETTRAFFIC_SERVER_KEY_FILE=/tmp/secrets/api-key)
plain() { (as -all --no-new-privs -- "${environment[@]}" /opt/nettraffic/pwsh/pwsh -NonInteractive -Command "$1"); }
healthy() { (as -all --no-new-privs -- "${environment[@]}" "${health[@]}"); }
# The key as Compose mounts a secret's file: its user's, readable for others, in a place that is not to be written.
key=0123456789abcdef0123456789abcdef
install -d -m 755 /tmp/secrets && echo "$key" >/tmp/secrets/api-key && chmod 644 /tmp/secrets/api-key
ask() { curl -sS -o /tmp/answer -w '%{http_code}' "$@"; }

if (touch /opt/nettraffic/x /usr/x) 2>/dev/null; then wrong "the root can be written"; fi
if healthy >/tmp/health 2>&1; then wrong "healthy before anything runs"; fi
grep -q 'No server runs' /tmp/health || wrong "the health check does not say what is wrong: $(cat /tmp/health)"
# Without an interface that has the default route, the server says so and ends: nobody takes it for one that captures.
if (as -all,+net_raw -- "${environment[@]}" NETTRAFFIC_SERVER_CAPTURE=default "${entry[@]}") >/tmp/none 2>&1; then wrong "it runs without an interface to capture on"; fi
grep -q 'default route' /tmp/none || wrong "it does not say which interface is missing: $(cat /tmp/none)"

(as -all,+net_raw -- "${environment[@]}" "${entry[@]}") >/tmp/capture 2>&1 &
capture=$!
limit=$((SECONDS + 60))
until healthy >/tmp/health 2>&1; do
  kill -0 "$capture" 2>/dev/null || wrong "the entry point ended: $(cat /tmp/capture)"
  [ $SECONDS -lt $limit ] || wrong "not healthy after 60 s: $(cat /tmp/health /tmp/capture)"
  sleep 0.5
done
grep -E '^(Uid|CapEff|CapBnd)' "/proc/$capture/status" | tr -s '\t\n' '  '
echo
[ "$(awk '/^Uid/ { print $3 }' "/proc/$capture/status")" = $uid ] || wrong "it does not run as the image's user"
[ "$(awk '/^CapEff/ { print $2 }' "/proc/$capture/status")" = 0000000000002000 ] || wrong "it has other capabilities than NET_RAW"
[ "$(ask http://127.0.0.1:8630/health/ready)" = 200 ] || wrong "the endpoint of the health check: $(cat /tmp/answer)"
[ "$(ask http://127.0.0.1:8630/api/status)" = 401 ] || wrong "it answers without the key: $(cat /tmp/answer)"
[ "$(ask -H "Authorization: Bearer $key" http://127.0.0.1:8630/api/status)" = 200 ] || wrong "the key of the secret's file is not taken: $(cat /tmp/answer)"
grep -q '"Interfaces":\["lo"\]' /tmp/answer || wrong "no capture on lo: $(cat /tmp/answer)"
if grep -rqsF "$key" /var/lib/nettraffic; then wrong "the key lies in the store"; fi
for ((i = 0; i < 200; i++)); do echo packet >/dev/udp/127.0.0.1/9 || true; done 2>/dev/null
sleep 1
kill -TERM "$capture"
started=$SECONDS code=0
wait "$capture" || code=$?
[ $((SECONDS - started)) -lt 30 ] || wrong "it took more than the 30 s that are given to stop"
[ $code -eq 143 ] || [ $code -eq 0 ] || wrong "stopping ended with $code: $(cat /tmp/capture)"
read -r state packets stored <<<"$(plain '$c = @(Get-NetCapture)[0]; "$($c.State) $($c.Packets) $((Get-TrafficSummary).Packets)"')"
echo "capture $state, $packets packets, $stored stored, ended with $code"
[ "$state" = Stopped ] || wrong "the capture is $state"
[ "$packets" -ge 200 ] && [ "$packets" = "$stored" ] || wrong "captured $packets, stored $stored, sent 200"
if healthy >/tmp/health 2>&1; then wrong "healthy although the capture has stopped"; fi

# A capture that fails makes the server unready; it says why, and goes on answering.
ip link add nt0 type veth peer name nt1 && ip link set nt0 up && ip link set nt1 up || wrong "no interface can be made"
(as -all,+net_raw -- "${environment[@]}" NETTRAFFIC_SERVER_CAPTURE=nt0 "${entry[@]}") >/tmp/capture 2>&1 &
capture=$!
limit=$((SECONDS + 60))
until healthy >/tmp/health 2>&1; do
  [ $SECONDS -lt $limit ] || wrong "not healthy after 60 s: $(cat /tmp/health /tmp/capture)"
  sleep 0.5
done
ip link del nt0
while healthy >/tmp/health 2>&1; do
  [ $SECONDS -lt $limit ] || wrong "healthy although its interface is gone"
  sleep 0.5
done
grep -q 'has failed' /tmp/health || wrong "the health check does not say that the capture failed: $(cat /tmp/health)"
[ "$(ask http://127.0.0.1:8630/health/live)" = 200 ] || wrong "the server does not live on without its capture"
kill -TERM "$capture" && wait "$capture" || wrong "it does not end by itself after a failed capture"

# What the comments say of a container without NET_RAW: the entry point does not start, dotnet with the same program does.
if (as -all -- "${environment[@]}" "${entry[@]}") >/tmp/none 2>&1; then wrong "the entry point starts where NET_RAW is dropped: the Dockerfile says otherwise"; fi
[ "$(plain "'started'")" = started ] || wrong "PowerShell does not start without capabilities"
