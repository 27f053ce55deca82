#!/usr/bin/env bash
# questions.sh [QUESTIONS] [IMPORTS]: memory of one PowerShell that asks 10,000 mixed questions of a store of some thousand files, whose
# hours are merged meanwhile by a capture in the same process. Prints its resident memory on the way; fails where it grows by a quarter
# from 1,000 questions to the end. Takes half an hour on a quiet machine. Needs root (the capture), python3.
. "$(dirname "${BASH_SOURCE[0]}")/../integration/lib.sh"
need root python3
begin
questions="${1:-10000}" imports="${2:-30}"
python3 - "$work/hours.pcap" <<'PY'
import random, struct, sys
# 20,000 UDP packets over 60 hours, among 5,000 addresses.
out, noise = open(sys.argv[1], "wb"), random.Random(1)
out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
for number in range(20_000):
    host = noise.randrange(5_000)
    body = struct.pack(">HHHH", 1024 + host, (53, 443, 123)[host % 3], 28, 0) + bytes(20)
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, 17, 0) + bytes([10, 1, host >> 8, host & 255]) + bytes([192, 0, 2, host % 250])
    frame = b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" + header + body
    out.write(struct.pack("<IIII", 1_700_000_000 + number * 216 // 20, number % 1_000_000, len(frame), len(frame)) + frame)
PY
"${nt[@]}" "1..$imports | ForEach-Object { Import-NetCapture '$work/hours.pcap' -StorePath '$store' -Sensor \"s\$_\" -WarningAction Ignore } | Out-Null"
# Only what nobody wrote to for ten minutes is merged.
find "$store" -name '*.parquet' -exec touch -d '20 minutes ago' {} +
note "$(find "$store" -name '*.parquet' | wc -l) files"
"$pwsh" -NoProfile -NonInteractive -File "$(dirname "${BASH_SOURCE[0]}")/questions.ps1" -StorePath "$store" -Questions "$questions"
