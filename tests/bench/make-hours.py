#!/usr/bin/env python3
"""make-hours.py FILE COUNT [HOURS [CLIENTS]]: a pcap with COUNT packets, each a flow, spread evenly over the last HOURS (24) whole hours: what
CLIENTS (2,000) of 10.0.0.0/16 asked of 250 servers for DNS, HTTPS and others over UDP and TCP."""
import struct
import sys
import time

path, count = sys.argv[1], int(sys.argv[2])
hours = int(sys.argv[3]) if len(sys.argv) > 3 else 24
clients = int(sys.argv[4]) if len(sys.argv) > 4 else 2000
END = int(time.time()) // 3600 * 3600
BEGIN, SPAN = END - hours * 3600, hours * 3600 * 1_000_000
PORTS = (53, 443, 443, 443, 80, 123, 22, 3389, 5353, 8080)
ETHERNET = bytes.fromhex("0200000000010200000000020800")
pack = struct.Struct("<IIII14sBBHHHBBHII").pack
# Big endian inside the frame: the fields below are swapped before.
swap = lambda value: (value & 0xFF) << 8 | value >> 8

with open(path, "wb", buffering=1 << 20) as file:
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    for i in range(count):
        seconds, micros = divmod(i * SPAN // count, 1_000_000)
        mixed = (i * 2654435761) & 0xFFFFFFFF
        port = PORTS[mixed % 10]
        udp = port in (53, 123, 5353)
        size = 8 if udp else 20
        client, server = mixed % clients, (mixed >> 11) % 250
        # Lengths differ, so that bytes do: the rest of the packet was not captured.
        wire = 34 + size + mixed % 1200
        length = swap(20 + size + mixed % 1200)
        source = 10 | (client >> 8) << 16 | (client & 255) << 24
        file.write(pack(BEGIN + seconds, micros, 34 + size, wire, ETHERNET, 0x45, 0, length, 0, 0, 64, 17 if udp else 6, 0,
                        source, 198 | 51 << 8 | 100 << 16 | server << 24))
        ports = struct.pack("!HH", 1024 + (i // clients) % 64000, port)
        file.write(ports + struct.pack("!HH", 8 + mixed % 1200, 0) if udp else ports + b"\0\0\0\1\0\0\0\0\x50\x02\xff\xff\0\0\0\0")
