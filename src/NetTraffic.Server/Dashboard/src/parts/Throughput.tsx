// The graph of the range: what the traffic was made of, and a brush that picks a part of it.
import { useMemo, useState } from "preact/hooks";
import { useAnswer } from "../api";
import type { Answer } from "../api";
import { bits, packetRate } from "../format";
import { ask, goToRange, range, refresh, seconds } from "../place";
import type { Item, Summary, Total } from "../records";
import { Graph } from "./Graph";
import type { Series } from "./Graph";
import { Panel, States } from "./States";

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400, 604800, 2592000];
const mostPoints = 180,
  top = 6;
// Keys that each packet has one of: what counts on either side, as countries do, would not add up to the whole.
const keys = ["Protocol", "Application", "Interface", "Sensor"];

/** The ends of the present range, seconds since 1970. */
function ends(total: Total | null): [number, number] | null {
  const { last, since, until } = range.value,
    now = Date.now() / 1000;
  if (last !== null) return [now - (seconds(last) ?? 3600), now];
  const start = since !== null ? since / 1000 : total?.StartTime ? Date.parse(total.StartTime) / 1000 : null;
  const end = until !== null ? until / 1000 : since !== null ? now : total?.EndTime ? Date.parse(total.EndTime) / 1000 : null;
  return start === null || end === null ? null : [start, Math.max(end, start + 1)];
}

/** Series of the largest keys, and the rest as one, so that the whole is the whole. */
function layers(all: Item[], parts: Item[], step: number, rate: (item: Item) => number): { times: number[]; series: Series[] } {
  const times = [...new Set(all.map(item => Date.parse(item.Time!) / 1000))].sort((a, b) => a - b);
  const at = new Map(times.map((time, i) => [time, i]));
  const byName = new Map<string, { sum: number; values: number[] }>();
  const rest = new Array<number>(times.length).fill(0);
  for (const item of all) rest[at.get(Date.parse(item.Time!) / 1000)!]! += rate(item);
  for (const item of parts) {
    const i = at.get(Date.parse(item.Time!) / 1000);
    if (i === undefined) continue;
    const one = byName.get(item.Name) ?? { sum: 0, values: new Array<number>(times.length).fill(0) };
    byName.set(item.Name, one);
    one.values[i] = rate(item);
    one.sum += rate(item);
    rest[i]! -= rate(item);
  }
  const series = [...byName].sort((a, b) => b[1].sum - a[1].sum).map(([name, one]) => ({ name, values: one.values }));
  // The two questions are asked a moment apart: less than a thousandth is no other traffic.
  if (all.some(item => rest[at.get(Date.parse(item.Time!) / 1000)!]! > rate(item) / 1000)) {
    series.push({ name: "others", values: rest.map(value => Math.max(0, value)) });
  }
  // The last step has an end too.
  if (times.length > 0) times.push(times.at(-1)! + step);
  for (const one of series) one.values.push(one.values.at(-1)!);
  return { times, series };
}

export function Throughput({ whole }: { whole: Answer<Summary> }) {
  const [by, setBy] = useState("Protocol");
  const [unit, setUnit] = useState<"bits" | "packets">("bits");
  const found = ends(whole.data?.Total ?? null);
  const step = found === null ? null : (steps.find(one => (found[1] - found[0]) / one <= mostPoints) ?? steps.at(-1)!);
  const all = useAnswer<Summary>(step === null ? null : ask("/api/stats/summary", { interval: `${step}s` }), refresh.value);
  const parts = useAnswer<Summary>(step === null ? null : ask("/api/stats/summary", { by, top, interval: `${step}s` }), refresh.value);
  // One graph of both answers: it is shown when both are there.
  const both: Answer<Summary> = {
    data: parts.data && all.data,
    error: all.error ?? parts.error,
    loading: all.loading || parts.loading,
    again: () => {
      all.again();
      parts.again();
    },
  };
  const format = unit === "bits" ? bits : packetRate;
  const graph = useMemo(
    () =>
      layers(all.data?.Items ?? [], parts.data?.Items ?? [], step ?? 1, item =>
        unit === "bits" ? item.BitsPerSecond : item.PacketsPerSecond,
      ),
    [all.data, parts.data, unit, step],
  );
  return (
    <Panel
      id="throughput"
      title="Throughput"
      wide
      actions={
        <>
          <label>
            by{" "}
            <select value={by} onChange={event => setBy(event.currentTarget.value)}>
              {keys.map(key => (
                <option key={key} value={key}>
                  {key}
                </option>
              ))}
            </select>
          </label>
          <label>
            in{" "}
            <select value={unit} onChange={event => setUnit(event.currentTarget.value as "bits" | "packets")}>
              <option value="bits">bits</option>
              <option value="packets">packets</option>
            </select>
          </label>
        </>
      }
    >
      <States answer={step === null ? whole : both} isEmpty={data => data.Items?.length === 0 || step === null}>
        {() => (
          <>
            <Graph
              times={graph.times}
              series={graph.series}
              format={format}
              from={found?.[0]}
              to={found?.[1]}
              label={`Traffic over time by ${by.toLowerCase()}: ${graph.series.map(one => one.name).join(", ")}; the tables have the numbers`}
              onPick={(from, to) => goToRange(from * 1000, to * 1000)}
            />
            <p class="hint">Drag over the graph to look at a part of it. {all.data?.HasGaps && "Times without traffic are left out."}</p>
          </>
        )}
      </States>
    </Panel>
  );
}
