// All suspicious addresses of the range.
import { useAnswer } from "../api";
import { ask, refresh } from "../place";
import type { Suspicious } from "../records";
import { Panel, States } from "../parts/States";
import { SuspiciousTable } from "../parts/SuspiciousTable";

export function SuspiciousView() {
  const answer = useAnswer<Suspicious[]>(
    ask("/api/enrichment/suspicious", { top: 500 }),
    refresh.value === null ? null : Math.max(10, refresh.value),
  );
  return (
    <div class="panels">
      <Panel id="all-suspicious" title="Suspicious addresses" wide>
        <States
          answer={answer}
          isEmpty={data => data.length === 0}
          empty="None in this time, as far as blocklists (Import-IpBlocklist) and providers that were asked (Invoke-IpEnrichment) know."
        >
          {data => <SuspiciousTable rows={data} />}
        </States>
      </Panel>
    </div>
  );
}
