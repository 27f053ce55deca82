// The range of time and the filters of all views.
import { useRef, useState } from "preact/hooks";
import { time } from "../format";
import { filterNames, filters, goToRange, isCustom, link, place, range, seconds } from "../place";

const lasts = ["5m", "15m", "1h", "6h", "24h", "7d", "30d", "all"];
const names: Record<string, string> = { all: "All" };

/** What <input type="datetime-local"> wants: the browser's zone, without it. */
function localText(ms: number | null): string {
  if (ms === null) return "";
  const date = new Date(ms);
  return new Date(ms - date.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
}

export function RangePicker() {
  const { last, since, until } = range.value;
  const custom = isCustom(place.value.query);
  const [open, setOpen] = useState(false);
  const [problem, setProblem] = useState("");
  const from = useRef<HTMLInputElement>(null),
    to = useRef<HTMLInputElement>(null);
  const view = place.value.view;
  const pick = (event: Event) => {
    event.preventDefault();
    const start = Date.parse(from.current!.value),
      end = Date.parse(to.current!.value);
    if (!(start < end)) {
      setProblem("The beginning must lie before the end.");
      return;
    }
    setProblem("");
    setOpen(false);
    goToRange(start, end);
  };
  const end = until ?? Date.now();
  // No range begins before 1970.
  const span = Math.min(end, last !== null ? (seconds(last) ?? 3600) * 1000 : custom ? end - (since ?? 0) : 0);
  const longer = () => {
    const to = Math.min(Date.now(), end + span / 2);
    goToRange(Math.max(0, to - 2 * span), to);
  };
  return (
    <div class="picker" role="group" aria-label="Range of time">
      {lasts.map(one => (
        <a
          key={one}
          href={link(view, { last: one, since: null, until: null })}
          aria-current={!custom && (last ?? "all") === one ? "true" : undefined}
        >
          {names[one] ?? one}
        </a>
      ))}
      <button type="button" aria-expanded={open} class={custom ? "current" : undefined} onClick={() => setOpen(!open)}>
        {custom ? `${since === null ? "…" : time(since)} – ${until === null ? "now" : time(until)}` : "From – to"}
      </button>
      {span > 0 && (
        <>
          <button
            type="button"
            title="Earlier ([)"
            aria-label="Earlier"
            data-key="["
            disabled={end <= span}
            onClick={() => goToRange(Math.max(0, end - 2 * span), end - span)}
          >
            ‹
          </button>
          <button type="button" title="Twice as long (-)" aria-label="Twice as long" data-key="-" onClick={longer}>
            −
          </button>
          <button type="button" title="Later (])" aria-label="Later" data-key="]" onClick={() => goToRange(end, end + span)}>
            ›
          </button>
        </>
      )}
      {open && (
        <form class="custom" onSubmit={pick}>
          <label>
            From <input type="datetime-local" step="1" required ref={from} value={localText(since ?? end - span)} />
          </label>
          <label>
            To <input type="datetime-local" step="1" required ref={to} value={localText(end)} />
          </label>
          <button type="submit">Show</button>
          {problem && <span role="alert">{problem}</span>}
        </form>
      )}
    </div>
  );
}

export function Filters() {
  const [kind, setKind] = useState("address");
  const value = useRef<HTMLInputElement>(null);
  const view = place.value.view;
  const set = [...filters.value];
  const add = (event: Event) => {
    event.preventDefault();
    const text = value.current!.value.trim();
    if (text === "" && kind !== "suspicious") return;
    value.current!.value = "";
    location.hash = link(view, { [kind]: kind === "suspicious" ? "true" : text });
  };
  return (
    <form class="filters" onSubmit={add} role="search" aria-label="Filters">
      {set.map(([name, text]) => (
        <span class="chip" key={name + text}>
          {filterNames[name]}
          {name !== "suspicious" && (
            <>
              : <b>{text}</b>
            </>
          )}
          <a href={link(view, { [name]: null })} aria-label={`Remove filter ${filterNames[name]} ${text}`}>
            ×
          </a>
        </span>
      ))}
      <select aria-label="Filter by" value={kind} onChange={event => setKind(event.currentTarget.value)}>
        {Object.entries(filterNames).map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
      {kind !== "suspicious" && (
        <input ref={value} aria-label={`Value for ${filterNames[kind]}`} placeholder={examples[kind]} data-key="/" />
      )}
      <button type="submit">Add filter</button>
      {set.length > 0 && (
        <a class="button" href={link(view, Object.fromEntries(Object.keys(filterNames).map(name => [name, null])))}>
          Clear
        </a>
      )}
    </form>
  );
}

const examples: Record<string, string> = {
  address: "10.0.0.0/8",
  peerAddress: "192.0.2.1",
  port: "443",
  protocol: "udp",
  application: "https",
  country: "DE",
  asNumber: "AS15169",
  captureId: "",
  flowId: "",
  communityId: "1:…",
};
