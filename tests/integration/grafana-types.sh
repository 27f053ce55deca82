#!/usr/bin/env bash
# The dashboards compile against Grafana's own types, from npm.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export PYTHONDONTWRITEBYTECODE=1
need python3 node npm
begin
types="$root/artifacts/grafana-types"
mkdir -p "$types"
cp "$root/tests/grafana/schema/"*.json "$types/"
if ! (cd "$types" && timeout 120 npm ci --no-audit --no-fund --ignore-scripts) >"$work/npm" 2>&1; then
  if grep -qE 'EINTEGRITY|EUSAGE|EJSONPARSE' "$work/npm"; then evidence="$work/npm"; die "npm does not take the list of packages"; fi
  skip "needs @grafana/schema and typescript from npm, which did not come: $(grep -m1 -E 'npm (ERR!|error)' "$work/npm" || tail -n 1 "$work/npm")"
fi
python3 "$root/tests/grafana/schema_source.py" "$types/dashboards.ts"
(cd "$types" && node_modules/.bin/tsc -p .) >"$work/tsc" 2>&1 || { evidence="$work/tsc"; die "a dashboard does not compile against Grafana's types"; }
echo "passed: $(grep -cE '^export const [A-Za-z]+Panel[0-9]+: ' "$types/dashboards.ts") panels compile against @grafana/schema $(node -p "require('$types/node_modules/@grafana/schema/package.json').version" 2>/dev/null || echo)"
