#!/usr/bin/env bash
# Captures through Wireshark's programs. Counts are exact with both; a user who may run dumpcap, but may not capture, captures through a
# copy of it that has the capabilities, and one who may not run it is told so; dumpcap is killed: the capture fails, with what came
# before stored; what dumpcap dropped, as it says itself, is what the store has. Needs root, iproute2, dumpcap, tshark, setpriv, setcap.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need root ip dumpcap tshark setpriv setcap pgrep python3
begin
make_network
chmod 1777 "$work"
values() { ask "\$c = @(Get-NetCapture -StorePath '$store' | Where-Object Name -EQ '$1')[0]; \"\$(\$c.Packets) \$(\$c.KernelDrops + \$c.InterfaceDrops) \$(\$c.State) \$(\$c.PacketRingPackets) \$((Get-TrafficSummary -StorePath '$store' -CaptureId \$c.CaptureId).Packets) \$(\$c.Message)\""; }
sent() { echo $(($(tail -n 1 "$work/$1.sent" | cut -d ' ' -f 1) + 1)); }

# TShark, and dumpcap as a user: both see the same packets.
user=65534 group=54321
mkdir "$work/bin" "$work/home"
cp "$(command -v dumpcap)" "$work/bin/dumpcap"
chown "0:$group" "$work/bin/dumpcap"
chmod 750 "$work/bin/dumpcap"
setcap cap_net_raw,cap_net_admin=ep "$work/bin/dumpcap" 2>"$work/err" || skip "files cannot have capabilities here: $(cat "$work/err")"
chown "$user" "$work/home"
as_user=("HOME=$work/home" "PATH=$work/bin:$PATH" setpriv "--reuid=$user" "--regid=$user")
env "${as_user[@]}" "--groups=$group" dumpcap --version >/dev/null 2>"$work/err" || skip "another user cannot run dumpcap here: $(cat "$work/err")"
capture_as=("${as_user[@]}" "--groups=$group")
store="$work/user"
start_capture "$right" wr user -Engine Dumpcap -PacketRing 16000000
capture_as=()
store="$work/tshark"
start_capture "$right" wr tshark -Engine TShark
send 1 5000 both
wait "$sender"
sleep 1
stop_capture user
stop_capture tshark
for name in user tshark; do
  store="$work/$name"
  read -r counted drops state kept stored message <<<"$(values "$name")"
  evidence="$work/$name.log"
  equal "packets, drops, state and message of $name" "$counted $drops $state $message" "$(sent both) 0 Stopped "
  equal "packets of $name in the store" "$stored" "$counted"
  [ "$name" = tshark ] || equal "packets in its ring" "$kept" "$counted"
done
note "a user through dumpcap, and tshark: $counted packets each"

evidence="$work/err"
refused() { ip netns exec "$right" env "${as_user[@]}" "$1" "${nt[@]}" "Start-NetCapture wr -Engine $2 -StorePath '$work/refused'" >"$work/err" 2>&1 && die "the engine $2 captured without permission"; grep -q "$3" "$work/err" || die "the error does not say '$3'"; }
refused "--groups=$group" Libpcap 'setcap'
# Debian's dumpcap may be run by the group wireshark alone.
refused --clear-groups Dumpcap 'usermod -a -G wireshark'

# What dumpcap says at its end goes to a file as well. It is stopped for a while, with a small buffer.
cat >"$work/home/dumpcap" <<END
#!/bin/bash
exec $(command -v dumpcap) "\$@" 2> >(tee "$work/dumpcap.err" >&2)
END
chmod 755 "$work/home/dumpcap"
capture_as=("PATH=$work/home:$PATH")
start_capture "$right" wr drops -Engine Dumpcap -BufferSize 1048576
child="$(pgrep -P "$capture_pid" -x dumpcap)"
kill -STOP "$child"
send 1 20000 drops
wait "$sender"
kill -CONT "$child"
sleep 1
stop_capture drops
evidence="$work/dumpcap.err"
said="$(sed -nE "s|^Packets received/dropped on interface .*: ([0-9]+)/([0-9]+) .*|\1 \2|p" "$work/dumpcap.err")"
read -r counted drops state _ <<<"$(values drops)"
note "dumpcap says $said (received, dropped) of $(sent drops)"
[ "$drops" -gt 0 ] || die "nothing was dropped"
equal "packets and drops" "$counted $drops" "$said"
equal "packets and drops together" "$((counted + drops))" "$(sent drops)"

capture_as=()
start_capture "$right" wr killed -Engine Dumpcap -PacketRing 16000000
send 1 5000 killed
wait "$sender"
sleep 1
kill -9 "$(pgrep -P "$capture_pid" -x dumpcap)"
wait_until 20 "[ -e '$work/killed.done' ]" || die "the capture did not end with its dumpcap"
evidence="$work/killed.log"
equal "state of the job" "$(cat "$work/killed.done")" Failed
read -r counted drops state kept stored message <<<"$(values killed)"
equal "state" "$state" Failed
equal "packets counted, kept and stored" "$counted $kept $stored" "$(sent killed) $(sent killed) $(sent killed)"
grep -q 'dumpcap ended by itself' <<<"$message" || die "the message does not say that dumpcap ended: $message"
note "killed: $message"
check_segments
echo "passed: as a user, with drops, and killed"
