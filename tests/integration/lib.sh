# What the integration scripts share. Sourced, not run.
# A case ends with 0 (passed), 77 (skipped; the last line says why) or anything else (failed; the last lines say why).
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
here="$root/tests/integration"
# PowerShell: the one that runs the tests, that of build.sh, or an installed one.
pwsh="${NETTRAFFIC_PWSH:-$root/artifacts/pwsh/pwsh}"
[ -x "$pwsh" ] || pwsh="$(command -v pwsh || true)"
# "${nt[@]}" COMMAND: the command in a PowerShell of its own, with the module.
nt=("$pwsh" -NoProfile -NonInteractive -Command "\$PSStyle.OutputRendering = 'PlainText'; Import-Module '$root/NetTraffic.psd1';")
export POWERSHELL_TELEMETRY_OPTOUT=1
export PATH="$PATH:/usr/sbin:/sbin"
work=""
pids=()
namespaces=()
mounts=()
capture_as=()

skip() { echo "$*"; exit 77; }
die() { echo "FAILED: $*"; [ -z "${evidence:-}" ] || { echo "--- $evidence"; tail -n 40 "$evidence"; }; exit 1; }
note() { echo "  $*"; }

need() {
  [ "$(uname -s)" = Linux ] || skip "needs Linux"
  [ -x "$pwsh" ] && [ -e "$root/module/bin/NetTraffic.dll" ] || skip "needs PowerShell and the module: ./build.sh build"
  local tool
  for tool in "$@"; do
    case "$tool" in
      root) [ "$(id -u)" -eq 0 ] || skip "needs root" ;;
      *) command -v "$tool" >/dev/null || skip "needs $tool, which is not installed" ;;
    esac
  done
}

cleanup() {
  local code=$? one
  trap - EXIT
  for one in "${pids[@]}"; do { kill -9 "$one" && wait "$one"; } 2>/dev/null || true; done
  for one in "${namespaces[@]}"; do ip netns del "$one" 2>/dev/null || true; done
  for one in "${mounts[@]}"; do umount "$one" 2>/dev/null || true; done
  [ -z "$work" ] || rm -rf "$work"
  exit $code
}

begin() {
  work="$(mktemp -d "${TMPDIR:-/tmp}/nettraffic-test.XXXXXX")"
  chmod 755 "$work"
  store="$work/store"
  trap cleanup EXIT
  trap 'exit 130' INT TERM
}

# One expression; its output is the answer.
ask() { "${nt[@]}" "$1"; }

# Two namespaces joined by a cable of their own; nothing else is reachable from them, and nothing talks by itself.
make_network() {
  left="ntl$$" right="ntr$$"
  ip netns add "$left" 2>"$work/netns" || skip "network namespaces cannot be made here: $(cat "$work/netns")"
  namespaces+=("$left")
  ip netns add "$right"
  namespaces+=("$right")
  local ns
  for ns in "$left" "$right"; do
    ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 2>/dev/null || true
  done
  ip -n "$left" link add wl type veth peer name wr netns "$right" 2>"$work/netns" || skip "veth pairs cannot be made here: $(cat "$work/netns")"
  ip -n "$left" link set wl arp off up
  ip -n "$right" link set wr arp off up
  ip netns exec "$right" sh -c 'ulimit -l unlimited 2>/dev/null; true'
}

received() { ip netns exec "$right" cat /sys/class/net/wr/statistics/rx_packets; }

# make_frames FILE PACKETS [-Public]: frames of as many UDP flows.
make_frames() { "$pwsh" -NoProfile -NonInteractive -File "$here/make-frames.ps1" -Path "$1" -Count "$2" "${@:3}"; }

# start_capture NAMESPACE INTERFACE NAME [PARAMETERS]: a capture in a process of its own, which capture_as may put into another
# environment or user; stop_capture NAME ends it. Sets capture_pid.
start_capture() {
  local ns="$1" interface="$2" name="$3"
  shift 3
  ip netns exec "$ns" env --default-signal=INT "${capture_as[@]}" "$pwsh" -NoProfile -NonInteractive -File "$here/capture.ps1" -Interface "$interface" -Name "$name" \
    -StorePath "$store" -Ready "$work/$name.ready" -StopFile "$work/$name.stop" "$@" >"$work/$name.log" 2>&1 &
  capture_pid=$!
  pids+=("$capture_pid")
  wait_until 30 "[ -e '$work/$name.ready' ]" || { evidence="$work/$name.log"; die "the capture $name did not start"; }
}

stop_capture() {
  : >"$work/$1.stop"
  wait_until 60 "[ -e '$work/$1.done' ]" || { evidence="$work/$1.log"; die "the capture $1 did not stop"; }
}

# What tests/integration/packets.py does with numbered frames.
packets() { python3 "$here/packets.py" "$@"; }

# send SECONDS PPS NAME [FIRST]: numbered packets from the left; the sender's notes of number and time are in NAME.sent. Sets sender.
send() {
  ip netns exec "$left" python3 "$here/packets.py" send wl "$1" "$2" "${4:-0}" >"$work/$3.sent" &
  sender=$!
  pids+=("$sender")
}

# The newest file of raw packets below a folder; nothing where there is none yet.
newest() { find "$1" -name '*.pcapng' 2>/dev/null | sort | tail -n 1; }

# The store's raw packets into FILE.
export_packets() { ask "Export-NetTraffic '$1' -StorePath '$store' | Out-Null" >"$work/export.log" 2>&1 || { evidence="$work/export.log"; die "the export failed"; }; }

# A property of a capture as the store tells it.
capture_value() { ask "(Get-NetCapture -StorePath '$store' | Where-Object Name -EQ '$1')[0].$2"; }

wait_until() {
  local limit=$(($(date +%s) + $1))
  until eval "$2"; do
    [ "$(date +%s)" -lt "$limit" ] || return 1
    sleep 0.1
  done
}

equal() { [ "$2" = "$3" ] || die "$1 is '$2', not '$3'"; }

# Every segment is whole: Parquet begins and ends with its magic number.
check_segments() {
  local file
  while IFS= read -r file; do
    [ "$(head -c 4 "$file")$(tail -c 4 "$file")" = PAR1PAR1 ] || die "half a segment: $file"
  done < <(find "$store" -name '*.parquet' -not -path '*/tmp/*')
}
