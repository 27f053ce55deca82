// A graph over time: areas on top of each other, and a brush that picks a range.
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { time } from "../format";
import { theme } from "../theme";

/** Colours that differ in lightness too, for eyes that do not tell all hues apart (after Okabe and Ito). */
export const colours = ["#0ea5a4", "#e69f00", "#5b8def", "#cc79a7", "#8bc34a", "#d55e00", "#9b8cff", "#8a949e"];

export interface Series {
  name: string;
  values: (number | null)[];
}

interface GraphProps {
  label: string;
  /** Seconds since 1970. */
  times: number[];
  series: Series[];
  format: (value: number) => string;
  from?: number;
  to?: number;
  height?: number;
  onPick?: (from: number, to: number) => void;
}

/** Sums from below: the last series is the lowest. */
function stacked(series: Series[]): (number | null)[][] {
  const sums: (number | null)[][] = [];
  for (let i = series.length - 1; i >= 0; i--) {
    const below = sums[0];
    sums.unshift(series[i]!.values.map((value, at) => (value === null ? null : value + (below?.[at] ?? 0))));
  }
  return sums;
}

/** The largest sum that is seen. uPlot's own leaves out the step that begins before the range and reaches into it. */
function highest([times, whole]: uPlot.AlignedData, from: number): number {
  let most = 0;
  for (
    let at = Math.max(
      0,
      times.findLastIndex(time => time <= from),
    );
    at < times.length;
    at++
  )
    most = Math.max(most, whole?.[at] ?? 0);
  return most;
}

export function Graph({ label, format, height = 220, onPick, ...newest }: GraphProps) {
  const box = useRef<HTMLDivElement>(null);
  // While somebody drags, the graph stays as it is under their hand.
  const [dragging, setDragging] = useState(false);
  const drawn = useRef(newest);
  if (!dragging) drawn.current = newest;
  const { times, series, from, to } = drawn.current;
  const plot = useRef<uPlot | null>(null);
  const pick = useRef(onPick);
  const [at, setAt] = useState<number | null>(null);
  pick.current = onPick;
  const names = series.map(one => one.name).join("\n");
  const dark = theme.value === "dark";
  const ends = useRef<[number, number] | null>(null);
  ends.current = from !== undefined && to !== undefined ? [from, to] : null;

  useEffect(() => {
    const element = box.current!;
    const ink = getComputedStyle(element).getPropertyValue("--muted");
    const line = getComputedStyle(element).getPropertyValue("--line");
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: "11px system-ui" };
    const made = new uPlot(
      {
        width: element.clientWidth,
        height,
        legend: { show: false },
        padding: [8, 8, 0, 0],
        cursor: { drag: { x: pick.current !== undefined, y: false, setScale: false }, points: { show: false } },
        scales: {
          x: { time: true, range: (_, least, most) => ends.current ?? [least, most] },
          y: {
            range: made => {
              const most = highest(made.data, ends.current?.[0] ?? -Infinity);
              return [0, most > 0 ? most * 1.06 : 1];
            },
          },
        },
        axes: [
          {
            ...axis,
            space: 80, // a date's width, and some
            values: [
              [86400, "{YYYY}-{MM}-{DD}", null, null, null, null, null, null, 1],
              [60, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, "\n{YYYY}-{MM}-{DD}", null, null, null, 1],
              [1, "{HH}:{mm}:{ss}", "\n{YYYY}-{MM}-{DD}", null, "\n{YYYY}-{MM}-{DD}", null, null, null, 1],
              [0.001, "{ss}.{fff}", "\n{HH}:{mm}", null, null, null, "\n{HH}:{mm}", null, 1],
            ],
          },
          { ...axis, size: 78, values: (_, ticks) => ticks.map(format) },
        ],
        // Steps: a point is the rate of the whole time until the next.
        series: [
          {},
          ...(names === "" ? [] : names.split("\n")).map((name, i) => ({
            label: name,
            paths: uPlot.paths.stepped!({ align: 1 }),
            stroke: colours[i % colours.length]!,
            fill: `${colours[i % colours.length]!}${dark ? "b0" : "c8"}`,
            width: 1,
            points: { show: false },
          })),
        ],
        hooks: {
          setCursor: [({ cursor }) => setAt(cursor.idx ?? null)],
          setSelect: [
            ({ select, posToVal }) => {
              if (select.width > 4) pick.current?.(posToVal(select.left, "x"), posToVal(select.left + select.width, "x"));
              made.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            },
          ],
        },
      },
      undefined,
      element,
    );
    plot.current = made;
    const sizes = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      made.destroy();
    };
  }, [names, dark, height]);

  useEffect(() => {
    // The plot's own listener is the document's, and comes before this one.
    const end = () => setDragging(false);
    window.addEventListener("mouseup", end);
    return () => window.removeEventListener("mouseup", end);
  }, []);

  useEffect(() => {
    plot.current?.setData([times, ...stacked(series)] as uPlot.AlignedData);
  }, [names, dark, height, times, series, from, to]);

  const last = times.length - 1;
  const shown = at !== null && at <= last ? at : null;
  return (
    <figure class="graph">
      <div ref={box} role="img" aria-label={label} onMouseDown={() => setDragging(true)} />
      <figcaption>
        <span class="when">{shown === null ? "" : time(times[shown]! * 1000)}</span>
        {series.map((one, i) => (
          <span key={one.name}>
            <i class={`dot c${i % colours.length}`} />
            {one.name}
            {shown !== null && one.values[shown] !== null && <b> {format(one.values[shown] ?? 0)}</b>}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
