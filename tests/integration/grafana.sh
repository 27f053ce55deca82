#!/usr/bin/env bash
# The dashboards: their structure, then every panel and variable query against an influxd filled with a sample of hostile names.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export PYTHONDONTWRITEBYTECODE=1
need python3
begin
python3 "$root/tests/grafana/dashboards.py" >"$work/structure" || { evidence="$work/structure"; die "a dashboard is not as it should be"; }
note "$(tail -n 1 "$work/structure")"
command -v influxd >/dev/null || skip "needs influxd, which is not installed (the structure of the dashboards was checked)"
python3 "$root/tests/grafana/queries.py" >"$work/queries" 2>&1 || { evidence="$work/queries"; die "a query of the dashboards is wrong"; }
sed 's/^/  /' "$work/queries"

[ "${1:-}" = --broken ] || { echo "passed: $(tail -n 1 "$work/queries")"; exit 0; }

# The checks can fail (.ci/run asks for this): a rate that is wrong, a filter without its escape, a measurement that is not there.
broken() {
  mkdir -p "$work/broken"
  rm -rf "$work/broken/"*
  mkdir -p "$work/broken/tests" "$work/broken/grafana"
  cp -r "$root/tests/grafana" "$work/broken/tests/"
  cp -r "$root/grafana/dashboards" "$work/broken/grafana/"
  sed -i "$2" "$work/broken/grafana/dashboards/network-traffic-overview.json"
  ! cmp -s "$root/grafana/dashboards/network-traffic-overview.json" "$work/broken/grafana/dashboards/network-traffic-overview.json" || die "$1: nothing was broken"
  # shellcheck disable=SC2086
  if python3 "$work/broken/tests/grafana/"$3 >"$work/broken/out" 2>&1; then die "$1 went unseen"; fi
  grep -q "^$4 " "$work/broken/out" || { evidence="$work/broken/out"; die "$1 did not show as $4"; }
}
broken "a wrong factor" 's/\* 8000\.0/* 8.0/' 'queries.py --minutes 8' WRONG
broken "a name that is not escaped" 's/\${interface:regex}/(${interface:regex})+x/' 'queries.py --minutes 8' EMPTY
broken "a statement that is no InfluxQL" 's/SELECT top(/SELECT topp(/' 'queries.py --minutes 8' ERROR
broken "two panels in one place" 's/"y": 14$/"y": 5/' dashboards.py WRONG
broken "a panel without a description" 's/"description": "Share of each transport protocol.*"/"description": ""/' dashboards.py WRONG
echo "passed: $(tail -n 1 "$work/queries"), broken dashboards are found"
