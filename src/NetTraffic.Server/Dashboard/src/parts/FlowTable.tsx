// Flows, a row each, with a link to the flow.
import { bytes, count, duration, time } from "../format";
import { link } from "../place";
import type { Flow } from "../records";
import { AddressName } from "./Address";
import { Table } from "./Table";
import type { Column } from "./Table";

/** The link to a flow: its own time, with a little around for packets at its edges. */
export function flowLink(flow: Flow): string {
  return link("flow", {
    ...Object.fromEntries(
      ["address", "peerAddress", "port", "protocol", "application", "country", "asNumber", "suspicious", "captureId", "communityId"].map(
        name => [name, null],
      ),
    ),
    flowId: flow.FlowId,
    last: null,
    since: Math.floor(Date.parse(flow.StartTime)) - 1000,
    until: Math.ceil(Date.parse(flow.EndTime)) + 1000,
  });
}

export function Side({ address, port, mac }: { address: string | null; port: number | null; mac: string | null }) {
  return address === null ? <span class="mono">{mac}</span> : <AddressName address={address} port={port} />;
}

const columns: Column<Flow>[] = [
  {
    head: "Start",
    cell: flow => (
      <a class="row" href={flowLink(flow)}>
        {time(flow.StartTime)}
      </a>
    ),
  },
  { head: "Source", cell: flow => <Side address={flow.SourceAddress} port={flow.SourcePort} mac={flow.SourceMac} /> },
  { head: "Destination", cell: flow => <Side address={flow.DestinationAddress} port={flow.DestinationPort} mac={flow.DestinationMac} /> },
  { head: "Protocol", cell: flow => flow.Protocol },
  { head: "Application", cell: flow => flow.Application },
  { head: "State", cell: flow => flow.State },
  { head: "Packets", class: "number", cell: flow => count(flow.Packets) },
  { head: "Bytes", class: "number", cell: flow => bytes(flow.Bytes) },
  { head: "Duration", class: "number", cell: flow => duration(flow.Duration) },
  { head: "RTT", class: "number", cell: flow => flow.HandshakeRtt !== null && duration(flow.HandshakeRtt) },
];

export function FlowTable({ flows, caption }: { flows: Flow[]; caption: string }) {
  return <Table caption={caption} columns={columns} rows={flows} keyOf={flow => `${flow.CaptureId} ${flow.FlowId} ${flow.StartTime}`} />;
}
