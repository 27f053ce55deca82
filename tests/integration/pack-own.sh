#!/usr/bin/env bash
# pack-own.sh [--packed]: packs the module for this system with a server that carries its own .NET, and asks it where ASP.NET Core, and then .NET as a
# whole, is hidden (in a mount namespace; nothing of the machine is changed). Some minutes, most of them for packing: --packed takes what is.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need root unshare curl unzip
unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
begin
cd "$root"
version="$(sed -n "s/^ *ModuleVersion *= '\(.*\)'/\1/p" NetTraffic.psd1)"
rid="linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')"
evidence="$work/pack.log"
if [ "${1:-}" = --packed ]; then
  : >"$evidence"
elif ! ./build.sh pack "$rid" -SelfContained >"$evidence" 2>&1; then
  grep -q 'NU1101.*App.Runtime' "$evidence" && skip "the package source has no .NET for $rid"
  die "it cannot be packed"
fi
grep 'zip ' "$evidence" || true
mkdir "$work/modules" "$work/empty"
unzip -q "artifacts/pack/NetTraffic-$version-$rid-selfcontained.zip" -d "$work/modules"
module="$work/modules/NetTraffic/$version"
server="$module/module/bin/server/NetTraffic.Server"
[ -x "$server" ] || die "there is no server of its own"
[ ! -e "$module/module/bin/NetTraffic.Server.dll" ] || die "the server is there twice"
# What an extraction that forgets rights leaves.
chmod -x "$server"

# PowerShell itself may run on the machine's .NET; ASP.NET Core is what is hidden.
dotnet="$(dirname "$(readlink -f "$(command -v dotnet)")")"
hidden="$dotnet/shared/Microsoft.AspNetCore.App"
[ -d "$hidden" ] || skip "this machine has no ASP.NET Core to hide"
run_hidden() {
  unshare -m bash -ec "mount --bind '$work/empty' '$hidden'; exec \"\$@\"" bash env -u DOTNET_ROOT HOME="$work" DOTNET_ROOT="$dotnet" "$@"
}
evidence="$work/plain"
run_hidden "$pwsh" -NoProfile -NonInteractive -Command "Import-Module '$root/NetTraffic.psd1'
  try { Start-NetTrafficServer -StorePath '$store' -Port 0 -ErrorAction Stop } catch { \$_.FullyQualifiedErrorId; \$_.ErrorDetails.RecommendedAction }" \
  >"$evidence" 2>&1 || die "PowerShell did not run"
grep -q '^AspNetMissing,' "$evidence" && grep -q 'ASP.NET Core Runtime 10.0' "$evidence" && grep -q -- '-SelfContained' "$evidence" ||
  die "the error does not say what to do"
evidence="$work/own"
run_hidden "$pwsh" -NoProfile -NonInteractive -Command "Import-Module '$module/NetTraffic.psd1'
  \$null = Import-NetCapture '$root/tests/fixtures/sample.pcapng' -StorePath '$store'
  \$server = Start-NetTrafficServer -StorePath '$store' -Port 0
  try { (Invoke-RestMethod \"\$(\$server.Url)/api/status\").Version; (Invoke-RestMethod \"\$(\$server.Url)/api/stats/summary\").Total.Packets }
  finally { Stop-NetTrafficServer -StorePath '$store' }" >"$evidence" 2>&1 || die "the server does not start"
equal "version and packets" "$(tr '\n' ' ' <"$evidence")" "$version 2043 "

# The program alone, with no .NET at all and no variables.
evidence="$work/bare"
unshare -m bash -ec "mount --bind '$work/empty' '$dotnet'; exec env -i HOME='$work' PATH=/nonexistent '$server' --store '$store' --port 0" \
  >"$evidence" 2>&1 &
pids+=($!)
for ((i = 0; i < 100; i++)); do grep -q 'listens at' "$evidence" && break; sleep 0.1; done
url="$(sed -n 's/.* listens at //p' "$evidence")"
[ -n "$url" ] || die "the program does not run without .NET"
curl -fsS "$url/api/status" >"$work/status" || die "it does not answer"
grep -q "\"Version\":\"$version\"" "$work/status" || die "it answers something else"
echo "a server with its own .NET: started without ASP.NET Core and without any .NET; $(du -sm "$module/module/bin/server" | cut -f1) MB"
