// The largest by a key: each row with its share, and a link to what is behind it.
import type { ComponentChildren } from "preact";
import { useAnswer } from "../api";
import { bytes, count, percent } from "../format";
import { ask, refresh } from "../place";
import type { Item, Summary } from "../records";
import { Panel, States } from "./States";
import { Table } from "./Table";
import type { Column } from "./Table";

interface RankingProps {
  id: string;
  title: string;
  by: string;
  head: string;
  top?: number;
  href: (item: Item) => string | null;
  name?: (item: Item) => ComponentChildren;
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
  const label = (item: Item) => {
    const text = name?.(item) ?? item.Name;
    const target = href(item);
    return (
      <>
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
      </>
    );
  };
  const columns: Column<Item>[] = [
    { head, cell: label },
    { head: "Bytes", class: "number", cell: item => bytes(item.Bytes) },
    { head: "Share", class: "number", cell: item => percent(item.Percent) },
    { head: "Flows", class: "number flows", cell: item => count(item.Flows) },
  ];
  return <Table fits class="ranking" caption={`${title}, by bytes`} columns={columns} rows={items} keyOf={item => item.Name} />;
}
