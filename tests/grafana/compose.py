#!/usr/bin/env python3
"""What must be true of the stack: compose.py CONFIG, the output of "docker-compose config". Needs PyYAML, which docker-compose brings."""
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
ONCE = {"influxdb-init"}
problems = []


def true(condition, text):
    if not condition:
        problems.append(text)


def services(config):
    for name, service in config["services"].items():
        true(not service.get("privileged"), f"{name} is privileged")
        true(service.get("cap_drop") == ["ALL"], f"{name} keeps capabilities that nobody named")
        true(service.get("cap_add", []) == (["NET_RAW"] if name == "nettraffic" else []), f"{name} adds {service.get('cap_add')}")
        true(service.get("network_mode") == ("host" if name == "nettraffic" else None), f"{name} has network {service.get('network_mode')}")
        true(service.get("restart") == ("no" if name in ONCE else "unless-stopped"), f"{name} restarts {service.get('restart')}")
        # The entry point of the capture has its capability from its file, which no-new-privileges would take.
        true(name == "nettraffic" or "no-new-privileges:true" in service.get("security_opt", []), f"{name} may gain privileges")
        true(name == "influxdb" or service.get("read_only"), f"{name} can write its root")
        true("pid" not in service and "ipc" not in service, f"{name} shares processes with the host")
        true(str(service.get("user", "")).split(":")[0] not in ("0", "root"), f"{name} runs as root")
        true(service.get("image") == "nettraffic:local" or re.search(r":\d+\.\d+\.\d+$", service.get("image", "")), f"{name} takes another image tomorrow")
        true(service.get("mem_limit") and service.get("pids_limit", 0) > 0, f"{name} may take all memory or processes of the machine")
        true("healthcheck" in service or (name == "nettraffic" and "\nHEALTHCHECK" in (ROOT / "Dockerfile").read_text()), f"{name} has no health check")
        true(service.get("logging", {}).get("options", {}).get("max-size"), f"{name} logs without a bound")
        for port in service.get("ports", []):
            true(str(port).startswith("127.0.0.1:"), f"{name} publishes {port} beyond this machine")
        for volume in service.get("volumes", []):
            source, _, rest = volume.partition(":")
            if source.startswith(("/", ".")):
                true(pathlib.Path(source).exists() and rest.endswith(":ro"), f"{name} mounts {volume}: not there, or not read-only")
            else:
                true(source in config["volumes"], f"{name} mounts {volume}, which is no named volume")
        true(name != "nettraffic" or not service.get("depends_on"), "the capture waits for InfluxDB, and traffic passes unseen until then")
        for other, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if other in ONCE else "service_healthy"
            true(how.get("condition") == wanted, f"{name} does not wait until {other} is ready")


def agreement(config):
    """Those who write, ask and set up mean the same place; what Grafana's files ask of the environment is there."""
    services_ = config["services"]
    environment = {name: service.get("environment", {}) for name, service in services_.items()}
    server, grafana = environment["influxdb"], environment["grafana"]
    for name in ("nettraffic", "influxdb-init"):
        mine = environment[name]
        true(mine["NETTRAFFIC_INFLUX_ORG"] == server["DOCKER_INFLUXDB_INIT_ORG"], f"{name}: another organisation than InfluxDB's")
        true(mine["NETTRAFFIC_INFLUX_BUCKET"] == server["DOCKER_INFLUXDB_INIT_BUCKET"], f"{name}: another bucket than InfluxDB's")
        true(mine["NETTRAFFIC_INFLUX_TOKEN"] == server["DOCKER_INFLUXDB_INIT_ADMIN_TOKEN"], f"{name}: another token than InfluxDB's")
        true(mine["NETTRAFFIC_INFLUX_DATABASE"] == grafana["INFLUX_DATABASE"], f"{name}: another database than Grafana's")
    published = str(services_["influxdb"]["ports"][0]).split(":")
    true(environment["nettraffic"]["NETTRAFFIC_INFLUX_URL"] == f"http://{published[0]}:{published[1]}", "the capture does not go to where InfluxDB is published")
    asked = set()
    for path in (ROOT / "grafana" / "provisioning").rglob("*.yml"):
        text = path.read_text(encoding="utf-8")
        content = yaml.safe_load(text)
        true(content["apiVersion"] == 1, f"{path.name}: apiVersion")
        asked |= set(re.findall(r"\$\{(\w+)\}", yaml.safe_dump(content)))
        # The variant in comments is one too, once the marks are gone.
        lines, inside = [], False
        for line in text.splitlines():
            inside = inside or bool(re.match(r"\s*# - name:", line))
            lines.append(re.sub(r"^(\s*)# ", r"\1", line) if inside else line)
        true(isinstance(yaml.safe_load("\n".join(lines)), dict), f"{path.name}: the variant in comments is no YAML")
    true(asked <= set(grafana), f"Grafana is not given {sorted(asked - set(grafana))}")
    source = yaml.safe_load((ROOT / "grafana/provisioning/datasources/nettraffic.yml").read_text())["datasources"][0]
    true(source["type"] == "influxdb" and source["jsonData"]["version"] == "InfluxQL" and source["jsonData"]["httpMode"] == "POST", "the data source does not ask with InfluxQL")
    true(source["jsonData"]["httpHeaderName1"] == "Authorization" and source["secureJsonData"]["httpHeaderValue1"] == "Token $__file{/run/nettraffic/influx-read.token}", "the token is not sent as 2.x wants it")
    # Grafana has the token that may only read, which influxdb-init makes; and the group that may read its file.
    secret = server["DOCKER_INFLUXDB_INIT_ADMIN_TOKEN"]
    true(not any(secret in str(value) for value in grafana.values()), "Grafana holds InfluxDB's administrator's token")
    true("influx-tokens:/run/nettraffic:ro" in services_["grafana"]["volumes"] and [str(one) for one in services_["grafana"].get("group_add", [])] == ["1654"], "Grafana does not reach its token")
    home = environment["influxdb-init"]["NETTRAFFIC_HOME"]
    true(any(volume.split(":")[:2] == ["influx-tokens", home] for volume in services_["influxdb-init"]["volumes"]), "influxdb-init puts the token elsewhere")
    true("-SkipToken" not in str(services_["influxdb-init"]["command"]), "influxdb-init makes no token")
    # What .env says of the retention takes effect at each start: not only InfluxDB's first one has it.
    true(environment["influxdb-init"].get("INFLUX_RETENTION") and "DOCKER_INFLUXDB_INIT_RETENTION" not in server, "a changed retention has no effect")
    script = (ROOT / "grafana/influxdb-init.ps1").read_text(encoding="utf-8")
    true("-Retention $retention" in script and "A changed token" in script, "influxdb-init sets no retention, or does not explain a changed token")
    true("**A changed token.**" in (ROOT / "docs/grafana.md").read_text(encoding="utf-8"), "the page does not explain a changed token")
    # Grafana 13 updates its bundled plugins at the start, and loses them where it cannot write.
    true(grafana.get("GF_PLUGINS_PREINSTALL_AUTO_UPDATE") == "false", "Grafana replaces its data source for InfluxDB at the start")
    true(int(server.get("INFLUXD_INFLUXQL_MAX_SELECT_BUCKETS", 0)) > 0, "a question to InfluxDB has no bound")
    mounted = {volume.split(":")[1] for volume in services_["grafana"]["volumes"]}
    true(grafana["NETTRAFFIC_DASHBOARDS"] in mounted and "/etc/grafana/provisioning" in mounted, "Grafana does not see the dashboards or the provisioning")
    home = grafana["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"].replace(grafana["NETTRAFFIC_DASHBOARDS"], str(ROOT / "grafana/dashboards"))
    true(pathlib.Path(home).exists(), "the home dashboard is not there")


def api(config):
    """The REST API asks for a key, which no environment has; Grafana's pages, and no others, may ask it."""
    service = config["services"]["nettraffic"]
    environment = service["environment"]
    secrets = [one if isinstance(one, str) else one.get("source") for one in service.get("secrets", [])]
    true(secrets == ["nettraffic-api-key"], f"nettraffic has the secrets {secrets}")
    true(environment.get("NETTRAFFIC_SERVER_KEY_FILE") == "/run/secrets/nettraffic-api-key" and "NETTRAFFIC_SERVER_KEY" not in environment, "the API's key is not the secret's file")
    true(set(config["secrets"]["nettraffic-api-key"]) <= {"file", "name"}, "the API's key is no file")
    true(not any("nettraffic-api-key" in str(other.get("secrets")) for name, other in config["services"].items() if name != "nettraffic"), "others have the API's key")
    true(environment.get("NETTRAFFIC_SERVER_LISTEN", "").startswith("127."), f"the API listens at {environment.get('NETTRAFFIC_SERVER_LISTEN')}")
    port = str(config["services"]["grafana"]["ports"][0]).split(":")
    true(set(environment.get("NETTRAFFIC_SERVER_ORIGINS", "").split(",")) == {f"http://{host}:{port[1]}" for host in (port[0], "localhost")}, "Grafana's pages may not ask the API")
    true(environment.get("NETTRAFFIC_SERVER_CAPTURE"), "nothing is captured")
    true("entrypoint" not in service and "command" not in service, "nettraffic runs something else than the image's server")
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    health = re.search(r"HEALTHCHECK.*?CMD (\[.*?\])", dockerfile, re.DOTALL).group(1)
    true("healthcheck" not in service and health.endswith('"--health"]') and "NetTraffic.Server.dll" in health, "the health check does not ask the server")
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    true("secrets/" in ignored, "the folder of secrets can be committed")


def variables():
    """Every variable of the stack is in .env.example with what it means, and no other; the secrets have no value."""
    used = set(re.findall(r"\$\{(\w+)[:}]", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    example = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    true(used == set(example), f".env.example and docker-compose.yml differ in {sorted(used ^ set(example))}")
    for name, value in example.items():
        if re.search("PASSWORD|TOKEN", name):
            true(value == "", f"{name} has a default")


def main():
    config = yaml.safe_load(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    true(set(config["services"]) == {"influxdb", "influxdb-init", "nettraffic", "grafana"}, f"services are {sorted(config['services'])}")
    services(config)
    agreement(config)
    api(config)
    variables()
    for image in re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE):
        true(re.search(r":\d+\.\d+\.\d+$", image), f"Dockerfile: {image} is another image tomorrow")
    for one in problems:
        print(f"WRONG {one}")
    print(f"{len(config['services'])} services, {len(problems)} wrong")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
