#!/usr/bin/env bash
# The module for Windows, run under wine: every cmdlet once, and imports beside a process that lists captures all the time. Ends with 77
# where wine or its .NET does not start. Needs wine64, the .NET SDK and script (util-linux); gcc-mingw-w64 for the stub of Npcap.
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

# .NET itself crashes under wine now and then (docs/windows.md): one more try tells that from a fault of ours.
smoke() {
  rm -rf "$place/smoke"
  mkdir "$place/smoke"
  run 150 "$place/smoke.log" smoke.ps1 -Place "$(windows "$place/smoke")" -Capture "$sample"
  grep -o 'smoke: .*' "$place/smoke.log"
}

race() {
  rm -rf "$place/race"
  mkdir "$place/race"
  local at
  at=$(windows "$place/race")
  run $((60 + imports * 5)) "$place/look.log" look.ps1 -Place "$at" &
  local looking=$!
  run $((60 + imports * 5)) "$place/race.log" race.ps1 -Place "$at" -Capture "$sample" -Count "$imports"
  touch "$place/race/stop"
  wait "$looking"
  grep -o 'looked .*' "$place/look.log"
  grep -o 'race: .*, 0 failures' "$place/race.log"
}

smoke || smoke || { cat "$place/smoke.log"; failed=1; }
race || race || { cat "$place/race.log" "$place/look.log"; failed=1; }

# A stub in Npcap's own folder: the module finds it there, names adapters as people do, and reads their descriptions.
if command -v x86_64-w64-mingw32-gcc >/dev/null; then
  mkdir -p "$WINEPREFIX/drive_c/windows/system32/Npcap"
  x86_64-w64-mingw32-gcc -shared -O1 -o "$WINEPREFIX/drive_c/windows/system32/Npcap/wpcap.dll" tests/wine/npcap-stub.c || failed=1
  npcap() { WINEDLLOVERRIDES=wpcap=n run 60 "$place/npcap.log" npcap.ps1 && grep -o 'npcap: .*' "$place/npcap.log"; }
  npcap || npcap || { cat "$place/npcap.log"; failed=1; }
else
  echo "not tried: Npcap's folder and names (gcc-mingw-w64-x86-64 is not installed)"
fi

[ $failed -eq 0 ] && echo "the module for Windows works under $("$wine" --version)"
exit $failed
