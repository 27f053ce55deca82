// A table of rows: a column is a row of its caller's list. The first column names the row.
import type { ComponentChildren } from "preact";

export interface Column<T> {
  head: string;
  cell: (row: T) => ComponentChildren;
  /** "number" stands to the right. */
  class?: string;
}

interface TableProps<T> {
  /** What it is, for who does not see it. */
  caption: string;
  columns: Column<T>[];
  rows: T[];
  keyOf: (row: T, at: number) => string | number;
  class?: string;
  /** Whether it fits every screen; else it scrolls in its panel. */
  fits?: boolean;
}

export function Table<T>({ caption, columns: [first, ...others], rows, keyOf, class: kind, fits = false }: TableProps<T>) {
  const table = (
    <table class={kind}>
      <caption class="hidden">{caption}</caption>
      <thead>
        <tr>
          {[first!, ...others].map(column => (
            <th key={column.head} scope="col" class={column.class}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, at) => (
          <tr key={keyOf(row, at)}>
            <th scope="row" class={first!.class}>
              {first!.cell(row)}
            </th>
            {others.map(column => (
              <td key={column.head} class={column.class}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
  return fits ? (
    table
  ) : (
    <div class="scroll" tabIndex={0} role="group" aria-label={caption}>
      {table}
    </div>
  );
}
