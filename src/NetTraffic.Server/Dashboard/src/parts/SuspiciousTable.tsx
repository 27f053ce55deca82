// Suspicious addresses, most suspicious first, with why.
import { bytes, count, countryOf, flag, time } from "../format";
import { link } from "../place";
import type { Suspicious } from "../records";
import { Table } from "./Table";
import type { Column } from "./Table";

const name = (row: Suspicious) => (
  <a class="row" href={link("flows", { address: row.Address })}>
    <span class="address">
      {row.Country && (
        <span class="flag" role="img" aria-label={row.Country}>
          {flag(countryOf(row.Country)?.code)}
        </span>
      )}
      <span class="mono">{row.Address}</span>
      {row.HostName && <small>{row.HostName}</small>}
    </span>
  </a>
);

const columns: (Column<Suspicious> & { isLong?: boolean })[] = [
  { head: "Address", cell: name },
  { head: "Score", class: "number", cell: row => <span class="mark">⚠ {row.SuspicionScore}</span> },
  { head: "Why", cell: row => row.SuspicionReasons.join(", ") },
  { head: "Organization", isLong: true, cell: row => row.Organization },
  { head: "Flows", class: "number", isLong: true, cell: row => count(row.Flows) },
  { head: "Bytes", class: "number", cell: row => bytes(row.Bytes) },
  { head: "Last seen", isLong: true, cell: row => time(row.EndTime) },
];

export function SuspiciousTable({ rows, short = false }: { rows: Suspicious[]; short?: boolean }) {
  return (
    <Table
      caption="Suspicious addresses, most suspicious first"
      columns={columns.filter(column => !short || !column.isLong)}
      rows={rows}
      keyOf={row => row.Address}
    />
  );
}
