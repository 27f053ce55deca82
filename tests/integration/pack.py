"""pack.py FILES VERSION RID... - opens what was packed for each system and holds it against the list of files: every file that belongs
there, no other, and nothing that is native to another system. Then the package of all of them."""
import os
import struct
import sys
import zipfile

NATIVE = {"linux": ["libduckdb.so"], "win": ["duckdb.dll", "System.Diagnostics.EventLog.Messages.dll"], "osx": ["libduckdb.dylib"]}
# Machines in PE files: x64 and arm64; code compiled ahead for Linux and macOS has them combined with a number of the system's.
PE = {"x64": 0x8664, "arm64": 0xAA64}
AHEAD = {"win": 0, "linux": 0x7B79, "osx": 0x4644}
ANY = 0x14C
MACHO = {0x0100000C: "osx-arm64", 0x01000007: "osx-x64"}


def kind(data):
    """What a file is: ("native", {systems}), ("managed", machine), or None: no program at all."""
    if data[:4] == b"\x7fELF":
        return "native", {{62: "linux-x64", 183: "linux-arm64"}.get(struct.unpack_from("<H", data, 18)[0], "linux-other")}
    if data[:4] == b"\xcf\xfa\xed\xfe":
        return "native", {MACHO.get(struct.unpack_from("<I", data, 4)[0], "osx-other")}
    if data[:4] == b"\xca\xfe\xba\xbe":
        count = struct.unpack_from(">I", data, 4)[0]
        return "native", {MACHO.get(struct.unpack_from(">I", data, 8 + 20 * i)[0], "osx-other") for i in range(count)}
    if data[:2] != b"MZ":
        return None
    at = struct.unpack_from("<I", data, 0x3C)[0]
    machine = struct.unpack_from("<H", data, at + 4)[0]
    optional = at + 24
    directories = optional + (112 if struct.unpack_from("<H", data, optional)[0] == 0x20B else 96)
    if struct.unpack_from("<I", data, directories + 14 * 8)[0]:
        return "managed", machine
    # A library of messages has no code of any machine.
    return "native", {{0x8664: "win-x64", 0xAA64: "win-arm64", ANY: "win-any"}.get(machine, "win-other")}


def check(archive, prefix, names, rid, ahead):
    system, processor = rid.split("-")
    natives = 0
    for name in names:
        data = archive.read(prefix + name)
        what = kind(data)
        assert data or name.endswith(".txt"), f"{rid}: {name} is empty"
        if what and what[0] == "native":
            assert rid in what[1] or what[1] == {system + "-any"}, f"{rid}: {name} is of {sorted(what[1])}"
            natives += rid in what[1]
        elif what:
            allowed = {ANY, PE[processor] ^ AHEAD[system]}
            assert what[1] in allowed, f"{rid}: {name} is compiled ahead for machine {what[1]:#x}"
            # The server, which runs long, is left to the runtime.
            ours = os.path.basename(name).startswith("NetTraffic.") and not name.endswith("NetTraffic.Server.dll")
            assert not (ours and ahead) or what[1] != ANY, f"{rid}: {name} is not compiled ahead"
    assert natives == 1, f"{rid}: {natives} native libraries"


def wanted(files, rid):
    system = rid.split("-")[0]
    # Where the build had no network there are no tables of countries.
    tables = {f"module/geo/{name}.ranges" for name in ("asn", "country")}
    return set(files) | {"module/bin/" + name for name in NATIVE[system]} | {name for name in tables if os.path.exists(name)}


def differ(what, found, expected):
    missing, more = sorted(expected - found), sorted(found - expected)
    assert not missing and not more, f"{what}: missing {missing[:20]}, too many {more[:20]}"


def main():
    files = open(sys.argv[1], encoding="utf-8").read().split("\n")[:-1]
    version, pack, rids = sys.argv[2], sys.argv[3], sys.argv[4:]
    everything = {"NetTraffic.nuspec", "[Content_Types].xml"}
    for given in rids:
        rid, ahead = given.removesuffix("!"), not given.endswith("!")
        with zipfile.ZipFile(f"{pack}/NetTraffic-{version}-{rid}.zip") as archive:
            prefix = f"NetTraffic/{version}/"
            names = {name for name in archive.namelist() if not name.endswith("/")}
            differ(rid, names, {prefix + name for name in wanted(files, rid)})
            check(archive, prefix, wanted(files, rid), rid, ahead)
        everything |= {name.replace("module/bin/", f"module/bin/{rid}/") for name in wanted(files, rid)}
        print(f"{rid}: {len(names)} files, natives of this system and no other{'' if ahead else ', not compiled ahead'}")
    with zipfile.ZipFile(f"{pack}/NetTraffic.{version}.nupkg") as archive:
        differ("package", {name for name in archive.namelist() if not name.endswith("/")}, everything)
        for given in rids:
            rid = given.removesuffix("!")
            system = {name.removeprefix("module/bin/") for name in wanted(files, rid) if name.startswith("module/bin/")}
            check(archive, f"module/bin/{rid}/", system, rid, not given.endswith("!"))
    print(f"package: {len(everything)} files")


main()
