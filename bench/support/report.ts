import { type Machine, thisMachine } from "./machine.ts";

/** One line of a bench's table: what was measured, and its figures by name. */
export interface Row {
  readonly what: string;
  readonly figures: Readonly<Record<string, number | string>>;
}

const width = (cells: readonly string[]): number => Math.max(...cells.map((cell) => cell.length));

const table = (rows: readonly Row[]): string => {
  const names = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))];
  const columns = [
    ["", ...rows.map(({ what }) => what)],
    ...names.map((name) => [name, ...rows.map(({ figures }) => String(figures[name] ?? ""))]),
  ];
  return ["", ...rows]
    .map((_, line) =>
      columns
        .map((cells, at) => (at === 0 ? (cells[line] ?? "").padEnd(width(cells)) : (cells[line] ?? "").padStart(width(cells))))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
};

/** Prints what a bench found: heading, table, whether the goal was met, and one JSON line, or that line alone where BENCH_JSON is 1. A missed goal becomes exit status 1. */
export const report = (
  bench: string,
  rows: readonly Row[],
  goal: { readonly words: string; readonly met: boolean },
  machine: Machine = thisMachine(),
): void => {
  const document = JSON.stringify({ schema: "seaworthy/bench@1", bench, goal, rows, machine });
  if (!goal.met) process.exitCode = 1;
  if (process.env["BENCH_JSON"] === "1") {
    console.log(document);
    return;
  }
  const { date, commit, cpu, processors, memoryGib, system, node, engine, load } = machine;
  console.log(`${bench}, ${date}, commit ${commit}`);
  console.log(
    `${cpu}, ${processors} processors, ${memoryGib} GiB; ${system}; Node ${node}${engine === undefined ? "" : `; Docker Engine ${engine}`}; load ${load} before\n`,
  );
  console.log(table(rows));
  console.log(`\n${goal.met ? "met" : "MISSED"}: ${goal.words}`);
  console.log(document);
};
