#!/usr/bin/env python3
"""The dashboards as files: loading them, and what must be true of every one. Python's standard library only.

Run alone it checks the structure of all dashboards and ends with 1 and a list where something is wrong.
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "grafana" / "dashboards"
DATASOURCE = {"type": "influxdb", "uid": "${datasource}"}
UIDS = {"network-traffic-overview": "nettraffic-overview", "network-geolocation": "nettraffic-geolocation"}
CORE_PANELS = {"stat", "timeseries", "piechart", "bargauge", "table", "text", "geomap", "row"}
LATER = {"net_alert"}
BUILT_IN = {"__from", "__to", "__value.text", "timeFilter", "__interval", "__interval_ms"}
INTERVALS = ["20s", "1m", "5m", "15m", "1h"]

# The measurements as the forwarder writes them: tags, fields.
CONTRACT = {
    "net_traffic": (["sensor", "interface", "protocol", "application"], ["packets", "bytes", "flows"]),
    "net_talker": (["sensor", "direction", "address"], ["packets", "bytes", "flows"]),
    "net_conversation": (["sensor", "source", "destination"], ["packets", "bytes", "flows"]),
    "net_capture": (["sensor", "interface"], ["packets", "bytes", "kernel_drops", "interface_drops", "decode_failures", "flows",
                                              "active_flows", "evicted_flows", "lost_rows", "memory_bytes"]),
    "net_forward": (["sensor"], ["lag_ms", "lines", "rejected", "pending_segments"]),
    "net_enrichment": (["source"], ["lookups", "hits", "errors", "cache_hits"]),
    "net_country": (["sensor", "direction", "country"], ["packets", "bytes", "flows"]),
    "net_alert": (["sensor", "severity", "kind", "address"], ["count", "score"]),
}
GAUGES = {"active_flows", "memory_bytes", "lag_ms", "pending_segments", "score"}


def load():
    """All dashboards by file name."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def panels(dashboard, rows=False):
    """Every panel, also those of collapsed rows."""
    for panel in dashboard["panels"]:
        if panel["type"] != "row":
            yield panel
            continue
        if rows:
            yield panel
        yield from panel.get("panels", [])


def queries(dashboard):
    """Pairs of panel and target."""
    for panel in panels(dashboard):
        for target in panel.get("targets", []):
            yield panel, target


def variables(dashboard):
    return {variable["name"]: variable for variable in dashboard["templating"]["list"]}


def measurements(sql):
    return re.findall(r'FROM "(\w+)"', sql)


def strings(value):
    """Every string anywhere inside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


class Report:
    def __init__(self):
        self.problems = []
        self.checked = 0

    def true(self, condition, text):
        self.checked += 1
        if not condition:
            self.problems.append(text)


def check_query(report, where, panel, sql):
    names = measurements(sql)
    report.true(sql.startswith("SELECT "), f"{where}: no InfluxQL SELECT: {sql[:60]}")
    report.true("|>" not in sql and "from(bucket" not in sql, f"{where}: Flux")
    report.true(bool(names) and all(name in CONTRACT for name in names), f"{where}: measurements {names} are not written by the forwarder")
    # What is shown as now is the last 10 s of the time range, for fixed ranges too: Grafana's timeFrom is for relative ones only.
    now = "time > ${__to}ms - 5m AND time <= ${__to}ms" in sql
    report.true("$timeFilter" in sql or now, f"{where}: no $timeFilter")
    report.true(now == ("GROUP BY time(" in sql and panel["type"] == "stat"), f"{where}: a number of now over another time range")
    report.true("$interval" not in sql, f"{where}: $interval is the data source's own macro; the variable goes into the panel's minimum interval")
    report.true(not re.search(r"SLIMIT|SOFFSET", sql), f"{where}: InfluxDB 3 has no SLIMIT")
    report.true(not re.search(r"GROUP BY time\((?!\$__interval\))", sql.replace("time(10s)", "time($__interval)") if now else sql),
                f"{where}: GROUP BY time of a fixed width")
    report.true(not re.search(r"\b(last|first|mean|spread)\(", sql), f"{where}: rollups are one point per segment and interval; only sums (gauges: max) are right")
    if "GROUP BY time(" in sql:
        report.true(now or panel.get("interval") == "$interval",
                    f"{where}: no minimum interval; a fine GROUP BY over a long range kills small servers")
        report.true(re.search(r"fill\((null|0|none)\)$", sql) is not None, f"{where}: does not say how gaps are filled")
    if "$__interval_ms" in sql:
        report.true("GROUP BY time($__interval)" in sql, f"{where}: a rate without GROUP BY time")
    for name in names:
        tags, fields = CONTRACT.get(name, ([], []))
        known = set(tags) | set(fields)
        # What the subquery names itself begins with a capital letter, or is said by AS.
        known |= set(re.findall(r'AS "([^"]+)"', sql))
        used = set(re.findall(r'"([^"]+)"', sql)) - {name}
        report.true(used <= known, f"{where}: {sorted(used - known)} are no tags or fields of {name}")
        if "sensor" in tags:
            report.true('"sensor" =~ /^${sensor:regex}$/' in sql, f"{where}: not filtered by sensor")
        if "interface" in tags:
            report.true('"interface" =~ /^${interface:regex}$/' in sql, f"{where}: not filtered by interface")
        if "direction" in tags:
            report.true('"direction" =' in sql, f"{where}: both directions are added up")
    for function, field in re.findall(r'\b(\w+)\("(\w+)"', sql):
        if field in GAUGES:
            report.true(function in ("max", "top"), f"{where}: {function} of the gauge {field}")
        elif field.islower() and function not in ("top",):
            report.true(function in ("sum", "count", "max") and not (function == "max" and field in ("packets", "bytes", "flows")), f"{where}: {function} of the counter {field}")


def check_grid(report, where, list_of_panels):
    cells = {}
    for panel in list_of_panels:
        box = panel["gridPos"]
        report.true(0 <= box["x"] and box["x"] + box["w"] <= 24 and box["w"] > 0 and box["h"] > 0, f"{where}: '{panel['title']}' is outside the grid")
        for x in range(box["x"], box["x"] + box["w"]):
            for y in range(box["y"], box["y"] + box["h"]):
                other = cells.setdefault((x, y), panel["title"])
                report.true(other is panel["title"], f"{where}: '{panel['title']}' lies over '{other}'")


def last_grouping(sql):
    """What the outermost SELECT groups by, without its fill; empty where only a subquery groups."""
    tail = re.sub(r" fill\(\w+\)$", "", sql.rpartition("GROUP BY")[2] if "GROUP BY" in sql else "")
    return "" if tail.replace("time($__interval)", "").endswith(")") else tail


def check_panel(report, where, panel):
    report.true(panel["type"] in CORE_PANELS, f"{where}: '{panel['type']}' is not a panel that every Grafana has")
    report.true(len(panel.get("title", "")) > 2, f"{where}: no title")
    report.true(len(panel.get("description", "")) >= 40 and panel["description"].rstrip().endswith((".", ")")), f"{where}: no description")
    if panel["type"] == "text":
        report.true("targets" not in panel, f"{where}: a text with queries")
        return
    defaults = panel.get("fieldConfig", {}).get("defaults", {})
    report.true(bool(defaults.get("unit")), f"{where}: no unit")
    report.true(panel.get("datasource") == DATASOURCE, f"{where}: its data source is not the variable's")
    report.true(bool(panel.get("targets")), f"{where}: no query")
    references = [target["refId"] for target in panel["targets"]]
    report.true(len(references) == len(set(references)), f"{where}: two queries with one refId")
    for target in panel["targets"]:
        report.true(target.get("datasource") == DATASOURCE, f"{where} {target['refId']}: its data source is not the variable's")
        report.true(target.get("rawQuery") is True, f"{where} {target['refId']}: not a raw query")
        check_query(report, f"{where} {target['refId']}", panel, target["query"])
        if target["resultFormat"] == "time_series" and '"' in last_grouping(target["query"]):
            report.true("$tag_" in target.get("alias", ""), f"{where} {target['refId']}: series without an alias")
    report.true("timeFrom" not in panel and "timeShift" not in panel, f"{where}: a time range of its own, which fixed ranges do not follow")
    if panel["type"] == "stat" and any("lag_ms" in target["query"] for target in panel["targets"]):
        colours = [(step["color"], step["value"]) for step in defaults["thresholds"]["steps"]]
        report.true(colours == [("red", None), ("green", 0), ("orange", 30000), ("red", 120000)],
                    f"{where}: nothing forwarded is not red, or a lag has another colour than its description says")
    if any("drops" in target["query"] or "lag_ms" in target["query"] or "rejected" in target["query"] for target in panel["targets"]):
        report.true(len(defaults.get("thresholds", {}).get("steps", [])) > 1, f"{where}: no thresholds")
    if panel["type"] in ("timeseries", "piechart"):
        legend = panel["options"]["legend"]
        report.true(legend["displayMode"] == "table" and (legend.get("calcs") or legend.get("values")), f"{where}: the legend is no table with numbers")
        if any("* 8000.0" in target["query"] for target in panel["targets"]):
            report.true(defaults["unit"] == "bps", f"{where}: bits per second shown as {defaults['unit']}")


def check_dashboard(report, name, dashboard):
    report.true(dashboard.get("uid") == UIDS[name], f"{name}: uid is {dashboard.get('uid')}")
    report.true(dashboard.get("schemaVersion") == 42, f"{name}: schemaVersion is not 42")
    report.true(dashboard.get("editable") is True and "nettraffic" in dashboard.get("tags", []), f"{name}: not editable or not tagged")
    report.true(dashboard.get("id") is None, f"{name}: has the id of somebody's Grafana")
    report.true(any(link["type"] == "dashboards" and "nettraffic" in link["tags"] and link["keepTime"] and link["includeVars"] for link in dashboard["links"]), f"{name}: no link to the other dashboards")
    report.true(bool(dashboard.get("timepicker", {}).get("nowDelay")), f"{name}: the interval that is still being written shows as a drop")
    every = list(panels(dashboard, rows=True))
    ids = [panel["id"] for panel in every]
    report.true(len(ids) == len(set(ids)), f"{name}: two panels with one id")
    titles = [panel["title"] for panel in every]
    report.true(len(titles) == len(set(titles)), f"{name}: two panels with one title")
    check_grid(report, name, dashboard["panels"])
    for row in every:
        if row["type"] == "row":
            check_grid(report, f"{name} / {row['title']}", row["panels"])
            report.true(bool(row["panels"]) == row["collapsed"], f"{name}: row '{row['title']}' keeps panels although it is open, or none although it is closed")
    for panel in panels(dashboard):
        check_panel(report, f"{name} / {panel['title']}", panel)
    check_variables(report, name, dashboard)


def check_variables(report, name, dashboard):
    known = variables(dashboard)
    for wanted in ("datasource", "sensor", "interface", "interval", "api_url", "api_key"):
        report.true(wanted in known, f"{name}: no variable {wanted}")
    for one in known.values():
        report.true(bool(one.get("label")) and bool(one.get("description")), f"{name}: variable {one['name']} has no label or description")
        if one["type"] == "query":
            report.true(one["datasource"] == DATASOURCE, f"{name}: variable {one['name']} does not ask the chosen data source")
            report.true(one["multi"] and one["includeAll"] and one["allValue"] == ".*", f"{name}: variable {one['name']} takes not several values, or All is not a pattern")
            report.true(one["query"]["query"].startswith("SHOW TAG VALUES FROM"), f"{name}: variable {one['name']} is not asked with InfluxQL")
    report.true(known["interval"]["query"].split(",") == INTERVALS and known["interval"]["auto"] and known["interval"]["auto_min"] == INTERVALS[0], f"{name}: intervals differ")
    report.true("direction" not in known or not known["direction"]["includeAll"], f"{name}: both directions together count every byte twice")
    for text in strings(dashboard):
        for used in re.findall(r"\$\{([\w.]+)(?::\w+)?\}", text):
            report.true(used in known or used in BUILT_IN, f"{name}: nothing defines ${{{used}}} in '{text[:80]}'")
    for panel in panels(dashboard):
        links = [one["url"] for override in panel.get("fieldConfig", {}).get("overrides", []) for prop in override["properties"] if prop["id"] == "links" for one in prop["value"]]
        for url in links:
            report.true(url.startswith(("${api_url}/api/", "${api_url}/#/")), f"{name} / {panel['title']}: link to {url}")
            report.true("REST API" in panel["description"], f"{name} / {panel['title']}: links to the REST API and does not say so")
        check_actions(report, f"{name} / {panel['title']}", panel)
    report.true(known["api_key"]["skipUrlSync"] is True and known["api_key"]["query"] == "", f"{name}: the API's key is in addresses, or in the file")
    for text in strings(dashboard):
        report.true(not re.search(r"localhost|127\.0\.0\.1", text) or text == "http://127.0.0.1:8630", f"{name}: a fixed address in '{text[:80]}'")


def check_actions(report, where, panel):
    """Whatever changes something is an action that asks before: a POST with the key, and never a link."""
    for override in panel.get("fieldConfig", {}).get("overrides", []):
        for action in (one for prop in override["properties"] if prop["id"] == "actions" for one in prop["value"]):
            fetch = action["fetch"]
            report.true(action["type"] == "fetch" and fetch["method"] == "POST" and fetch["url"].startswith("${api_url}/api/"), f"{where}: action '{action['title']}'")
            report.true(isinstance(json.loads(fetch["body"]), dict), f"{where}: the body of '{action['title']}'")
            report.true(["Authorization", "Bearer ${api_key}"] in fetch["headers"] and ["Content-Type", "application/json"] in fetch["headers"], f"{where}: '{action['title']}' is sent without key or type")
            report.true(action.get("confirmation", "").endswith("?"), f"{where}: '{action['title']}' does not ask before")


def check_all():
    report = Report()
    found = load()
    report.true(set(found) == set(UIDS), f"dashboards are {sorted(found)}, not {sorted(UIDS)}")
    for name, dashboard in found.items():
        check_dashboard(report, name, dashboard)
    report.true({panel["type"] for panel in panels(found["network-geolocation"])} >= {"geomap", "table", "piechart"}, "the geolocation dashboard misses its map, table or distribution")
    return report


if __name__ == "__main__":
    outcome = check_all()
    for problem in outcome.problems:
        print(f"WRONG {problem}")
    print(f"{outcome.checked} checks, {len(outcome.problems)} wrong")
    sys.exit(1 if outcome.problems else 0)
