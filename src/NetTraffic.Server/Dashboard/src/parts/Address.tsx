// An address with its flag, its name and a mark where it is suspicious.
import { createContext } from "preact";
import { useContext, useMemo } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { useAnswer } from "../api";
import { flag } from "../format";
import { refresh } from "../place";
import type { Known } from "../records";

const none = new Map<string, Known>();
const Knowledge = createContext(none);

/** What the server knows of some addresses, for all below; nobody else is asked about them. */
export function useKnown(addresses: (string | null)[]): Map<string, Known> {
  const wanted = [...new Set(addresses.filter(address => address !== null && address !== ""))].sort().slice(0, 150);
  const path =
    wanted.length === 0
      ? null
      : `/api/enrichment/geo?top=${wanted.length}&address=${wanted.map(address => encodeURIComponent(address!)).join(",")}`;
  const { data } = useAnswer<Known[]>(path, refresh.value === null ? null : Math.max(30, refresh.value));
  return useMemo(() => (data === null ? none : new Map(data.map(one => [one.Address, one]))), [data]);
}

export function Knowing({ of, children }: { of: Map<string, Known>; children: ComponentChildren }) {
  return <Knowledge.Provider value={of}>{children}</Knowledge.Provider>;
}

/** What is known of an address, in a line for a tooltip. */
export function about(known: Known): string {
  const place = [known.City, known.Country].filter(part => part).join(", ");
  const network = [known.AsNumber === null ? null : `AS${known.AsNumber}`, known.Organization ?? known.AsName]
    .filter(part => part)
    .join(" ");
  const score = known.SuspicionScore > 0 ? `suspicion ${known.SuspicionScore}: ${known.SuspicionReasons.join(", ")}` : "";
  return [known.HostName, place, network, score, known.Scope === "Public" ? "" : known.Scope].filter(part => part).join(" · ");
}

export function AddressName({ address, port = null }: { address: string; port?: number | null }) {
  const known = useContext(Knowledge).get(address);
  const colon = address.includes(":");
  return (
    <span class="address" title={known && about(known)}>
      {known?.CountryCode && (
        <span class="flag" role="img" aria-label={known.Country ?? known.CountryCode}>
          {flag(known.CountryCode)}
        </span>
      )}
      <span class="mono">
        {colon && port !== null ? `[${address}]` : address}
        {port !== null && <span class="port">:{port}</span>}
      </span>
      {known?.HostName && <small>{known.HostName}</small>}
      {known && known.SuspicionScore > 0 && (
        <span class="mark" title={known.SuspicionReasons.join(", ")}>
          ⚠ {known.SuspicionScore}
        </span>
      )}
    </span>
  );
}
