"""Points of every measurement for the last hour, as the forwarder writes them: two segments an interval, hostile names included."""
import random

INTERVAL = 10 * 10 ** 9
# What operating systems and people call interfaces: quotes, slashes, brackets, everything InfluxQL, regular expressions and line protocol mind.
INTERFACES = {
    "sensor-a": ["eth0", "eth0.100", "Wi-Fi (2) \"guest\"", "Ethernet 'LAN' 2", "a/b|c", "br+x*[1]^$", "tap=1,2", "{90ABCDEF-12}", "back\\slash é"],
    "büro \"west\"": ["eth0", "any"],
}
PROTOCOLS = ["TCP", "UDP", "ICMP", "ICMPv6", "IGMP", "none"]
APPLICATIONS = {"TCP": ["http", "https", "ssh", "smtp", "none"], "UDP": ["dns", "ntp", "quic", "none"]}
COUNTRIES = ["DE", "US", "FR", "JP", "BR", "ZA", "AU", "IN", "GB", "NL", "SE", "CA", "KE"]


def tag(value):
    return value.replace(",", "\\,").replace("=", "\\=").replace(" ", "\\ ")


def line(measurement, tags, fields, time):
    names = ",".join(f"{key}={tag(value)}" for key, value in sorted(tags.items()))
    return f"{measurement},{names} {','.join(f'{key}={value}i' for key, value in fields.items())} {time}"


def counters(random_, scale=1):
    packets = random_.randint(1, 400) * scale
    return {"packets": packets, "bytes": packets * random_.randint(60, 1500), "flows": random_.randint(0, 9)}


def make(start_ns, end_ns, seed=7):
    """Lines from the interval that holds START to before END. A segment's offset keeps its points apart from those of the next."""
    chance = random.Random(seed)
    lines = []
    begin = start_ns - start_ns % INTERVAL
    for number, interval in enumerate(range(begin, end_ns - INTERVAL, INTERVAL)):
        for segment in (0, 1):
            time = interval + 1 + 2 * number % 997 + segment
            for sensor, interfaces in INTERFACES.items():
                lines += sensor_lines(chance, sensor, interfaces, time, segment)
        time = interval + 1
        for source in ("geoip", "blocklist", "ipapi", "virustotal", "abuseipdb"):
            lookups = chance.randint(5, 50)
            lines.append(line("net_enrichment", {"source": source}, {"lookups": lookups, "hits": lookups - 3, "errors": chance.randint(0, 2), "cache_hits": lookups // 2}, time))
    return lines


def sensor_lines(chance, sensor, interfaces, time, segment):
    lines = []
    for interface in interfaces:
        where = {"sensor": sensor, "interface": interface}
        for protocol in PROTOCOLS:
            for application in APPLICATIONS.get(protocol, ["none"]):
                lines.append(line("net_traffic", {**where, "protocol": protocol, "application": application}, counters(chance), time))
        lines.append(line("net_capture", where, {
            "packets": chance.randint(4000, 5000), "bytes": 3000000, "kernel_drops": chance.choice([0, 0, 0, 12]), "interface_drops": 0,
            "decode_failures": chance.randint(0, 2), "flows": 40, "active_flows": chance.randint(100, 900), "evicted_flows": 0, "lost_rows": 0,
            "memory_bytes": 180 << 20}, time))
    for number in range(25):
        for direction in ("sent", "received"):
            address = "other" if number == 0 else "none" if number == 1 else f"192.0.2.{number}" if number % 3 else f"2001:db8::{number:x}"
            lines.append(line("net_talker", {"sensor": sensor, "direction": direction, "address": address}, counters(chance, 1 + number), time))
        source, destination = ("other", "other") if number == 0 else (f"192.0.2.{number}", f"198.51.100.{number * 7 % 30}")
        lines.append(line("net_conversation", {"sensor": sensor, "source": source, "destination": destination}, counters(chance, 1 + number), time))
    for number, country in enumerate(COUNTRIES):
        for direction in ("sent", "received"):
            lines.append(line("net_country", {"sensor": sensor, "direction": direction, "country": country}, counters(chance, 20 - number), time))
    if segment == 0:
        lines.append(line("net_forward", {"sensor": sensor}, {"lag_ms": chance.randint(2000, 14000), "lines": 900, "rejected": 0, "pending_segments": chance.randint(0, 2)}, time))
        lines.append(line("net_alert", {"sensor": sensor, "severity": chance.choice(["low", "medium", "high"]), "kind": chance.choice(["blocklist", "scan"]), "address": f"203.0.113.{chance.randint(1, 9)}"},
                          {"count": 1, "score": chance.randint(1, 100)}, time))
    return lines
