// The flows behind a row: what is known of the address, totals, the flows in pages, downloads.
import { useEffect, useState } from "preact/hooks";
import { ApiError, get, mayControl, post, useAnswer } from "../api";
import { bytes, count, flag } from "../format";
import { ask, filters, refresh } from "../place";
import type { Flow, Job, Known, Page, Problem, Summary } from "../records";
import { Knowing, useKnown } from "../parts/Address";
import { Downloads } from "../parts/Downloads";
import { FlowTable } from "../parts/FlowTable";
import { Panel, States, Trouble } from "../parts/States";
import { Throughput } from "../parts/Throughput";

const pageSize = 100;

export function Flows() {
  const question = ask("/api/flows", { top: pageSize });
  const first = useAnswer<Page<Flow>>(question, refresh.value);
  const total = useAnswer<Summary>(ask("/api/stats/summary"), refresh.value);
  const [more, setMore] = useState<{ question: string; items: Flow[]; next: string | null } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [start, setStart] = useState<Page<Flow> | null>(null);
  const gone = more?.question === question ? more : null;
  useEffect(() => setProblem(null), [question]);
  // Pages hang together: who has gone on stays with the first page that they began with.
  const page = gone ? start : first.data;
  const flows = [...(page?.Items ?? []), ...(gone?.items ?? [])];
  const next = gone ? gone.next : (page?.Next ?? null);
  const known = useKnown(flows.slice(0, 2 * pageSize).flatMap(flow => [flow.SourceAddress, flow.DestinationAddress]));
  const addresses = filters.value.getAll("address");
  const load = async () => {
    try {
      const from = page!;
      const answer = await get<Page<Flow>>(ask("/api/flows", { top: pageSize, cursor: next! }));
      if (!gone) setStart(from);
      setMore({ question, items: [...(gone?.items ?? []), ...answer.Items], next: answer.Next });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.problem);
    }
  };
  const all = total.data?.Total;
  return (
    <div class="panels">
      {addresses.length === 1 && !addresses[0]!.includes("/") && !filters.value.has("peerAddress") && (
        <AboutAddress address={addresses[0]!} />
      )}
      <Throughput whole={total} />
      <Panel id="flows" title="Flows" wide actions={<Downloads />}>
        <p class="hint">{all && `${count(all.Flows)} flows, ${count(all.Packets)} packets, ${bytes(all.Bytes)}. Newest first.`}</p>
        <States
          answer={{ ...first, data: page ?? first.data }}
          isEmpty={data => data.Items.length === 0}
          empty="No flow in this time matches."
        >
          {() => (
            <Knowing of={known}>
              <FlowTable flows={flows} caption="Flows, newest first" />
            </Knowing>
          )}
        </States>
        {problem && <Trouble problem={problem} />}
        {next && flows.length > 0 && (
          <button type="button" onClick={() => void load()}>
            More flows
          </button>
        )}
      </Panel>
    </div>
  );
}

const isUnderWay = (job: Job) => job.State === "Waiting" || job.State === "Running";

function AboutAddress({ address }: { address: string }) {
  const answer = useAnswer<Known[]>(`/api/enrichment/geo?address=${encodeURIComponent(address)}`);
  const [job, setJob] = useState<Job | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const enrich = async () => {
    setProblem(null);
    try {
      let now = await post<Job>("/api/enrichment/trigger", { Address: [address] });
      setJob(now);
      while (isUnderWay(now)) {
        await new Promise(done => setTimeout(done, 500));
        now = await get<Job>(`/api/enrichment/jobs/${now.Id}`);
        setJob(now);
      }
      if (now.Problem) setProblem(now.Problem);
      answer.again();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.problem);
    }
  };
  const busy = job !== null && isUnderWay(job);
  return (
    <Panel
      id="about"
      title={address}
      wide
      actions={
        mayControl() && (
          <button type="button" disabled={busy} onClick={() => void enrich()}>
            {busy ? "Asking …" : "Ask providers"}
          </button>
        )
      }
    >
      <States answer={answer} isEmpty={data => data.length === 0} empty="Nothing is known of it.">
        {([known]) =>
          known && (
            <dl class="facts">
              <Fact name="Name" value={known.HostName} />
              <Fact name="Scope" value={known.Scope} />
              <Fact
                name="Place"
                value={[flag(known.CountryCode), [known.City, known.Region, known.Country].filter(part => part).join(", ")]
                  .join(" ")
                  .trim()}
              />
              <Fact
                name="Network"
                value={[known.AsNumber === null ? "" : `AS${known.AsNumber}`, known.AsName].filter(part => part).join(" ")}
              />
              <Fact name="Organization" value={known.Organization} />
              <Fact
                name="Suspicion"
                value={known.SuspicionScore === 0 ? "none known" : `${known.SuspicionScore}: ${known.SuspicionReasons.join(", ")}`}
              />
              <Fact name="Said by" value={known.Providers.join(", ")} />
              <Fact name="Missing" value={known.Missing.join("; ")} />
            </dl>
          )
        }
      </States>
      {problem && <Trouble problem={problem} />}
      {job?.Warnings.map(text => (
        <p class="bad" key={text}>
          {text}
        </p>
      ))}
    </Panel>
  );
}

export function Fact({ name, value }: { name: string; value: string | number | null | undefined }) {
  return value === null || value === undefined || value === "" ? null : (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
