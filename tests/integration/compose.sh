#!/usr/bin/env bash
# The compose stack: Debian's docker-compose takes it, nothing starts without its secrets, and it is as tight as the page says.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export PYTHONDONTWRITEBYTECODE=1
need docker-compose
# The interpreter that docker-compose runs in has PyYAML.
python="$(sed -n '1s/^#! *//p' "$(command -v docker-compose)" | awk '{ print $1 == "/usr/bin/env" ? $2 : $1 }')"
"$python" -c 'import yaml' 2>/dev/null || python=python3
"$python" -c 'import yaml' 2>/dev/null || skip "needs Python with PyYAML"
begin
# Nothing from this machine's environment or a .env of its own.
compose() { (cd "$root" && env -i PATH="$PATH" HOME="$work" docker-compose --env-file "$1" config); }
secrets=(INFLUX_PASSWORD INFLUX_TOKEN GRAFANA_PASSWORD)
evidence="$work/out"

cp "$root/.env.example" "$work/all.env"
for name in "${secrets[@]}"; do
  grep -q "^$name=$" "$root/.env.example" || die ".env.example has a value for $name, or no place for it"
  sed -i "s/^$name=$/$name=test-only-$name/" "$work/all.env"
done
compose "$work/all.env" >"$work/config" 2>"$work/out" || die "docker-compose does not take docker-compose.yml"
[ ! -s "$work/out" ] || die "docker-compose complains"
printf '%s\n' "${secrets[@]}" | sed 's/.*/&=test-only-&/' >"$work/least.env"
compose "$work/least.env" >"$work/least" 2>"$work/out" || die "the three secrets are not enough"
(cd "$root" && "$python" tests/grafana/compose.py "$work/config") >"$work/out" || die "the stack is not as it should be"
note "$(tail -n 1 "$work/out")"
(cd "$root" && "$python" tests/grafana/compose.py "$work/least") >"$work/out" || die "the stack with its defaults is not as it should be"

for name in "${secrets[@]}"; do
  for without in "/^$name=/d" "s/^$name=.*/$name=/"; do
    sed "$without" "$work/all.env" >"$work/without.env"
    if compose "$work/without.env" >"$work/out" 2>&1; then die "it starts without $name"; fi
    grep -q "set $name in .env" "$work/out" || die "without $name the message does not say what to set"
  done
done

# influxdb-init explains a token that InfluxDB does not have: its script, against a server that refuses every token.
cat >"$work/refuse.py" <<'EOF'
import http.server, sys


class Refuse(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ping = self.path.startswith("/ping")
        self.send_response(204 if ping else 401)
        self.send_header("X-Influxdb-Version", "v2.7.12")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Refuse)
print(server.server_port, flush=True)
server.serve_forever()
EOF
python3 "$work/refuse.py" >"$work/refuse.port" &
pids+=("$!")
wait_until 10 "[ -s '$work/refuse.port' ]" || die "the server that refuses did not start"
if NETTRAFFIC_INFLUX_URL="http://127.0.0.1:$(cat "$work/refuse.port")" NETTRAFFIC_INFLUX_GENERATION=2 NETTRAFFIC_INFLUX_ORG=o \
  NETTRAFFIC_INFLUX_BUCKET=b NETTRAFFIC_INFLUX_TOKEN=another-token NETTRAFFIC_HOME="$work/init" INFLUX_RETENTION=30d \
  "${nt[@]}" "& '$root/grafana/influxdb-init.ps1'" >"$work/out" 2>&1; then die "influxdb-init succeeds with a token that is refused"; fi
grep -q 'A changed token' "$work/out" || die "influxdb-init does not explain a changed token"

# The checks can fail.
sed 's/127\.0\.0\.1:3000:/0.0.0.0:3000:/; s|/run/secrets/.*|/tmp/key|; s/LISTEN: .*/LISTEN: 0.0.0.0/; s/- NET_RAW/- NET_ADMIN/; /AUTO_UPDATE/d; /pids_limit/d' "$work/config" >"$work/open"
if "$python" "$root/tests/grafana/compose.py" "$work/open" >"$work/out"; then die "a port for everybody went unseen"; fi
grep -q 'WRONG grafana publishes' "$work/out" && grep -q "WRONG nettraffic adds" "$work/out" && grep -q 'WRONG Grafana replaces' "$work/out" && grep -q 'may take all memory' "$work/out" && grep -q 'key is not the secret' "$work/out" && grep -q 'the API listens at 0.0.0.0' "$work/out" || die "a port for everybody or another capability went unseen"
echo "passed: docker-compose $(docker-compose version --short) takes the stack, and none of its secrets has a default"
