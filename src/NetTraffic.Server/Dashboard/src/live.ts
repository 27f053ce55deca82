// What happens now: the server's events, once a second, kept for the last minutes.
import { signal } from "@preact/signals";
import type { Live } from "./records";

const kept = 300;

export const live = signal<Live | null>(null);
export const connected = signal(false);

/** Seconds since 1970, bits a second, packets a second. */
export const history = signal<{ time: number; bits: number; packets: number }[]>([]);

/** Listens until told to stop. A lost connection comes back, and what was missed stays a gap. */
export function listen(): () => void {
  let source: EventSource, timer: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    source = new EventSource("/api/events");
    source.addEventListener("open", () => {
      connected.value = true;
    });
    source.addEventListener("error", () => {
      connected.value = false;

      // Browsers come back by themselves, but not from an answer that is an error.
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, 5000);
    });
    source.addEventListener("traffic", event => {
      const now = JSON.parse((event as MessageEvent<string>).data) as Live;
      live.value = now;
      const point = { time: Date.parse(now.Time) / 1000, bits: now.BitsPerSecond, packets: now.PacketsPerSecond };
      history.value = [...history.value.slice(1 - kept), point];
    });
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
    connected.value = false;
  };
}
