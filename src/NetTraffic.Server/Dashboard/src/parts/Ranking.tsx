// The largest by a key: each row with its share, and a link to what is behind it.
import type { ComponentChildren } from "preact";
import { useAnswer } from "../api";
import { bytes, count, percent } from "../format";
import { ask, refresh } from "../place";
import type { Item, Summary } from "../records";
import { Panel, States } from "./States";

interface RankingProps {
  id: string;
  title: string;
  by: string;
  head: string;
  top?: number;
  href: (item: Item) => string | null;
  name?: (item: Item) => ComponentChildren;
  onItems?: (items: Item[]) => void;
}

export function useRanking(by: string, top: number) {
  return useAnswer<Summary>(ask("/api/stats/summary", { by, top }), refresh.value);
}

export function Ranking({ id, title, by, head, top = 8, href, name }: RankingProps) {
  const answer = useRanking(by, top);
  return (
    <Panel id={id} title={title}>
      <States answer={answer} isEmpty={data => data.Items?.length === 0}>
        {data => <RankingTable items={data.Items ?? []} head={head} title={title} href={href} name={name} />}
      </States>
    </Panel>
  );
}

export function RankingTable({
  items,
  head,
  title,
  href,
  name,
}: {
  items: Item[];
  head: string;
  title: string;
  href: (item: Item) => string | null;
  name?: ((item: Item) => ComponentChildren) | undefined;
}) {
  return (
    <table class="ranking">
      <caption class="hidden">{title}, by bytes</caption>
      <thead>
        <tr>
          <th scope="col">{head}</th>
          <th scope="col" class="number">
            Bytes
          </th>
          <th scope="col" class="number">
            Share
          </th>
          <th scope="col" class="number flows">
            Flows
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map(item => {
          const text = name?.(item) ?? item.Name,
            target = href(item);
          return (
            <tr key={item.Name}>
              <th scope="row">
                <svg class="share" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                  <rect width={item.Percent} height="1" />
                </svg>
                {target === null ? (
                  text
                ) : (
                  <a href={target} class="row">
                    {text}
                  </a>
                )}
              </th>
              <td class="number">{bytes(item.Bytes)}</td>
              <td class="number">{percent(item.Percent)}</td>
              <td class="number flows">{count(item.Flows)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
