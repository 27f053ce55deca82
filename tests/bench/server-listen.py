#!/usr/bin/env python3
"""server-listen.py PORT LISTENERS SECONDS: listens to /api/events, and prints how many events the least and the most served listener got.
server-listen.py PORT slow SECONDS: downloads the flows as CSV at 1 KB a second, and prints how much came."""
import asyncio
import socket
import sys
import time

port, seconds = int(sys.argv[1]), float(sys.argv[3])


async def listen():
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    events = 0
    try:
        async with asyncio.timeout(seconds):
            while line := await reader.readline():
                events += line.startswith(b"event: ")
    except TimeoutError:
        pass
    writer.close()
    return events


async def all_of(count):
    found = await asyncio.gather(*(listen() for _ in range(count)))
    print(f"{count} listeners, {seconds:.0f} s: {min(found)} to {max(found)} events each")
    return 0 if min(found) >= seconds / 2 else 1


def slow():
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", port))
        connection.sendall(b"GET /api/data/export/csv HTTP/1.1\r\nHost: localhost\r\n\r\n")
        end, got = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            got += len(connection.recv(1024))
            time.sleep(1)
    print(f"a slow reader got {got} bytes in {seconds:.0f} s")
    return 0 if got > 0 else 1


sys.exit(slow() if sys.argv[2] == "slow" else asyncio.run(all_of(int(sys.argv[2]))))
