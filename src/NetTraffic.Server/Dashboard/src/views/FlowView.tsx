// One flow: all that is stored of it, and its packets as far as a ring still has them.
import { useAnswer } from "../api";
import { bytes, count, duration, endpoint, exactTime } from "../format";
import { ask, filters, link } from "../place";
import type { Flow, Packet, PacketPage, Page } from "../records";
import { Knowing, useKnown } from "../parts/Address";
import { Downloads } from "../parts/Downloads";
import { Side } from "../parts/FlowTable";
import { Nothing, Panel, States } from "../parts/States";
import { Table } from "../parts/Table";
import type { Column } from "../parts/Table";
import { Fact } from "./Flows";

// Shown in words of their own, or said by others.
const shown = [
  "StartTime",
  "EndTime",
  "Time",
  "Duration",
  "SourceAddress",
  "SourcePort",
  "DestinationAddress",
  "DestinationPort",
  "Packets",
  "Bytes",
  "SourcePackets",
  "SourceBytes",
  "DestinationPackets",
  "DestinationBytes",
  "HandshakeRtt",
  "SourceMac",
  "DestinationMac",
];

const words = (name: string) =>
  name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replace(/^./, letter => letter.toUpperCase());

export function FlowView() {
  const answer = useAnswer<Page<Flow>>(ask("/api/flows", { top: 1 }));
  const flow = answer.data?.Items[0];
  const known = useKnown([flow?.SourceAddress ?? null, flow?.DestinationAddress ?? null]);
  if (!filters.value.has("flowId"))
    return (
      <Nothing>
        The link names no flow. <a href={link("flows")}>All flows</a>
      </Nothing>
    );
  return (
    <Knowing of={known}>
      <div class="panels">
        <Panel id="flow" title="Flow" wide actions={<Downloads />}>
          <States
            answer={answer}
            isEmpty={data => data.Items.length === 0}
            empty={
              <>
                The store has no such flow in this time (any more).{" "}
                <a href={link("flow", { last: "all", since: null, until: null })}>Look in all of it</a>
              </>
            }
          >
            {({ Items: [one] }) =>
              one && (
                <>
                  <p class="sides">
                    <Side address={one.SourceAddress} port={one.SourcePort} mac={one.SourceMac} /> →{" "}
                    <Side address={one.DestinationAddress} port={one.DestinationPort} mac={one.DestinationMac} />
                  </p>
                  <dl class="facts">
                    <Fact name="Start" value={exactTime(one.StartTime)} />
                    <Fact name="End" value={exactTime(one.EndTime)} />
                    <Fact name="Duration" value={duration(one.Duration)} />
                    <Fact name="Sent" value={`${count(one.SourcePackets)} packets, ${bytes(one.SourceBytes)}`} />
                    <Fact name="Received" value={`${count(one.DestinationPackets)} packets, ${bytes(one.DestinationBytes)}`} />
                    <Fact name="Handshake RTT" value={one.HandshakeRtt === null ? null : duration(one.HandshakeRtt)} />
                    <Fact name="Link" value={one.SourceMac && `${one.SourceMac} → ${one.DestinationMac}`} />
                    {Object.entries(one)
                      .filter(([name, value]) => !shown.includes(name) && value !== null && value !== 0 && value !== "")
                      .map(([name, value]) => (
                        <Fact key={name} name={words(name)} value={String(value)} />
                      ))}
                  </dl>
                </>
              )
            }
          </States>
        </Panel>
        {flow && <Packets />}
      </div>
    </Knowing>
  );
}

const end = (packet: Packet, which: "Source" | "Destination") =>
  endpoint(packet[`${which}Address`], packet[`${which}Port`], packet[`${which}Mac`]);

const columns: Column<Packet>[] = [
  { head: "Time", cell: packet => exactTime(packet.Time) },
  { head: "From", class: "mono", cell: packet => end(packet, "Source") },
  { head: "To", class: "mono", cell: packet => end(packet, "Destination") },
  { head: "Protocol", cell: packet => packet.Protocol },
  { head: "Length", class: "number", cell: packet => packet.Length },
  { head: "Info", class: "mono", cell: packet => packet.Info },
];

function Packets() {
  const answer = useAnswer<PacketPage>(ask("/api/packets", { top: 200 }));
  return (
    <Panel id="packets" title="Packets" wide>
      <States
        answer={answer}
        isEmpty={data => data.Items.length === 0}
        empty="No capture keeps packets of it: captures with a packet ring do (Start-NetCapture -PacketRing 1GB)."
      >
        {data => (
          <>
            <Table class="packets" caption="Packets of the flow, oldest first" columns={columns} rows={data.Items} keyOf={(_, at) => at} />
            {data.Next && <p class="hint">The first {data.Items.length} packets. The download has all of them.</p>}
            {data.Problems.map(text => (
              <p class="bad" key={text}>
                {text}
              </p>
            ))}
          </>
        )}
      </States>
    </Panel>
  );
}
