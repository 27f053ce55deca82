// Asks the API. Every error is a Problem: what is wrong, and what to do.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { Problem, Session } from "./records";

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
  }
}

/** Who this browser is to the server; null until it said so. */
export const session = signal<Session | null>(null);

const lost: Problem = {
  status: 0,
  id: "Unreachable",
  title: "The server does not answer.",
  detail: "The server does not answer.",
  nextMove: "Get-NetTrafficServer tells whether it runs. This page asks again by itself.",
};

async function problemOf(answer: Response): Promise<Problem> {
  try {
    return (await answer.json()) as Problem;
  } catch {
    return { status: answer.status, id: "Unreadable", title: `The server answered ${answer.status}.`, nextMove: "Look into its log." };
  }
}

async function send(path: string, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { ...init, credentials: "same-origin" });
  } catch (error) {
    throw init.signal?.aborted ? error : new ApiError(lost);
  }
  if (!answer.ok) {
    const problem = await problemOf(answer);
    if (problem.id === "NoKey" && path !== "/api/session") void readSession();
    throw new ApiError(problem);
  }
  return answer;
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await send(path, { signal: signal ?? null })).json()) as T;
}

export async function post<T>(path: string, body: unknown): Promise<T> {
  return (await (
    await send(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })
  ).json()) as T;
}

/** Asks the server who this browser is. */
export async function readSession(): Promise<void> {
  session.value = await get<Session>("/api/session");
}

export async function logIn(key: string): Promise<void> {
  session.value = await post<Session>("/api/session", { Key: key });
}

export async function logOut(): Promise<void> {
  await send("/api/session", { method: "DELETE" });
  await readSession();
}

/** Whether this browser may change something. */
export function mayControl(): boolean {
  return session.value !== null && (!session.value.NeedsKey || session.value.Role === "Control");
}

/** Starts a download; what is wrong with it is thrown, where following a link would leave the page. */
export async function download(path: string): Promise<void> {
  const stop = new AbortController();
  await send(path, { signal: stop.signal });
  stop.abort();
  const link = document.createElement("a");
  link.href = path;
  link.download = "";
  link.click();
}

export interface Answer<T> {
  data: T | null;
  error: Problem | null;
  loading: boolean;
  again: () => void;
}

/**
 * The answer to a question, asked again every so many seconds while the page is looked at. A new question keeps the old answer until it is
 * there, marked as loading.
 */
export function useAnswer<T>(path: string | null, every: number | null = null): Answer<T> {
  const [state, setState] = useState<{ path: string | null; data: T | null; error: Problem | null }>({
    path: null,
    data: null,
    error: null,
  });
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (path === null) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      clearTimeout(timer);
      let wait = every;
      try {
        const data = await get<T>(path, stop.signal);
        setState({ path, data, error: null });
      } catch (error) {
        if (stop.signal.aborted) return;
        const problem = error instanceof ApiError ? error.problem : { ...lost, detail: String(error) };
        setState(before => ({ path, data: before.path === path ? before.data : null, error: problem }));
        // What is no fault of the question will pass.
        if (problem.status === 0 || problem.status === 429 || problem.status >= 500) wait = Math.min(5, every ?? 5);
      }
      if (wait !== null && !document.hidden && !stop.signal.aborted) timer = setTimeout(() => void ask(), wait * 1000);
    };
    const seen = () => {
      if (!document.hidden && every !== null) void ask();
    };
    void ask();
    document.addEventListener("visibilitychange", seen);
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [path, every, round]);
  return {
    data: state.data,
    error: state.path === path ? state.error : null,
    loading: path !== null && state.path !== path,
    again: () => setRound(round + 1),
  };
}
