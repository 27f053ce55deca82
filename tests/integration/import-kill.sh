#!/usr/bin/env bash
# import-kill.sh [KILLS]: an import is killed with kill -9 when segments of it are in the store. None of its packets count, those of
# others do, it is listed as Crashed, and importing the file again brings each packet once. Needs python3.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need python3
begin
kills="${1:-2}" packets=1200000

# As many flows as packets, so that segments are full long before the end.
python3 - "$work/many.pcap" "$packets" <<'PYTHON'
import struct, sys
count = int(sys.argv[2])
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101))
    udp = struct.pack(">HHHH", 1000, 2000, 8, 0)
    for i in range(count):
        file.write(struct.pack("<IIII", 1700000000 + i // 400, 0, 28, 28))
        file.write(struct.pack(">BBHHHBBHII", 0x45, 0, 28, 0, 0, 64, 17, 0, 0x0A000000 + i, 0xC0000201) + udp)
PYTHON

summary() { ask "(Get-TrafficSummary -StorePath '$store').Packets"; }
# Segments that were written since the last kill.
segments() { find "$store/flows" -name '*.parquet' -newer "$work/mark" | wc -l; }

ask "Import-NetCapture '$root/tests/fixtures/sample.pcapng' -StorePath '$store' | Out-Null"
others="$(summary)"
for ((kill = 1; kill <= kills; kill++)); do
  sleep 0.1
  : >"$work/mark"
  "${nt[@]}" "Import-NetCapture '$work/many.pcap' -StorePath '$store'" >"$work/import.log" 2>&1 &
  victim=$!
  pids+=("$victim")
  evidence="$work/import.log"
  wait_until 60 "[ \$(segments) -ge $kill ]" || die "the import wrote no segment"
  kill -9 "$victim"
  wait "$victim" 2>/dev/null || true
  left="$(segments)"
  equal "packets and flows beside a killed import" "$(summary) $(ask "@(Get-NetFlow -StorePath '$store' -Address 192.0.2.1).Count")" "$others 0"
  equal "crashed imports" "$(ask "@(Get-NetCapture -StorePath '$store' | Where-Object State -EQ Crashed).Count")" "$kill"
  note "killed with $left segments in the store: none counts"
done

said="$(ask "\$r = Import-NetCapture '$work/many.pcap' -StorePath '$store' -WarningVariable w; \"\$(\$r.Packets) \$(\$r.Complete) \$(@(\$w).Count)\"")"
equal "what the import after it says" "$said" "$packets True 0"
equal "packets in the end" "$(summary)" $((others + packets))
check_segments
echo "passed: $kills imports killed, then all $packets packets once"
