#!/usr/bin/env python3
"""make-flood.py FILE COUNT [SOURCES]: a pcap of an hour (2026-03-01T12:00Z) with COUNT UDP packets, each a flow, of as many random sources
(or of SOURCES, from other ports each time), and a server that answers each second."""
import struct
import sys

path, count = sys.argv[1], int(sys.argv[2])
sources = int(sys.argv[3]) if len(sys.argv) > 3 else count
BEGIN, HOUR = 1772366400, 3600
SERVER = bytes([192, 0, 2, 1])
FIXED = bytes.fromhex("020000000001020000000002 0800 4500".replace(" ", ""))


def packet(us, source, destination, ports, payload):
    length = 28 + payload
    ip = struct.pack("!HHHBBH", length, 0, 0, 64, 17, 0) + source + destination
    frame = FIXED + ip + struct.pack("!HHHH", *ports, 8 + payload, 0) + bytes(payload)
    seconds, micros = divmod(us, 1_000_000)
    return struct.pack("<IIII", BEGIN + seconds, micros, len(frame), len(frame)) + frame


with open(path, "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    second = -1
    for i in range(count):
        us = i * HOUR * 1_000_000 // count
        while second < us // 1_000_000:
            second += 1
            # A flow of its own each second, so that each interval has some that began.
            file.write(packet(second * 1_000_000, SERVER, bytes([198, 51, 100, 7]), (53, 1024 + second), 1200))
            file.write(packet(second * 1_000_000, bytes([198, 51, 100, 7]), SERVER, (1024 + second, 443), 600))
        # An odd factor makes all 32-bit numbers differ that differ before.
        source = (i % sources * 2654435761) & 0xFFFFFFFF
        file.write(packet(us, source.to_bytes(4, "big"), SERVER, (1024 + (39000 + i // sources) % 64000, 53), 18))
