#!/usr/bin/env python3
"""influx-kill.py KILLS FOLDER COMMAND...: starts the sender KILLS times and kills it with SIGKILL at moments of what it writes in FOLDER."""
import collections
import os
import random
import signal
import subprocess
import sys
import time

kills, folder, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
AIMS = ["spool begun", "spool written", "cursor begun", "cursor written", "batch done"]
random.seed(3)


def is_half(name, kind):
    """Whether it is the temporary file of one of this kind: NAME.KIND.CHANCE.tmp."""
    return name.endswith(".tmp") and kind + "." in name


def state():
    """Names in the folder and its spool, and which cursor there is."""
    names, cursor = set(), None
    for place, _, files in os.walk(folder):
        names.update(files)
        for name in files:
            if name.endswith(".cursor"):
                try:
                    cursor = os.stat(os.path.join(place, name)).st_ino
                except FileNotFoundError:
                    pass
    return names, cursor


def reached(aim, before, now):
    (old, old_cursor), (names, cursor) = before, now
    return {
        "spool begun": any(is_half(n, ".lines") for n in names - old),
        "spool written": any(n.endswith(".lines") for n in names - old),
        "cursor begun": any(is_half(n, ".cursor") for n in names),
        "cursor written": cursor is not None and cursor != old_cursor,
        "batch done": any(n.endswith(".lines") for n in old - names),
    }[aim]


def left():
    """What the killed sender left."""
    found, passed = [], ""
    for place, _, files in os.walk(folder):
        for name in files:
            path = os.path.join(place, name)
            if name.endswith(".cursor"):
                passed = open(path, encoding="utf-8").read()
            if is_half(name, ".lines"):
                found.append("half a batch")
            if is_half(name, ".cursor"):
                found.append("half a cursor")
    for place, _, files in os.walk(folder):
        for name in files:
            if name.endswith(".lines"):
                segments = [line[len("#segment "):].strip() for line in open(os.path.join(place, name), encoding="utf-8") if line.startswith("#segment ")]
                found.append("a batch that the cursor names" if all(s + "\n" in passed for s in segments) else "a batch that the cursor does not name")
    return sorted(set(found)) or ["nothing under way"]


hit, remains = collections.Counter(), collections.Counter()
for number in range(kills):
    aim = AIMS[number % len(AIMS)]
    before = state()
    sender = subprocess.Popen(command)
    deadline = time.monotonic() + 60
    began = False
    # What an earlier sender left is not the moment: a sender first sends that, then begins its own.
    while sender.poll() is None and time.monotonic() < deadline:
        now = state()
        if reached(aim, before, now):
            began = True
            break
        before = (before[0] | now[0], now[1]) if aim == "batch done" else before
    if began:
        time.sleep(random.choice([0, 0, 0.0005, 0.002, 0.01]))
    ended = sender.poll() is not None
    sender.send_signal(signal.SIGKILL) if not ended else None
    code = sender.wait()
    if not ended and began:
        hit[aim] += 1
        remains.update(left())
    elif ended and code != 0:
        sys.exit(f"the sender failed with {code}")
    else:
        print(f"round {number + 1}: the sender was done before '{aim}'")
for what, count in sorted(remains.items()):
    print(f"{count} times left behind: {what}")
print(f"{sum(hit.values())} kills: " + ", ".join(f"{count} at '{aim}'" for aim, count in hit.items()))
if sum(hit.values()) < kills * 3 // 4 or len(hit) < len(AIMS) or len(remains) < 4:
    sys.exit("too few kills hit a moment of writing")
