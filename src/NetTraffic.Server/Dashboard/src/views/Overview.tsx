// The page that stays open on a second screen.
import { lazy, Suspense } from "preact/compat";
import { useAnswer } from "../api";
import { bytes, bits, count, packetRate, time } from "../format";
import { history, live } from "../live";
import { ask, filters, link, place, refresh } from "../place";
import type { Status, Summary, Suspicious } from "../records";
import { AddressName, Knowing, useKnown } from "../parts/Address";
import { CaptureCards } from "../parts/CaptureCards";
import { Graph } from "../parts/Graph";
import { Ranking, RankingTable, useRanking } from "../parts/Ranking";
import { Nothing, Panel, States } from "../parts/States";
import { SuspiciousTable } from "../parts/SuspiciousTable";
import { Throughput } from "../parts/Throughput";

const WorldMap = lazy(() => import("../parts/WorldMap"));

function Tile({ label, value, note, bad }: { label: string; value: string; note?: string; bad?: boolean }) {
  return (
    <div class={`tile${bad ? " bad" : ""}`}>
      <dt>{label}</dt>
      <dd>
        {value}
        {note && <small>{note}</small>}
      </dd>
    </div>
  );
}

function Tiles({ total, status }: { total: Summary | null; status: Status | null }) {
  const now = live.value,
    all = total?.Total;
  const running = status?.Captures.filter(capture => capture.Kind === "Live") ?? [];
  const lost = now?.Dropped ?? status?.Dropped ?? 0;
  return (
    <dl class="tiles">
      <Tile
        label="Throughput now"
        value={running.length === 0 ? "–" : bits(now?.BitsPerSecond ?? 0)}
        note={running.length === 0 ? "no capture runs" : packetRate(now?.PacketsPerSecond ?? 0)}
      />
      <Tile label="Bytes" value={all ? bytes(all.Bytes) : "…"} note={all ? `${count(all.Packets)} packets` : undefined} />
      <Tile label="Flows" value={all ? count(all.Flows) : "…"} />
      <Tile
        label="Addresses"
        value={all ? `${count(all.SourceAddresses)} → ${count(all.DestinationAddresses)}` : "…"}
        note="sources → destinations"
      />
      <Tile label="Retransmissions" value={all ? count(all.Retransmissions) : "…"} note="TCP segments" />
      <Tile label="Dropped" value={count(lost)} note="by running captures" bad={lost > 0} />
    </dl>
  );
}

/** Tells where the traffic is, where there is none in the range that is looked at. */
function Elsewhere() {
  const { data } = useAnswer<Summary>("/api/stats/summary", refresh.value);
  const all = data?.Total;
  if (!all) return null;
  if (all.StartTime === null || all.EndTime === null) {
    return (
      <p>
        The store is empty. <a href={link("captures")}>Start a capture</a>, or import a file: <code>Import-NetCapture FILE</code>
      </p>
    );
  }
  return filters.value.size > 0 ? (
    <p>
      Nothing in this time matches the filters.{" "}
      <a href={link("", Object.fromEntries([...filters.value.keys()].map(name => [name, null])))}>Remove them</a>
    </p>
  ) : (
    <p>
      The store has traffic from {time(all.StartTime)} to {time(all.EndTime)}:{" "}
      <a href={link("", { last: "all", since: null, until: null })}>show all of it</a>
    </p>
  );
}

function Rankings() {
  const sources = useRanking("SourceAddress", 8),
    destinations = useRanking("DestinationAddress", 8),
    pairs = useRanking("Conversation", 8);
  const addresses = [sources, destinations, pairs].flatMap(answer => answer.data?.Items ?? []);
  const known = useKnown(
    addresses
      .flatMap(item => (item.By === "Conversation" ? [item.Address, item.PeerAddress] : [item.Name]))
      .filter(name => name !== "(none)"),
  );
  return (
    <Knowing of={known}>
      <Panel id="sources" title="Top sources">
        <States answer={sources} isEmpty={data => data.Items?.length === 0}>
          {data => <RankingTable title="Top sources" head="Originator" items={data.Items ?? []} href={addressLink} name={addressName} />}
        </States>
      </Panel>
      <Panel id="destinations" title="Top destinations">
        <States answer={destinations} isEmpty={data => data.Items?.length === 0}>
          {data => (
            <RankingTable title="Top destinations" head="Responder" items={data.Items ?? []} href={addressLink} name={addressName} />
          )}
        </States>
      </Panel>
      <Panel id="conversations" title="Conversations">
        <States answer={pairs} isEmpty={data => data.Items?.length === 0}>
          {data => (
            <RankingTable
              title="Conversations"
              head="Addresses"
              items={data.Items ?? []}
              href={item => (item.Address === null ? null : link("flows", { address: item.Address, peerAddress: item.PeerAddress }))}
              name={item =>
                item.Address === null || item.PeerAddress === null ? (
                  item.Name
                ) : (
                  <>
                    <AddressName address={item.Address} /> ↔ <AddressName address={item.PeerAddress} />
                  </>
                )
              }
            />
          )}
        </States>
      </Panel>
    </Knowing>
  );
}

const addressLink = (item: { Name: string }) => (item.Name === "(none)" ? null : link("flows", { address: item.Name }));
const addressName = (item: { Name: string }) => (item.Name === "(none)" ? "without IP" : <AddressName address={item.Name} />);

function Places() {
  const answer = useRanking("Country", 250);
  return (
    <Panel id="map" title="World" wide>
      <States
        answer={answer}
        isEmpty={data => (data.Items ?? []).every(item => item.Country === null)}
        empty="None of the addresses in this time has a country: private addresses have none."
      >
        {data => {
          const known = (data.Items ?? []).filter(item => item.Country !== null);
          return (
            <div class="places">
              <Suspense fallback={<p class="nothing waiting">Loading …</p>}>
                <WorldMap items={known} />
              </Suspense>
              <RankingTable
                title="Countries"
                head="Country"
                items={known.slice(0, 8)}
                href={item => link("flows", { country: item.Name })}
              />
            </div>
          );
        }}
      </States>
    </Panel>
  );
}

function SuspiciousPanel() {
  const answer = useAnswer<Suspicious[]>(
    ask("/api/enrichment/suspicious", { top: 6 }),
    refresh.value === null ? null : Math.max(10, refresh.value),
  );
  return (
    <Panel id="suspicious" title="Suspicious addresses" actions={<a href={link("suspicious")}>All</a>}>
      <States
        answer={answer}
        isEmpty={data => data.length === 0}
        empty="None in this time, as far as blocklists and providers that were asked know."
      >
        {data => <SuspiciousTable rows={data} short />}
      </States>
    </Panel>
  );
}

export function Overview() {
  const total = useAnswer<Summary>(ask("/api/stats/summary"), refresh.value);
  const status = useAnswer<Status>("/api/status", 5);
  const empty = total.data?.Total?.Packets === 0;
  const running = (status.data?.Captures ?? []).filter(capture => capture.Kind === "Live");
  return (
    <>
      <Tiles total={total.data} status={status.data} />
      {total.error && <States answer={total}>{() => null}</States>}
      {total.data?.Total?.Incomplete && (
        <p class="trouble" role="alert">
          Files of the store are damaged, and their traffic is missing here: Get-TrafficSummary warns of them by name.
        </p>
      )}
      {running.length > 0 && history.value.length > 1 && filters.value.size === 0 && (
        <Panel id="now" title="Now" wide>
          <Graph
            label={`Bits a second over the last minutes, now ${bits(live.value?.BitsPerSecond ?? 0)}`}
            height={120}
            format={bits}
            from={Date.now() / 1000 - 300}
            to={Date.now() / 1000}
            times={history.value.map(point => point.time)}
            series={[{ name: "All captures", values: history.value.map(point => point.bits) }]}
          />
        </Panel>
      )}
      {empty ? (
        <div class="panel wide">
          <Nothing>No traffic in this time.</Nothing>
          <Elsewhere />
        </div>
      ) : (
        <div class="panels" key={place.value.view}>
          <Throughput whole={total} />
          <Ranking id="protocols" title="Protocols" by="Protocol" head="Protocol" href={item => link("flows", { protocol: item.Name })} />
          <Ranking
            id="applications"
            title="Applications"
            by="Application"
            head="Application"
            href={item => link("flows", { application: item.Name })}
          />
          <Rankings />
          <SuspiciousPanel />
          <Places />
        </div>
      )}
      <Panel id="captures" title="Captures" wide actions={<a href={link("captures")}>All, and start one</a>}>
        <States answer={status} isEmpty={data => data.Captures.length === 0} empty="None runs.">
          {data => <CaptureCards captures={data.Captures} again={status.again} />}
        </States>
      </Panel>
    </>
  );
}
