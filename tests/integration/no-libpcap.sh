#!/usr/bin/env bash
# No libpcap: in a mount namespace of the test's own, empty files lie over the library. Live capture is refused with how to install it;
# imports work.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need root unshare mount
begin
make_frames "$work/frames.pcap" 100 >/dev/null
: >"$work/empty"
cat >"$work/inside.sh" <<'INSIDE'
set -euo pipefail
for file in $(find /usr/lib /usr/lib64 /usr/local/lib /lib -name 'libpcap.so*' -type f 2>/dev/null); do
  mount --bind "$WORK/empty" "$file"
done
INSIDE
unshare -m true 2>"$work/err" || skip "mount namespaces cannot be made here: $(cat "$work/err")"
inside() { WORK="$work" unshare -m --propagation private bash -c ". '$work/inside.sh'; exec \"\$@\"" inside "${nt[@]}" "$1"; }
evidence="$work/err"
if inside "Start-NetCapture -Interface lo -StorePath '$store'" >"$work/out" 2>"$work/err"; then die "a capture started without libpcap"; fi
grep -q 'libpcap' "$work/err" || die "the error does not name libpcap"
grep -qiE 'Recommendation: .*(apt-get install|Install)' "$work/err" || die "the error does not say how to install it"
if inside "Get-NetCaptureInterface -ErrorAction Stop" >"$work/out" 2>"$work/err" && [ ! -s "$work/out" ]; then die "no interfaces and no error"; fi
packets="$(inside "(Import-NetCapture -LiteralPath '$work/frames.pcap' -StorePath '$store').Packets" 2>"$work/err")" || die "the import failed"
equal "packets imported without libpcap" "$packets" 100
echo "passed: refused with the way to install it; import works"
