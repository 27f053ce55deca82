// Downloads of what a view shows.
import { useState } from "preact/hooks";
import { ApiError, download } from "../api";
import { ask, filters } from "../place";
import type { Problem } from "../records";
import { Trouble } from "./States";

// Packets do not tell what is known of their addresses.
const notOfPackets = ["country", "asNumber", "suspicious"];

export function Downloads() {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState("");
  const start = async (format: string) => {
    setProblem(null);
    setBusy(format);
    try {
      await download(ask(`/api/data/export/${format}`));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.problem);
    } finally {
      setBusy("");
    }
  };
  const hindering = notOfPackets.find(name => filters.value.has(name));
  return (
    <div class="downloads" role="group" aria-label="Downloads">
      {(["csv", "json", "parquet"] as const).map(format => (
        <button type="button" key={format} disabled={busy !== ""} onClick={() => void start(format)}>
          {format.toUpperCase()}
        </button>
      ))}
      <button
        type="button"
        disabled={busy !== "" || hindering !== undefined}
        onClick={() => void start("pcap")}
        title={
          hindering
            ? "Packets do not tell countries, networks or suspicion: remove that filter."
            : "The packets that rings of captures still have"
        }
      >
        PCAP
      </button>
      {problem && <Trouble problem={problem} />}
    </div>
  );
}
