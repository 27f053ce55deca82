// Flows, a row each, with a link to the flow.
import { bytes, count, duration, time } from "../format";
import { link } from "../place";
import type { Flow } from "../records";
import { AddressName } from "./Address";

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

export function FlowTable({ flows, caption }: { flows: Flow[]; caption: string }) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={caption}>
      <table class="flows">
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Start</th>
            <th scope="col">Source</th>
            <th scope="col">Destination</th>
            <th scope="col">Protocol</th>
            <th scope="col">Application</th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Packets
            </th>
            <th scope="col" class="number">
              Bytes
            </th>
            <th scope="col" class="number">
              Duration
            </th>
            <th scope="col" class="number">
              RTT
            </th>
          </tr>
        </thead>
        <tbody>
          {flows.map(flow => (
            <tr key={`${flow.CaptureId} ${flow.FlowId} ${flow.StartTime}`}>
              <th scope="row">
                <a class="row" href={flowLink(flow)}>
                  {time(flow.StartTime)}
                </a>
              </th>
              <td>
                <Side address={flow.SourceAddress} port={flow.SourcePort} mac={flow.SourceMac} />
              </td>
              <td>
                <Side address={flow.DestinationAddress} port={flow.DestinationPort} mac={flow.DestinationMac} />
              </td>
              <td>{flow.Protocol}</td>
              <td>{flow.Application}</td>
              <td>{flow.State}</td>
              <td class="number">{count(flow.Packets)}</td>
              <td class="number">{bytes(flow.Bytes)}</td>
              <td class="number">{duration(flow.Duration)}</td>
              <td class="number">{flow.HandshakeRtt === null ? "" : duration(flow.HandshakeRtt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
