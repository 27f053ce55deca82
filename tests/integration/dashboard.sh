#!/usr/bin/env bash
# Builds the dashboard from its sources and its pinned packages, and holds the result against the files that are committed and part of the
# server. Ends with 77 where Node 20.19 or newer, npm or its registry is missing.
#   tests/integration/dashboard.sh --write     writes what it built to src/NetTraffic.Server/wwwroot
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
committed="$root/src/NetTraffic.Server/wwwroot"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

skip() { echo "$*"; exit 77; }
command -v node >/dev/null && command -v npm >/dev/null || skip "node and npm are not installed"
node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' ||
  skip "Vite needs Node 20.19 or newer, and this is $(node --version)"
mkdir -p "$work/src/NetTraffic/Enrichment" "$work/src/NetTraffic.Server/Dashboard"
(cd "$root/src/NetTraffic.Server/Dashboard" && tar -c --exclude node_modules .) | tar -x -C "$work/src/NetTraffic.Server/Dashboard"
cp "$root/src/NetTraffic/Enrichment/countries.csv" "$work/src/NetTraffic/Enrichment/"
cd "$work/src/NetTraffic.Server/Dashboard"
npm ci --no-audit --no-fund >"$work/npm.log" 2>&1 || { tail -n 5 "$work/npm.log"; skip "npm could not fetch the packages"; }
npm run build >"$work/build.log" 2>&1 || { tail -n 30 "$work/build.log"; exit 1; }
built="$work/src/NetTraffic.Server/wwwroot"
if [ "${1:-}" = --write ]; then
  rm -rf "$committed"
  cp -r "$built" "$committed"
fi
diff -r "$built" "$committed" >"$work/diff" || {
  cut -c1-200 "$work/diff" | head -n 20
  echo "what is committed is not what the sources make; run tests/integration/dashboard.sh --write and commit that"
  exit 1
}
bytes=0
while read -r file; do bytes=$((bytes + $(gzip -9c "$file" | wc -c))); done < <(find "$built" -type f)
[ "$bytes" -le 400000 ] || { echo "the page has $bytes bytes compressed, over 400,000"; exit 1; }
echo "the dashboard's files are those of its sources: $bytes bytes compressed"
