// Captures: those that run, a form that starts one, and those that ended.
import { useEffect, useState } from "preact/hooks";
import { ApiError, mayControl, post, useAnswer } from "../api";
import { bytes, count, duration, time } from "../format";
import { link } from "../place";
import type { Capture, CaptureState, Interface, Problem } from "../records";
import { CaptureCards } from "../parts/CaptureCards";
import { Nothing, Panel, States, Trouble } from "../parts/States";
import { Table } from "../parts/Table";
import type { Column } from "../parts/Table";

export function Captures() {
  const running = useAnswer<Capture[]>("/api/captures?state=Running", 2);
  const [most, setMost] = useState(50);
  const newest = useAnswer<Capture[]>(`/api/captures?top=${most}`, 15);
  const ids = running.data?.map(capture => capture.CaptureId).join(" ");

  // One that ended stands below from then on.
  useEffect(newest.again, [ids]);
  return (
    <div class="panels">
      <Panel id="running" title="Running" wide>
        <States answer={running} isEmpty={data => data.length === 0} empty="None runs.">
          {data => <CaptureCards captures={data} again={running.again} />}
        </States>
      </Panel>
      {mayControl() && (
        <Panel id="start" title="Start a capture" wide>
          <StartForm again={running.again} />
        </Panel>
      )}
      <Panel id="past" title="Past captures and imports" wide>
        <States answer={newest} isEmpty={data => data.every(capture => capture.State === "Running")} empty="None yet.">
          {data => {
            const past = data.filter(capture => capture.State !== "Running");
            return (
              <>
                <Table
                  caption="Past captures and imports, newest first"
                  columns={columns}
                  rows={past}
                  keyOf={capture => capture.CaptureId}
                />
                {data.length === most && (
                  <button type="button" onClick={() => setMost(most * 2)}>
                    Older ones
                  </button>
                )}
              </>
            );
          }}
        </States>
      </Panel>
    </div>
  );
}

/** The flows of a capture. An import's traffic is of the time that its file is of. */
function flowsLink(capture: Capture): string {
  const since = Date.parse(capture.FirstPacketTime ?? capture.StartTime);
  const until = Date.parse(capture.LastPacketTime ?? capture.EndTime ?? capture.StartTime);
  return link("flows", { captureId: capture.CaptureId, last: null, since: Math.floor(since) - 1000, until: Math.ceil(until) + 1000 });
}

const lost = (capture: Capture) => capture.KernelDrops + capture.InterfaceDrops;
const ended: CaptureState[] = ["Completed", "Stopped"];

const columns: Column<Capture>[] = [
  {
    head: "Name",
    cell: capture => (
      <a class="row" href={flowsLink(capture)}>
        {capture.Name}
      </a>
    ),
  },
  { head: "Kind", cell: capture => capture.Kind },
  {
    head: "State",
    cell: capture => (
      <span class={ended.includes(capture.State) ? undefined : "bad"} title={capture.Message ?? undefined}>
        {capture.State}
      </span>
    ),
  },
  { head: "Start", cell: capture => time(capture.StartTime) },
  {
    head: "Time",
    class: "number",
    cell: capture => capture.EndTime && duration((Date.parse(capture.EndTime) - Date.parse(capture.StartTime)) / 1000),
  },
  { head: "Packets", class: "number", cell: capture => count(capture.Packets) },
  { head: "Bytes", class: "number", cell: capture => bytes(capture.Bytes) },
  { head: "Flows", class: "number", cell: capture => count(capture.Flows) },
  { head: "Dropped", class: "number", cell: capture => <span class={lost(capture) > 0 ? "bad" : undefined}>{count(lost(capture))}</span> },
  { head: "Sensor", cell: capture => capture.Sensor },
];

const ringSizes = [
  ["", "none"],
  ["104857600", "100 MB"],
  ["1073741824", "1 GB"],
  ["10737418240", "10 GB"],
] as const;

function StartForm({ again }: { again: () => void }) {
  const interfaces = useAnswer<Interface[]>("/api/interfaces");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    setProblem(null);
    setBusy(true);
    try {
      await post<Capture>("/api/capture/start", {
        Interface: form.getAll("interface"),
        ...(text("filter") && { Filter: text("filter") }),
        ...(text("name") && { Name: text("name") }),
        ...(text("duration") && { Duration: text("duration") }),
        ...(text("ring") && { PacketRing: Number(text("ring")) }),
        Promiscuous: form.has("promiscuous"),
        Enrich: form.has("enrich"),
      });
      again();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <States answer={interfaces}>
      {all => {
        const usable = all.filter(one => one.CanCapture);
        if (usable.length === 0) {
          return <Nothing>The server may not capture on any interface. {all.find(one => one.CaptureProblem)?.CaptureProblem}</Nothing>;
        }
        return (
          <form class="start" onSubmit={event => void start(event)}>
            <fieldset>
              <legend>Interfaces</legend>
              {all.map(one => (
                <label key={one.Name} title={one.CaptureProblem ?? one.Addresses.join(", ")} class={one.CanCapture ? undefined : "off"}>
                  <input
                    type="checkbox"
                    name="interface"
                    value={one.Name}
                    disabled={!one.CanCapture}
                    defaultChecked={one.IsDefault && one.CanCapture}
                  />
                  {one.Name}
                  {!one.IsUp && " (down)"} <small>{one.Addresses[0] ?? one.Description}</small>
                </label>
              ))}
            </fieldset>
            <label>
              Capture filter <input name="filter" placeholder="tcp port 443" />
            </label>
            <label>
              Ends after <input name="duration" placeholder="10m; empty: when stopped" />
            </label>
            <label>
              Keep packets{" "}
              <select name="ring">
                {ringSizes.map(([value, name]) => (
                  <option key={value} value={value}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
            <label>
              Name <input name="name" />
            </label>
            <label class="check">
              <input type="checkbox" name="promiscuous" /> Promiscuous: frames to others too
            </label>
            <label class="check">
              <input type="checkbox" name="enrich" /> Ask providers about new talkers
            </label>
            <button type="submit" class="primary" disabled={busy}>
              {busy ? "Starting …" : "Start"}
            </button>
            {problem && <Trouble problem={problem} />}
          </form>
        );
      }}
    </States>
  );
}
