/** Lines of unchanged text shown around a change. */
const CONTEXT = 3;

interface Line {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

/** The longest run of lines that stay, as a table of its length for each pair of ends; for texts of a few thousand lines. */
const lengths = (before: readonly string[], after: readonly string[]): readonly Uint32Array[] => {
  const table = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let a = before.length - 1; a >= 0; a -= 1)
    for (let b = after.length - 1; b >= 0; b -= 1) {
      const row = table[a];
      if (row === undefined) continue;
      row[b] = before[a] === after[b] ? (table[a + 1]?.[b + 1] ?? 0) + 1 : Math.max(table[a + 1]?.[b] ?? 0, row[b + 1] ?? 0);
    }
  return table;
};

const MAX_CELLS = 25_000_000;

const compare = (before: readonly string[], after: readonly string[]): readonly Line[] => {
  const signed = (lines: readonly string[], sign: Line["sign"]): readonly Line[] => lines.map((text) => ({ sign, text }));
  // Beyond that the whole stretch is shown as replaced.
  if (before.length * after.length > MAX_CELLS) return [...signed(before, "-"), ...signed(after, "+")];
  const table = lengths(before, after);
  const lines: Line[] = [];
  let [a, b] = [0, 0];
  while (a < before.length || b < after.length) {
    const [left, right] = [before[a], after[b]];
    if (left !== undefined && left === right) {
      lines.push({ sign: " ", text: left });
      [a, b] = [a + 1, b + 1];
    } else if (left !== undefined && (right === undefined || (table[a + 1]?.[b] ?? 0) >= (table[a]?.[b + 1] ?? 0))) {
      lines.push({ sign: "-", text: left });
      a += 1;
    } else {
      lines.push({ sign: "+", text: right ?? "" });
      b += 1;
    }
  }
  return lines;
};

/** A unified diff of one file, with three lines of context; empty when nothing differs. */
export const unifiedDiff = (path: string, before: string, after: string): string => {
  if (before === after) return "";
  const [old, now] = [before.split("\n"), after.split("\n")];
  let same = 0;
  while (same < Math.min(old.length, now.length) && old[same] === now[same]) same += 1;
  let tail = 0;
  while (tail < Math.min(old.length, now.length) - same && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const kept = (lines: readonly string[]): readonly Line[] => lines.map((text) => ({ sign: " ", text }));
  const lines = [
    ...kept(old.slice(0, same)),
    ...compare(old.slice(same, old.length - tail), now.slice(same, now.length - tail)),
    ...kept(tail === 0 ? [] : old.slice(-tail)),
  ];
  const shown = lines.map((_, index) => lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ sign }) => sign !== " "));
  const out = [`--- ${path}`, `+++ ${path}`];
  let [oldLine, newLine] = [1, 1];
  for (const [index, line] of lines.entries()) {
    if (shown[index] === true) {
      if (shown[index - 1] !== true) {
        const end = shown.indexOf(false, index);
        const hunk = lines.slice(index, end < 0 ? lines.length : end);
        const count = (sign: Line["sign"]): number => hunk.filter((one) => one.sign !== sign).length;
        out.push(`@@ -${oldLine},${count("+")} +${newLine},${count("-")} @@`);
      }
      out.push(`${line.sign}${line.text}`);
    }
    if (line.sign !== "+") oldLine += 1;
    if (line.sign !== "-") newLine += 1;
  }
  return `${out.join("\n")}\n`;
};
