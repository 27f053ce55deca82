// Suspicious addresses, most suspicious first, with why.
import { bytes, count, countryOf, flag, time } from "../format";
import { link } from "../place";
import type { Suspicious } from "../records";

export function SuspiciousTable({ rows, short = false }: { rows: Suspicious[]; short?: boolean }) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="Suspicious addresses">
      <table>
        <caption class="hidden">Suspicious addresses, most suspicious first</caption>
        <thead>
          <tr>
            <th scope="col">Address</th>
            <th scope="col" class="number">
              Score
            </th>
            <th scope="col">Why</th>
            {!short && (
              <>
                <th scope="col">Organization</th>
                <th scope="col" class="number">
                  Flows
                </th>
              </>
            )}
            <th scope="col" class="number">
              Bytes
            </th>
            {!short && <th scope="col">Last seen</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map(row => (
            <tr key={row.Address}>
              <th scope="row">
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
              </th>
              <td class="number">
                <span class="mark">⚠ {row.SuspicionScore}</span>
              </td>
              <td>{row.SuspicionReasons.join(", ")}</td>
              {!short && (
                <>
                  <td>{row.Organization}</td>
                  <td class="number">{count(row.Flows)}</td>
                </>
              )}
              <td class="number">{bytes(row.Bytes)}</td>
              {!short && <td>{time(row.EndTime)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
