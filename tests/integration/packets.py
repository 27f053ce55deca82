#!/usr/bin/env python3
"""Frames that carry their number, and what became of them.

make FILE COUNT [SIZES]       writes a pcap of UDP frames, numbered from 0, of these lengths in turn (60 to 1514; "60,300"); says "frames bytes".
send INTERFACE SECONDS PPS [FIRST]  sends such frames, numbered from FIRST (0), and says "number nanoseconds-since-1970" now and then (every 1/50 s) and of the last.
numbers FILE                  reads a pcapng, says "packets first last missing disordered": numbers lacking between the first and the last,
                              and how often one came after a greater one.
watch FOLDER FILE             until FILE is there: the largest size that the files below FOLDER had together, with how often it was seen; says "bytes looks".
"""
import os, socket, struct, sys, time

NUMBER_AT = 42


def frame(number, length):
    udp = length - 34
    port = 10000 + number % 1000
    header = struct.pack(
        "!6s6sH BBHHHBBH4s4s HHHH", b"\x02\0\0\0\0\x02", b"\x02\0\0\0\0\x01", 0x0800,
        0x45, 0, length - 14, 0, 0x4000, 64, 17, 0, b"\x0a\x63\0\x01", b"\x0a\x63\0\x02", port, 5000, udp, 0)
    return header + struct.pack("!Q", number) + bytes(length - NUMBER_AT - 8)


def make(path, count, sizes="60"):
    lengths = [int(size) for size in sizes.split(",")]
    total = 0
    with open(path, "wb", 1 << 20) as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for number in range(int(count)):
            length = lengths[number % len(lengths)]
            out.write(struct.pack("<IIII", 1700000000 + number // 1000000, number % 1000000, length, length) + frame(number, length))
            total += length
    print(count, total)


def send(interface, seconds, rate, first=0):
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind((interface, 0))
    begun, number, rate, first = time.monotonic(), 0, int(rate), int(first)
    while (passed := time.monotonic() - begun) < float(seconds):
        while number < passed * rate:
            out.send(frame(first + number, 200))
            number += 1
        print(first + number - 1, time.time_ns(), flush=True)
        time.sleep(0.02)


def payloads(path):
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at + 12 <= len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if at + length > len(data):
            return  # Its writer was killed.
        if kind == 6:
            yield struct.unpack_from("!Q", data, at + 28 + NUMBER_AT)[0]
        at += length


def numbers(path):
    found = list(payloads(path))
    known = set(found)
    if len(known) != len(found):
        sys.exit(f"{len(found) - len(known)} packets are there twice")
    first, last = (min(known), max(known)) if known else (-1, -1)
    print(len(found), first, last, last - first + 1 - len(known) if known else 0, sum(a > b for a, b in zip(found, found[1:])))


def below(folder):
    return sorted(os.path.join(path, name) for path, _, names in os.walk(folder) for name in names)


def watch(folder, end):
    largest = looks = 0
    ended = False
    while not ended:
        ended = os.path.exists(end)
        try:
            names = below(folder)
            size = sum(os.stat(name).st_size for name in names)
            # Files only grow, and no name comes twice: with nothing deleted meanwhile, they had this size together at the last look.
            if names and names == below(folder):
                looks += 1
                largest = max(largest, size)
        except FileNotFoundError:
            pass
        time.sleep(0.005)
    print(largest, looks)


if __name__ == "__main__":
    {"make": make, "send": send, "numbers": numbers, "watch": watch}[sys.argv[1]](*sys.argv[2:])
