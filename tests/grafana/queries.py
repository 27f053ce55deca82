#!/usr/bin/env python3
"""Runs every panel and variable query of the dashboards against an InfluxDB, as Grafana would send them.

queries.py [--minutes N]            an influxd of its own, filled with a sample: every query returns data, and rates add up to the bytes stored
queries.py --url URL --db NAME      a server that something else has filled; only measurements of later releases may be empty
                                    [--user U (password in INFLUX_PASSWORD)] [--token-env NAME] [--from NS --to NS] [--empty net_x,net_y]
Ends with 0, 1 (wrong, with a list) or 77 (skipped, with the reason).
"""
import argparse
import os
import re
import sys
import time

import dashboards
import sample
from influx import Influx, OwnServer

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# What a rate in a unit is, from a sum and the interval in milliseconds.
PER_SECOND = {"bps": 8000, "pps": 1000, "cps": 1000, "ops": 1000}
# Grafana's own steps, in seconds, each up to a limit (grafana/grafana, packages/grafana-data/src/datetime/rangeutil.ts, roundInterval).
STEPS = [(1.5, 1), (3.5, 2), (7.5, 5), (12.5, 10), (17.5, 15), (25, 20), (45, 30), (90, 60), (210, 120), (450, 300), (750, 600),
         (1050, 900), (1500, 1200), (2700, 1800), (5400, 3600), (9000, 7200), (16200, 10800), (32400, 21600), (86400, 43200),
         (604800, 86400), (1814400, 604800), (3628800, 2592000), (float("inf"), 31536000)]
ROLLUP = 10


def seconds(text):
    return int(text[:-1]) * SECONDS[text[-1]]


def escape(value):
    """Grafana's format ':regex' for one value."""
    return re.sub(r"[\\^$*+?.()|\[\]{}/]", lambda found: "\\" + found.group(), value)


class Choice:
    """What somebody chose in the variables; a list per name, None for All."""

    def __init__(self, dashboard, chosen=None, interval="auto"):
        self.dashboard = dashboard
        self.chosen = chosen or {}
        self.interval = interval

    def fill(self, sql):
        for name, variable in dashboards.variables(self.dashboard).items():
            values = self.chosen.get(name)
            if values is None:
                text = variable.get("allValue") or (variable["current"]["value"] if variable["type"] == "custom" else "")
            else:
                text = escape(values[0]) if len(values) == 1 else "(" + "|".join(escape(value) for value in values) + ")"
            sql = sql.replace("${%s:regex}" % name, text)
        return sql


def minimum(panel, choice, span):
    interval = panel.get("interval", "")
    if interval != "$interval":
        return seconds(interval) if interval else 1
    if choice.interval != "auto":
        return seconds(choice.interval)
    variable = dashboards.variables(choice.dashboard)["interval"]
    return max(step(span / variable["auto_count"]), seconds(variable["auto_min"]))


def step(width):
    return next(one for limit, one in STEPS if width < limit)


def width_of(panel, choice, begin, end):
    """The step of a panel over a time range, in seconds."""
    return max(step((end - begin) / panel.get("maxDataPoints", 1000)), minimum(panel, choice, end - begin))


def render(panel, sql, choice, begin, end):
    """The statement with the panel's time range and interval, as Grafana's data source makes it."""
    width = width_of(panel, choice, begin, end)
    sql = choice.fill(sql).replace("$timeFilter", f"time >= {int(begin * 1000)}ms and time <= {int(end * 1000)}ms")
    sql = sql.replace("$__interval_ms", str(width * 1000)).replace("$__interval", f"{width}s").replace("${__to}", str(int(end * 1000)))
    if re.search(r"\$(\{|__|timeFilter|interval)", sql):
        raise RuntimeError(f"not everything is substituted: {sql}")
    return sql, width


def numbers(series):
    """Every number returned, without the time."""
    return [value for one in series for row in one["values"] for value in row[1:] if isinstance(value, (int, float))]


class Runner:
    def __init__(self, server, begin, end, may_be_empty):
        self.server, self.begin, self.end, self.may_be_empty = server, begin, end, may_be_empty
        self.wrong, self.empty, self.ran = [], [], 0

    def values(self, dashboard, name):
        """What a variable offers."""
        variable = dashboards.variables(dashboard)[name]
        sql = Choice(dashboard).fill(variable["query"]["query"])
        self.ran += 1
        return [row[1] for one in self.server.query(sql) for row in one["values"]]

    def run(self, where, panel, target, choice):
        sql, _ = render(panel, target["query"], choice, self.begin, self.end)
        self.ran += 1
        try:
            series = self.server.query(sql)
        except RuntimeError as error:
            self.wrong.append(f"ERROR {where}: {error}\n        {sql}")
            return
        if numbers(series):
            return
        if set(dashboards.measurements(sql)) <= self.may_be_empty:
            self.empty.append(where)
        else:
            self.wrong.append(f"EMPTY {where}\n        {sql}")

    def everything(self, name, dashboard):
        chosen = {}
        for variable in dashboards.variables(dashboard).values():
            if variable["type"] != "query":
                continue
            found = self.values(dashboard, variable["name"])
            if found:
                chosen[variable["name"]] = found
            elif not set(dashboards.measurements(variable["query"]["query"])) <= self.may_be_empty:
                self.wrong.append(f"EMPTY {name}: variable {variable['name']}")
        choices = [("All", Choice(dashboard)), ("all one by one", Choice(dashboard, chosen)), ("1m", Choice(dashboard, interval="1m"))]
        if "direction" in dashboards.variables(dashboard):
            choices.append(("received", Choice(dashboard, {"direction": ["received"]})))
        for label, choice in choices:
            for panel, target in dashboards.queries(dashboard):
                self.run(f"{name} / {panel['title']} {target['refId']} ({label})", panel, target, choice)
        self.steps(name, dashboard)
        self.rates(name, dashboard)
        self.now(name, dashboard)
        self.each_value(name, dashboard, chosen)

    def steps(self, name, dashboard):
        """At every time range and interval a step holds a whole number of rollups: else it shows a sawtooth."""
        spans = [300 * 1.07 ** power for power in range(150)]
        for panel, target in dashboards.queries(dashboard):
            if "GROUP BY time($__interval)" not in target["query"]:
                continue
            for interval in ("auto", *dashboards.INTERVALS):
                choice = Choice(dashboard, interval=interval)
                odd = [span for span in spans if width_of(panel, choice, 0, span) % ROLLUP]
                if odd:
                    width = width_of(panel, choice, 0, odd[0])
                    self.wrong.append(f"WRONG {name} / {panel['title']}: at {interval}, steps of {width} s over {odd[0] / 60:.0f} minutes")

    def now(self, name, dashboard):
        """What is shown as now is the last whole rollup, wherever in it the time range ends, and however long the range is."""
        for panel, target in dashboards.queries(dashboard):
            found = re.match(r'SELECT sum\("(\w+)"\)', target["query"])
            if "${__to}" not in target["query"] or not found or "net_traffic" not in target["query"]:
                continue
            field, factor = found.group(1), PER_SECOND[panel["fieldConfig"]["defaults"]["unit"]]
            newest = self.server.query(f'SELECT last("bytes") FROM "net_traffic" WHERE time <= {int(self.end * 1000)}ms')
            last = newest[0]["values"][0][0] // 1000 // ROLLUP * ROLLUP
            stored = self.server.query(f'SELECT sum("{field}") FROM "net_traffic" WHERE time >= {last}s and time < {last + ROLLUP}s')
            expected = sum(numbers(stored)) * factor / 1000 / ROLLUP
            for phase in (0.001, 0.5, 2.5, 5, 7.5, 9.999):
                for span in (300, 3600, 86400):
                    sql, _ = render(panel, target["query"], Choice(dashboard), last + phase - span, last + phase)
                    self.ran += 1
                    shown = numbers(self.server.query(sql))
                    if not shown or abs(shown[-1] - expected) > expected * 1e-9:
                        self.wrong.append(f"WRONG {name} / {panel['title']}: {phase} s into a rollup, over {span} s, it shows {shown[-1:]} for {expected:.0f}")

    def rates(self, name, dashboard):
        """Rates times their intervals are what is stored, at every interval that can be chosen."""
        for panel, target in dashboards.queries(dashboard):
            found = re.match(r'SELECT sum\("(\w+)"\) \* [\d.]+ / \$__interval_ms', target["query"])
            if not found:
                continue
            field, factor = found.group(1), PER_SECOND[panel["fieldConfig"]["defaults"]["unit"]]
            names = dashboards.measurements(target["query"])
            half = "\"direction\" = 'sent' and " if '"direction"' in target["query"] else ""
            stored = self.server.query(
                f'SELECT sum("{field}") FROM "{names[0]}" WHERE {half}time >= {int(self.begin * 1000)}ms and time <= {int(self.end * 1000)}ms')
            expected = sum(numbers(stored))
            if not expected and set(names) <= self.may_be_empty:
                continue
            for interval in ("auto", *dashboards.INTERVALS):
                sql, width = render(panel, target["query"], Choice(dashboard, interval=interval), self.begin, self.end)
                self.ran += 1
                shown = sum(numbers(self.server.query(sql))) * width * 1000 / factor
                if not expected or abs(shown - expected) > expected * 1e-9:
                    self.wrong.append(f"WRONG {name} / {panel['title']}: at {interval} it adds up to {shown:.0f} {field}, stored are {expected:.0f}")

    def each_value(self, name, dashboard, chosen):
        """Each sensor and interface chosen alone finds its own share, whatever its name: the shares are the whole."""
        target = next((one for panel, one in dashboards.queries(dashboard) if panel["title"] == "Traffic by interface"), None)
        panel = next(panel for panel, one in dashboards.queries(dashboard) if one is target)
        for variable in ("sensor", "interface"):
            whole = sum(numbers(self.server.query(render(panel, target["query"], Choice(dashboard), self.begin, self.end)[0])))
            parts = 0
            for value in chosen.get(variable, []):
                self.ran += 1
                sql, _ = render(panel, target["query"], Choice(dashboard, {variable: [value]}), self.begin, self.end)
                share = sum(numbers(self.server.query(sql)))
                if not share:
                    self.wrong.append(f"EMPTY {name} / {panel['title']}: with {variable} {value!r}\n        {sql}")
                parts += share
            if abs(parts - whole) > whole * 1e-9:
                self.wrong.append(f"WRONG {name}: {variable} one by one give {parts:.0f} of {whole:.0f}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--url")
    arguments.add_argument("--db", default="nettraffic")
    arguments.add_argument("--user")
    arguments.add_argument("--token-env", help="name of the environment variable that holds the token")
    arguments.add_argument("--from", dest="begin", type=int, help="nanoseconds since 1970; default: an hour ago")
    arguments.add_argument("--to", dest="end", type=int, help="nanoseconds since 1970; default: now")
    arguments.add_argument("--empty", default="", help="measurements that may be empty besides those of later releases; with --url only")
    arguments.add_argument("--minutes", type=int, default=60, help="how much of a sample; without --url only")
    given = arguments.parse_args()
    end = (given.end or time.time_ns()) / 1e9
    begin = given.begin / 1e9 if given.begin else end - 60 * given.minutes
    if given.url:
        token = os.environ.get(given.token_env) if given.token_env else None
        server = Influx(given.url, given.db, given.user, os.environ.get("INFLUX_PASSWORD"), token)
        return run(server, begin, end, dashboards.LATER | set(filter(None, given.empty.split(","))))
    try:
        own = OwnServer(given.db)
        with own as server:
            lines = sample.make(int(begin * 1e9), int(end * 1e9))
            server.write(lines)
            print(f"  {len(lines)} points written")
            return run(server, begin, end, set())
    except FileNotFoundError as error:
        print(f"needs influxd: {error}")
        return 77


def run(server, begin, end, may_be_empty):
    runner = Runner(server, begin, end, may_be_empty)
    for name, dashboard in dashboards.load().items():
        runner.everything(name, dashboard)
    for one in sorted(set(runner.empty)):
        print(f"  empty, as it may be: {one}")
    for one in runner.wrong:
        print(one)
    print(f"{runner.ran} queries, {len(runner.wrong)} wrong")
    return 1 if runner.wrong or not runner.ran else 0


if __name__ == "__main__":
    sys.exit(main())
