#!/usr/bin/env bash
# A store folder that may not be written: refused with one clear error that names the folder, and nothing is left behind.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need setpriv root
begin
mkdir -p "$work/home" "$work/readonly"
chmod 777 "$work/home"
make_frames "$work/frames.pcap" 100 >/dev/null
chmod 644 "$work/frames.pcap"
as_nobody() { HOME="$work/home" setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
as_nobody test -x "$pwsh" -a -r "$(dirname "$pwsh")/pwsh.dll" 2>/dev/null || skip "another user may not read this folder ($root)"
if as_nobody "${nt[@]}" "Import-NetCapture -LiteralPath '$work/frames.pcap' -StorePath '$work/readonly/store'" >"$work/out" 2>"$work/err"; then
  evidence="$work/out"
  die "the import into a folder that may not be written succeeded"
fi
evidence="$work/err"
grep -q "readonly" "$work/err" || die "the error does not name the folder"
grep -qiE 'permission|denied|not be written|not writable|cannot' "$work/err" || die "the error does not say what is wrong"
! grep -qE '^ +at .*\.cs:line|Unhandled' "$work/err" || die "the error is a stack trace"
[ "$(grep -c '^Import-NetCapture:' "$work/err")" -eq 1 ] || die "not exactly one error"
[ -z "$(ls -A "$work/readonly")" ] || die "something was left in the folder"
note "$(head -n 2 "$work/err" | tr '\n' ' ')"
echo "passed: refused"
