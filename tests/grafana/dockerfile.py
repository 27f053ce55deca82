#!/usr/bin/env python3
"""Reads the Dockerfile for the test that runs its commands outside of a container.

dockerfile.py from                    the images, one a line
dockerfile.py run STAGE               the RUN commands of a stage, one a line
dockerfile.py copied STAGE            "from TAB to", one a line, of COPY --from=build
dockerfile.py env                     NAME=VALUE, one a line
dockerfile.py words INSTRUCTION       the words of ENTRYPOINT, CMD or HEALTHCHECK, each ended by a NUL
dockerfile.py packages                what apt-get installs
dockerfile.py context FOLDER          what .dockerignore lets through, copied to FOLDER
"""
import json
import os
import pathlib
import re
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def instructions():
    """(stage, name, rest) of every instruction, lines joined."""
    stage, joined = "", ""
    for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        joined += line.rstrip("\\").strip() + " "
        if line.endswith("\\"):
            continue
        name, _, rest = joined.strip().partition(" ")
        joined = ""
        if name == "FROM":
            stage = rest.split(" AS ")[1]
        yield stage, name, rest


def rest_of(name, stage=None):
    return [rest for where, one, rest in instructions() if one == name and stage in (None, where)]


def ignored(path, patterns):
    """.dockerignore: the last pattern that fits the path or a folder above it decides."""
    parts = path.split("/")
    above = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    out = False
    for pattern in patterns:
        keep = pattern.startswith("!")
        text = pattern[1:] if keep else pattern
        expression = re.escape(text.strip("/")).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        if any(re.fullmatch(expression, one) for one in above):
            out = not keep
    return out


def context(target):
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    count = 0
    for folder, folders, files in os.walk(ROOT):
        inside = os.path.relpath(folder, ROOT)
        prefix = "" if inside == "." else inside + "/"
        if not prefix:
            folders[:] = [one for one in folders if one not in (".git", "artifacts")]
        for name in files:
            path = prefix + name
            if not ignored(path, patterns):
                goal = pathlib.Path(target, path)
                goal.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(os.path.join(folder, name), goal)
                count += 1
    print(count)


def main(what, argument=None):
    if what == "from":
        print("\n".join(rest.split()[0] for rest in rest_of("FROM")))
    elif what == "run":
        print("\n".join(rest_of("RUN", argument)))
    elif what == "copied":
        for rest in rest_of("COPY", argument):
            words = rest.split()
            assert words[0] == "--from=build", rest
            for one in words[1:-1]:
                goal = words[-1] + os.path.basename(one) if words[-1].endswith("/") else words[-1]
                print(f"{one}\t{goal}")
    elif what == "env":
        for rest in rest_of("ENV"):
            print("\n".join(rest.split()))
    elif what == "words":
        for word in json.loads(re.search(r"\[.*\]", rest_of(argument)[-1]).group()):
            sys.stdout.write(word + "\0")
    elif what == "packages":
        for rest in rest_of("RUN"):
            for found in re.findall(r"apt-get install ([^&]*)", rest):
                print(" ".join(word for word in found.split() if not word.startswith("-")))
    elif what == "context":
        context(argument)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
