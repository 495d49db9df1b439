import { forTerminal } from "../../core/index.ts";

/** A longer cell runs on, and does not make every other row as long. */
const WIDEST = 100;

/** Columns as wide as their widest cell up to 100 characters, two spaces apart; the last one runs on. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const clean = rows.map((row) => row.map((cell) => forTerminal(cell).replaceAll("\n", " ")));
  const widths = clean.reduce<number[]>(
    (all, row) => row.map((cell, index) => Math.max(all[index] ?? 0, cell.length > WIDEST ? 0 : cell.length)),
    [],
  );
  return clean
    .map((row) =>
      row
        .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
};

/** `3 min ago`, for records. */
export const ago = (at: number, now: number): string => {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 90) return `${seconds} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} d ago`;
};
