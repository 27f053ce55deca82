# What the benches share. Sourced with the name of the bench; sets root, pwsh and nt.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
export PATH="$PATH:/usr/sbin:/sbin" POWERSHELL_TELEMETRY_OPTOUT=1
pwsh="${NETTRAFFIC_PWSH:-$root/artifacts/pwsh/pwsh}"
[ -x "$pwsh" ] && [ -e "$root/module/bin/NetTraffic.dll" ] || { echo "PowerShell or the module is not there; run ./build.sh build" >&2; exit 1; }
# "${nt[@]}" COMMAND: the command in a PowerShell of its own, with the module: what a user waits for.
nt=("$pwsh" -NoProfile -NonInteractive -Command "Import-Module '$root/NetTraffic.psd1';")
