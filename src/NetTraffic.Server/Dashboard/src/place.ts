// Where the page is: a view, a range of time and filters, all in the address, so that every view is a link that can be shared.
import { computed, signal } from "@preact/signals";

export interface Place {
  view: string;
  query: URLSearchParams;
}

/** Filters of the API that views hand on, with the words people read. */
export const filterNames: Record<string, string> = {
  address: "Address",
  peerAddress: "Peer address",
  port: "Port",
  protocol: "Protocol",
  application: "Application",
  country: "Country",
  asNumber: "AS number",
  suspicious: "Suspicious",
  captureId: "Capture",
  flowId: "Flow",
  communityId: "Community ID",
};

const defaultLast = "1h";

function read(): Place {
  const [view = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
  return { view, query: new URLSearchParams(query) };
}

export const place = signal(read());
addEventListener("hashchange", () => {
  place.value = read();
});

/** What the present range asks for: "last", or "since" and "until"; all of time is neither. */
export interface Range {
  last: string | null;
  since: number | null;
  until: number | null;
}

export const range = computed<Range>(() => {
  const query = place.value.query;
  if (isCustom(query)) return { last: null, since: time(query.get("since")), until: time(query.get("until")) };
  const last = query.get("last") ?? defaultLast;
  return { last: last === "all" ? null : last, since: null, until: null };
});

/** Whether the address names times, whatever they are. */
export const isCustom = (query: URLSearchParams) => query.has("since") || query.has("until");

// The end of the year 9999: the API knows no later time, and JavaScript throws at a text of one that is later still.
const latest = 253402300799999;

/** Milliseconds since 1970, or a date in ISO 8601; null: neither. Date.parse alone would make a year of "-1". */
function time(text: string | null): number | null {
  if (text === null) return null;
  const ms = /^\d+$/.test(text) ? Number(text) : /^\d{4}-/.test(text) ? Date.parse(text) : NaN;
  return ms >= 0 && ms <= latest ? ms : null;
}

const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400 };

/** Seconds of a length of time such as "15m"; null: it is none. */
export function seconds(text: string | null): number | null {
  const found = /^(\d+)([smhd])$/.exec(text ?? "");
  return found ? Number(found[1]) * units[found[2]!]! : null;
}

/** The filters that are set, as parameters of the API. */
export const filters = computed(() => {
  const set = new URLSearchParams();
  for (const name of Object.keys(filterNames)) {
    for (const value of place.value.query.getAll(name)) set.append(name, value);
  }
  return set;
});

/** A question of the API with the present range and filters, and parameters of its own. */
export function ask(path: string, own: Record<string, string | number> = {}): string {
  const query = new URLSearchParams(filters.value);
  const { last, since, until } = range.value;
  if (last !== null) query.set("last", last);
  // What is no time is asked all the same: the API says what is wrong with it, where leaving it out would show another time's traffic.
  for (const [name, ms] of [
    ["since", since],
    ["until", until],
  ] as const) {
    const text = ms === null ? place.value.query.get(name) : String(ms);
    if (text !== null) query.set(name, text);
  }
  for (const [name, value] of Object.entries(own)) query.set(name, String(value));
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** A link to a view: the present range and filters, with changes; null takes something away. */
export function link(view: string, changes: Record<string, string | number | null> = {}): string {
  const query = new URLSearchParams();
  for (const name of ["last", "since", "until", ...Object.keys(filterNames)]) {
    for (const value of place.value.query.getAll(name)) query.append(name, value);
  }
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) query.delete(name);
    else query.set(name, String(value));
  }
  const text = query.toString();
  return `#/${view}${text === "" ? "" : `?${text}`}`;
}

/** Goes to a range of time, ms since 1970. */
export function goToRange(since: number, until: number): void {
  location.hash = link(place.value.view, { last: null, since: Math.floor(since), until: Math.ceil(until) });
}

/** How often what is shown is asked again, in seconds: no sooner than captures write, never for a range that is over. */
export const refresh = computed<number | null>(() => {
  const { last, since, until } = range.value;
  if (until !== null) return null;
  const span = last !== null ? (seconds(last) ?? 3600) : since !== null ? (Date.now() - since) / 1000 : Infinity;
  return span <= 3600 ? 5 : span <= 86400 ? 30 : 120;
});
