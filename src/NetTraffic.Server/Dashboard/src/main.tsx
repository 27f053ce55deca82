// The dashboard: a bar with the views, the range of time and the filters; below it a view.
import { Component, render } from "preact";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError, logIn, logOut, readSession, session, useAnswer } from "./api";
import { bytes, duration } from "./format";
import { connected, listen } from "./live";
import { Filters, RangePicker } from "./parts/Picker";
import { Nothing, Trouble } from "./parts/States";
import { link, place } from "./place";
import type { Problem, Status } from "./records";
import { theme, turnTheme } from "./theme";
import { Captures } from "./views/Captures";
import { Flows } from "./views/Flows";
import { FlowView } from "./views/FlowView";
import { Overview } from "./views/Overview";
import { SuspiciousView } from "./views/SuspiciousView";
import "./style.css";

const views: Record<string, { title: string; view: () => preact.JSX.Element; inBar: boolean }> = {
  "": { title: "Overview", view: Overview, inBar: true },
  flows: { title: "Flows", view: Flows, inBar: true },
  captures: { title: "Captures", view: Captures, inBar: true },
  suspicious: { title: "Suspicious", view: SuspiciousView, inBar: true },
  flow: { title: "Flow", view: FlowView, inBar: false },
};

/** A key presses the control that names it (data-key), unless somebody is writing. */
function pressKeys(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return;
  const control = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key)}"]`);
  if (!control) return;
  event.preventDefault();
  if (control instanceof HTMLInputElement) control.focus();
  else control.click();
}

function Login() {
  const [problem, setProblem] = useState<Problem | null>(null);
  const enter = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      await logIn(String(new FormData(event.currentTarget as HTMLFormElement).get("key")));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.problem);
    }
  };
  return (
    <main class="login">
      <form class="panel" onSubmit={event => void enter(event)}>
        <h1>NetTraffic</h1>
        <p>
          This server has a key. Who set it (<code>Set-NetTrafficOption -ServerKey</code>) can give it to you.
        </p>
        <label>
          Key <input name="key" type="password" autocomplete="current-password" required />
        </label>
        <button type="submit" class="primary">
          Enter
        </button>
        {problem && <Trouble problem={problem} />}
      </form>
    </main>
  );
}

function Foot() {
  const { data } = useAnswer<Status>("/api/status", 30);
  return (
    <footer>
      {data && (
        <span>
          NetTraffic {data.Version} on {data.Sensor}, up {duration(data.Uptime)}; store {bytes(data.StoreBytes)}
          {data.DamagedFiles > 0 && <b class="bad">, {data.DamagedFiles} damaged files</b>}
        </span>
      )}
      <a href="/docs">API</a>
      <span class="keys">
        Keys: <kbd>/</kbd> filter, <kbd>[</kbd> <kbd>]</kbd> earlier, later, <kbd>-</kbd> longer, <kbd>t</kbd> theme
      </span>
    </footer>
  );
}

/** Keeps an error of a view in its place: the bar leads elsewhere. */
class ErrorBoundary extends Component<{ children: ComponentChildren }, { error: Error | null }> {
  state = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  render() {
    const problem = {
      status: 0,
      id: "Page",
      title: "This view cannot be shown.",
      nextMove: "Please report it, with the address of the page.",
    };
    return this.state.error === null ? (
      this.props.children
    ) : (
      <Trouble problem={{ ...problem, detail: `${problem.title} ${this.state.error}` }} />
    );
  }
}

function Page() {
  useEffect(listen, []);
  const now = views[place.value.view];
  const view =
    now?.view ??
    (() => (
      <Nothing>
        There is no such page. <a href="#/">Overview</a>
      </Nothing>
    ));
  const View = view;
  useEffect(() => {
    document.title = `${now?.title ?? "Not found"} · NetTraffic`;
  }, [now]);
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={event => {
          event.preventDefault();
          document.getElementById("main")!.focus();
        }}
      >
        To the content
      </a>
      <header>
        <div class="bar">
          <h1>
            <a href={link("")}>NetTraffic</a>
          </h1>
          <nav aria-label="Views">
            {Object.entries(views)
              .filter(([, one]) => one.inBar)
              .map(([name, one]) => (
                <a key={name} href={link(name, { flowId: null })} aria-current={place.value.view === name ? "page" : undefined}>
                  {one.title}
                </a>
              ))}
          </nav>
          <span class={`live${connected.value ? " on" : ""}`} role="status">
            {connected.value ? "live" : "not connected"}
          </span>
          <button
            type="button"
            data-key="t"
            onClick={turnTheme}
            aria-label={theme.value === "dark" ? "Light theme" : "Dark theme"}
            title="Theme (t)"
          >
            {theme.value === "dark" ? "☀" : "☾"}
          </button>
          {session.value?.NeedsKey && (
            <button type="button" onClick={() => void logOut()}>
              Log out
            </button>
          )}
        </div>
        <div class="tools">
          <RangePicker />
          <Filters />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <ErrorBoundary key={location.hash}>
          <View key={place.value.view} />
        </ErrorBoundary>
      </main>
      <Foot />
    </>
  );
}

function App() {
  const [problem, setProblem] = useState<Problem | null>(null);
  const ask = () => {
    setProblem(null);
    readSession().catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.problem);
    });
  };
  useEffect(ask, []);
  if (session.value === null)
    return problem ? (
      <main>
        <Trouble problem={problem} again={ask} />
      </main>
    ) : (
      <Nothing>Loading …</Nothing>
    );
  return session.value.NeedsKey && session.value.Role === null ? <Login /> : <Page />;
}

addEventListener("keydown", pressKeys);
render(<App />, document.getElementById("app")!);
