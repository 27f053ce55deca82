#!/usr/bin/env bash
# A process that may not capture: refused at once, with how to permit it; nothing is stored; the demo goes on with its sample.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need root setpriv
begin
limited() { setpriv --bounding-set=-net_raw,-net_admin --inh-caps=-net_raw,-net_admin --ambient-caps=-net_raw,-net_admin "$@"; }
limited true 2>"$work/err" || skip "capabilities cannot be dropped here: $(cat "$work/err")"
evidence="$work/err"
if limited "${nt[@]}" "Start-NetCapture -Interface lo -StorePath '$store'" >"$work/out" 2>"$work/err"; then die "a capture started without permission"; fi
grep -qiE 'may not capture|permi' "$work/err" || die "the error does not say that it is not permitted"
grep -qE 'Recommendation: .*(sudo|setcap)' "$work/err" || die "the error does not say how to permit it"
[ ! -e "$store" ] || [ -z "$(find "$store" -type f -name '*.json' -path '*status*')" ] || die "a capture that never ran is in the store"
equal "CanCapture" "$(limited "${nt[@]}" "(Get-NetCaptureInterface | Where-Object IsLoopback)[0].CanCapture")" False
limited "$pwsh" -NoProfile -NonInteractive -File "$root/demo/demo.ps1" >"$work/out" 2>"$work/err" || die "the demo failed where capturing is not permitted"
grep -q 'setcap\|sudo' "$work/out" || { evidence="$work/out"; die "the demo does not say how to permit capturing"; }
grep -q 'Top protocols' "$work/out" || { evidence="$work/out"; die "the demo did not go on"; }
echo "passed: refused with the way to permit it"
