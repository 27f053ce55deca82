#!/usr/bin/env bash
# round-trip.sh [CAPTURE ...]: captures are imported with their packets, exported, imported again and exported again: the packets are the
# same byte for byte and to the nanosecond, each time and as a classic pcap; TShark opens every file without a complaint; and a BPF
# filter gives as many packets as TShark's display filter that says the same. The sample, and some of the shared captures where they are.
# Needs tshark, editcap, capinfos.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need tshark editcap capinfos
begin
shared="${NETTRAFFIC_TEST_PCAPS:-$root/../shared/pcaps}"
[ -d "$shared" ] || shared="$root/../../shared/pcaps"
if [ $# -gt 0 ]; then captures=("$@"); else
  captures=("$root/tests/fixtures/sample.pcapng")
  for one in ndpi/nano.pcapng ndpi/sctp.cap ndpi/dlt_ppp.pcap ndpi/zoom.pcap tcpdump/loopback.pcap tcpdump/gso-ipv6-vxlan-ipv4.pcap tcpdump/heapoverflow-tcp_print.pcap \
    zeek/linux_dlt_sll2.pcap zeek/mixed-vlan-mpls.pcap zeek/empty.pcap; do
    [ ! -e "$shared/$one" ] || captures+=("$shared/$one")
  done
  # Two link types in one file.
  if [ -e "$shared/ndpi/dlt_ppp.pcap" ] && mergecap -F pcapng -w "$work/mixed.pcapng" "$shared/ndpi/dlt_ppp.pcap" "$shared/zeek/linux_dlt_sll2.pcap" 2>/dev/null; then captures+=("$work/mixed.pcapng"); fi
fi

# The filters are for the sample: what BPF and TShark's display filters say alike. BPF looks at the outermost headers only.
: >"$work/filters"
[ $# -gt 0 ] || printf '0\t%s\t%s\n' >"$work/filters" \
  arp 'eth.type#1 == 0x0806' 'udp port 53' 'udp.port#1 == 53' 'tcp port 443' 'tcp.port == 443' 'greater 500' 'frame.len >= 500' ip6 'eth.type#1 == 0x86dd' \
  'ip and tcp[tcpflags] & (tcp-syn|tcp-fin) != 0' 'eth.type#1 == 0x0800 && ip.proto#1 == 6 && (tcp.flags.syn == 1 || tcp.flags.fin == 1)' \
  'ether multicast' 'eth.dst.ig#1 == 1' 'ip and not tcp and not udp' 'eth.type#1 == 0x0800 && ip.proto#1 != 6 && ip.proto#1 != 17' vlan 'eth.type#1 == 0x8100'
for ((i = 0; i < ${#captures[@]}; i++)); do printf '%s\t%s\n' "$i" "${captures[i]}"; done >"$work/list"
evidence="$work/run.log"
"$pwsh" -NoProfile -NonInteractive -File "$here/round-trip.ps1" -List "$work/list" -Filters "$work/filters" -Folder "$work" -StorePath "$store" >"$work/run.log" 2>&1 || die "import or export failed"

# same NAME FILE FILE: the same packets. Link type, times in nanoseconds, both lengths and bytes stand in a classic pcap behind the snap
# length; what that has no room for, files of several link types, TShark prints.
same() {
  rm -f "$work/a" "$work/b"
  # A damaged original makes editcap fail at its end; an export may not.
  editcap -F nsecpcap "$2" "$work/a" 2>/dev/null || true
  if editcap -F nsecpcap "$3" "$work/b" 2>/dev/null; then
    cmp -s <(tail -c +$from "$work/a") <(tail -c +$from "$work/b") || die "$1: the packets of $2 and $3 differ: $(cmp <(tail -c +$from "$work/a") <(tail -c +$from "$work/b") 2>&1)"
  else
    cmp -s <(printed "$2") <(printed "$3") || die "$1: the packets of $2 and $3 differ in what TShark prints"
    printed=$((printed + 1))
  fi
}
printed() { { tshark -n -r "$1" -T fields -e frame.time_epoch -e frame.len -e frame.cap_len -e frame.encap_type || true; tshark -n -x -r "$1" || true; } 2>/dev/null; }

printed=0 total=0
for ((i = 0; i < ${#captures[@]}; i++)); do
  name="$(basename "${captures[i]}")"
  read -r _ counted kept again <<<"$(grep "^$i " "$work/run.log")"
  # The link type is that of the packets: without any there is none.
  from=$((counted > 0 ? 21 : 25))
  equal "$name: packets kept, and kept again" "$kept $again" "$counted $counted"
  same "$name" "${captures[i]}" "$work/$i.1.pcapng"
  cmp -s "$work/$i.1.pcapng" "$work/$i.2.pcapng" || same "$name, second export" "$work/$i.1.pcapng" "$work/$i.2.pcapng"
  if [ -e "$work/$i.legacy.pcap" ]; then same "$name, legacy" "${captures[i]}" "$work/$i.legacy.pcap"; else grep -q 'one link type' "$work/$i.refused" || die "$name: $(cat "$work/$i.refused")"; fi
  total=$((total + counted))
  for one in "$work/$i.1.pcapng" "$work/$i.legacy.pcap"; do
    [ -e "$one" ] || continue
    tshark -n -r "$one" -T fields -e frame.number >"$work/tshark.out" 2>"$work/tshark.err" || { evidence="$work/tshark.err"; die "$name: TShark does not open $one"; }
    [ -z "$(grep -v '^Running as user' "$work/tshark.err" || true)" ] || { evidence="$work/tshark.err"; die "$name: TShark complains about $one"; }
    equal "packets of $one for TShark" "$(wc -l <"$work/tshark.out")" "$counted"
  done
done

at=0
if [ -s "$work/filters" ]; then
  # One run of TShark counts for all: behind the interval stand frames and bytes of each filter.
  tshark -n -q -r "${captures[0]}" -z "io,stat,0,$(cut -f 3 "$work/filters" | paste -sd,)" 2>"$work/tshark.err" | grep '<>' >"$work/counts" || { evidence="$work/tshark.err"; die "TShark does not count"; }
  while IFS=$'\t' read -r _ bpf _; do
    at=$((at + 1))
    expected="$(awk -F'|' -v column=$((1 + 2 * at)) '{ print $column + 0 }' "$work/counts")"
    [ "$expected" -gt 0 ] || die "the sample has nothing for '$bpf'"
    equal "packets that pass '$bpf'" "$(sed -n "s/^filter $at //p" "$work/run.log")" "$expected"
    equal "packets in the file that passed '$bpf'" "$(capinfos -Trc "$work/filter$at.pcapng" | cut -f 2)" "$expected"
  done <"$work/filters"
fi
echo "passed: $total packets of ${#captures[@]} captures, $printed comparisons by what TShark prints, $at filters"
