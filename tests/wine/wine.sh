#!/usr/bin/env bash
# The module for Windows, run under wine: every cmdlet once, imports beside a process that lists captures all the time, Npcap's folder and
# names with a stub, and the test classes that files and processes of Windows matter to. Ends with 77 where wine or its .NET does not
# start. Needs wine64, the .NET SDK and script (util-linux); gcc-mingw-w64-x86-64 for the stub.
#   tests/wine/wine.sh [imports in the race, 8]
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD imports=${1:-8}
skip() { echo "skipped: $1"; exit 77; }
wine=$(command -v wine64 || ls /usr/lib/wine/wine64 2>/dev/null) || skip "wine64 is not installed"
server=$(command -v wineserver || ls /usr/lib/wine/wineserver64 2>/dev/null) || skip "wineserver is not installed"
command -v script >/dev/null || skip "script (util-linux) is not installed"
place=$(mktemp -d "${TMPDIR:-/tmp}/nettraffic-wine-XXXXXX")
export WINEPREFIX=$place/prefix WINEDEBUG=-all DOTNET_EnableWriteXorExecute=0 PSExecutionPolicyPreference=Bypass
export POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off TERM=dumb NO_COLOR=1
trap '"$server" -k 2>/dev/null; rm -rf "$place"' EXIT

./build.sh pack win-x64 >"$place/pack.log" 2>&1 || { tail -n 20 "$place/pack.log"; exit 1; }
dotnet publish tests/wine/Host/NetTraffic.WineHost.csproj -c Release -v q -nologo -tl:off -o artifacts/wine/host >"$place/host.log" 2>&1 ||
  { tail -n 5 "$place/host.log"; skip "PowerShell for Windows could not be fetched"; }
dotnet msbuild tests/wine/tests.proj -v:q -nologo -tl:off >"$place/tests.log" 2>&1 || { tail -n 20 "$place/tests.log"; exit 1; }
# Stays until the end: else it goes some seconds after the last program, and now and then just as the next one comes.
"$server" -p >/dev/null 2>&1
timeout 120 "$wine" wineboot -i >/dev/null 2>&1 || skip "wine does not start"
"$wine" reg add 'HKCU\Software\Wine' /v Version /d win10 /f >/dev/null 2>&1

module=$(ls -d "$root"/artifacts/pack/win-x64/NetTraffic/*/NetTraffic.psd1)
windows() { printf 'Z:%s' "${1//\//\\}"; }

# Runs one of these scripts in PowerShell for Windows, at most so many seconds: its log gets what it writes, without the control sequences
# of the terminal that it needs.
run() {
  local limit=$1 log=$2 script=$3 command
  shift 3
  printf -v command '%q ' "$wine" "$root/artifacts/wine/host/pwsh.exe" -NoProfile -ExecutionPolicy Bypass \
    -File "$(windows "$root/tests/wine/$script")" -Module "$(windows "$module")" "$@"
  timeout "$limit" script -qefc "$command" /dev/null </dev/null >"$log.raw" 2>&1
  local code=$?
  sed -E -e 's/\x1b\[[0-9;?]*[A-Za-z]//g' -e 's/\x1b\][^\x07]*\x07//g' -e 's/\r//g' "$log.raw" >"$log"
  return $code
}

sample=$(windows "$root/tests/fixtures/sample.pcapng")
failed=0

# .NET itself crashes or hangs under wine now and then (docs/windows.md): then a program ends with neither 0 nor 1, and is run once more.
# What fails because of us ends with 1, and so does what loses wine's server.
check() {
  "$@" && return
  local code=$?
  if [ $code -gt 1 ] || grep -qs '^wine client error' "$place/${log:-$1}.log"; then
    echo "$* ended with $code, once more"
    "$@" && return
  fi
  failed=1
  cat "$place/${log:-$1}.log"
}

smoke() {
  rm -rf "$place/smoke"
  mkdir "$place/smoke"
  run 300 "$place/smoke.log" smoke.ps1 -Place "$(windows "$place/smoke")" -Capture "$sample" || return
  grep -o 'smoke: .*' "$place/smoke.log"
}

race() {
  rm -rf "$place/race"
  mkdir "$place/race"
  local at looking code
  at=$(windows "$place/race")
  run $((120 + imports * 10)) "$place/look.log" look.ps1 -Place "$at" &
  looking=$!
  run $((120 + imports * 10)) "$place/race.log" race.ps1 -Place "$at" -Capture "$sample" -Count "$imports"
  code=$?
  touch "$place/race/stop"
  # Without the one that lists there is no race.
  wait "$looking" || return
  cat "$place/look.log" >>"$place/race.log"
  [ $code -eq 0 ] || return $code
  grep -o 'looked .*' "$place/race.log" && grep -o 'race: .*, 0 failures' "$place/race.log"
}

npcap() {
  rm -rf "$place/npcap"
  mkdir "$place/npcap"
  WINEDLLOVERRIDES=wpcap=n run 120 "$place/npcap.log" npcap.ps1 -Place "$(windows "$place/npcap")" || return
  grep -o 'npcap: .*' "$place/npcap.log"
}

# One test class of a room, in a process of its own: a crash costs one class. Those that need Linux, libpcap or TShark are not among them, and
# those whose sources fail on purpose neither: a skip or a failure that leaves a method as an exception may be the end of .NET under wine.
class() {
  timeout 180 "$wine" "$root/artifacts/wine/tests/$1.exe" -noColor -class "$1.$2" </dev/null >"$place/$2.log" 2>&1 || return
  grep -o 'Total: [1-9].*' "$place/$2.log" | sed "s/^/$1.$2  /"
}
room() {
  local name
  for name in "${@:2}"; do log=$name check class "$1" "$name"; done
}

check smoke
check race

# A stub in Npcap's own folder: the module finds it there, names adapters as people do, and reads their descriptions. One of dumpcap where
# Wireshark puts it: a capture through it has its frame, and ends in good order.
if command -v x86_64-w64-mingw32-gcc >/dev/null; then
  mkdir -p "$WINEPREFIX/drive_c/windows/system32/Npcap"
  x86_64-w64-mingw32-gcc -shared -O1 -o "$WINEPREFIX/drive_c/windows/system32/Npcap/wpcap.dll" tests/wine/npcap-stub.c || failed=1
  mkdir -p "$WINEPREFIX/drive_c/Program Files/Wireshark"
  x86_64-w64-mingw32-gcc -O1 -o "$WINEPREFIX/drive_c/Program Files/Wireshark/dumpcap.exe" tests/wine/dumpcap-stub.c || failed=1
  check npcap
else
  echo "not tried: Npcap's folder and names (gcc-mingw-w64-x86-64 is not installed)"
fi

room NetTraffic.Tests SharedFileTests ProcessIdentityTests
room NetTraffic.Settings.Tests OptionTests
room NetTraffic.Influx.Tests ForwardFilesTests
room NetTraffic.Capture.Tests InterfaceIdentityTests PacketRingEdgeTests PacketRingHeldTests
room NetTraffic.Store.Tests UpkeepTests SegmentFeedTests HeldFileTests HeldSegmentTests StatusFileTests
room NetTraffic.Engine.Tests ImportTests EarlierImportTests OutputFileTests

[ $failed -eq 0 ] && echo "the module for Windows works under $("$wine" --version)"
exit $failed
