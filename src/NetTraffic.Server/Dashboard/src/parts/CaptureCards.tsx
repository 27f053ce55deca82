// Running captures: what they do, what they lost, and a way to stop them.
import { useState } from "preact/hooks";
import { ApiError, mayControl, post } from "../api";
import { bits, bytes, count, duration, packetRate } from "../format";
import { live } from "../live";
import { link } from "../place";
import type { Capture, Problem } from "../records";
import { Trouble } from "./States";

export function StopButton({ capture, again }: { capture: Capture; again: () => void }) {
  const [state, setState] = useState<"ready" | "sure" | "busy">("ready");
  const [problem, setProblem] = useState<Problem | null>(null);
  if (capture.State !== "Running" || !mayControl()) return null;
  const stop = async () => {
    if (state === "ready") {
      setState("sure");
      return;
    }
    setState("busy");
    try {
      await post("/api/capture/stop", { CaptureId: capture.CaptureId });
      again();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.problem);
      setState("ready");
    }
  };
  return (
    <>
      <button
        type="button"
        class="danger"
        disabled={state === "busy"}
        onClick={() => void stop()}
        onBlur={() => setState(state === "sure" ? "ready" : state)}
      >
        {state === "ready" ? "Stop" : state === "sure" ? "Really stop?" : "Stopping …"}
      </button>
      {problem && <Trouble problem={problem} />}
    </>
  );
}

export function CaptureCards({ captures, again }: { captures: Capture[]; again: () => void }) {
  return (
    <ul class="cards">
      {captures.map(capture => {
        const now = live.value?.Captures.find(one => one.CaptureId === capture.CaptureId);
        const lost = now?.Dropped ?? capture.KernelDrops + capture.InterfaceDrops;
        const bad = Object.entries(capture.InterfaceStates).filter(([, state]) => state !== "Up");
        return (
          <li key={capture.CaptureId} class="card">
            <h3>
              <a href={link("flows", { captureId: capture.CaptureId })}>{capture.Name}</a>{" "}
              <small>
                {capture.Kind}, {capture.Interfaces.join(", ")}
              </small>
            </h3>
            <p>
              <b>{bits(now?.BitsPerSecond ?? capture.BitsPerSecond)}</b> {packetRate(now?.PacketsPerSecond ?? capture.PacketsPerSecond)}
            </p>
            <p>
              {count(now?.Packets ?? capture.Packets)} packets, {bytes(now?.Bytes ?? capture.Bytes)},{" "}
              {count(now?.ActiveFlows ?? capture.ActiveFlows)} active flows, for{" "}
              {duration((Date.now() - Date.parse(capture.StartTime)) / 1000)}
            </p>
            <p class={lost > 0 ? "bad" : undefined}>{lost > 0 ? `${count(lost)} packets dropped` : "nothing dropped"}</p>
            {bad.map(([name, state]) => (
              <p class="bad" key={name}>
                {name}: {state}
              </p>
            ))}
            {capture.Message && <p class="bad">{capture.Message}</p>}
            <StopButton capture={capture} again={again} />
          </li>
        );
      })}
    </ul>
  );
}
