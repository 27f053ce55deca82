#!/usr/bin/env bash
# The fuzz loops at length: 10 million packets, 20,000 files, 3,000 stores, with a seed of their own. Build first: ./build.sh test Fuzz
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
export NETTRAFFIC_FUZZ_PACKETS="${NETTRAFFIC_FUZZ_PACKETS:-10000000}" NETTRAFFIC_FUZZ_FILES="${NETTRAFFIC_FUZZ_FILES:-20000}"
export NETTRAFFIC_FUZZ_STORES="${NETTRAFFIC_FUZZ_STORES:-3000}" NETTRAFFIC_FUZZ_SEED="${NETTRAFFIC_FUZZ_SEED:-$RANDOM}"
echo "seed $NETTRAFFIC_FUZZ_SEED"
exec "$(echo "$root"/artifacts/bin/NetTraffic.Fuzz.Tests/release*/NetTraffic.Fuzz.Tests)" -noColor "$@"
