// What a panel shows when there is nothing to show: it waits, there is nothing, or something is wrong.
import type { ComponentChildren } from "preact";
import type { Answer } from "../api";
import type { Problem } from "../records";

export function Trouble({ problem, again }: { problem: Problem; again?: () => void }) {
  return (
    <div class="trouble" role="alert">
      <strong>{problem.detail ?? problem.title}</strong>
      <span>{problem.nextMove}</span>
      {again && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Nothing({ children }: { children: ComponentChildren }) {
  return <p class="nothing">{children}</p>;
}

interface StatesProps<T> {
  answer: Answer<T>;
  isEmpty?: (data: T) => boolean;
  empty?: ComponentChildren;
  children: (data: T) => ComponentChildren;
}

/** An answer, or why there is none. What was shown before stays while it is asked again, and an error stands above it. */
export function States<T>({ answer, isEmpty, empty, children }: StatesProps<T>) {
  const { data, error, loading } = answer;
  return (
    <div aria-busy={loading} class={loading && data !== null ? "stale" : undefined}>
      {error && <Trouble problem={error} again={answer.again} />}
      {data === null ? (
        !error && <p class="nothing waiting">Loading …</p>
      ) : isEmpty?.(data) ? (
        <Nothing>{empty ?? "No traffic in this time."}</Nothing>
      ) : (
        children(data)
      )}
    </div>
  );
}

export function Panel({
  title,
  id,
  children,
  actions,
  wide,
}: {
  title: string;
  id: string;
  children: ComponentChildren;
  actions?: ComponentChildren;
  wide?: boolean;
}) {
  return (
    <section class={`panel${wide ? " wide" : ""}`} aria-labelledby={`${id}-title`} id={id}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}
