/** One row of `show stat`: column name to its text. */
export type StatRow = Readonly<Record<string, string>>;

/** Reads HAProxy's CSV (management.txt 9.1). Fields that hold commas or quotes are quoted. */
export const parseStat = (csv: string): readonly StatRow[] => {
  const [head, ...lines] = csv.split("\n").filter((line) => line.trim() !== "");
  if (head === undefined || !head.startsWith("# ")) return [];
  const names = head.slice(2).split(",");
  return lines.map((line) => {
    const fields = splitFields(line);
    return Object.fromEntries(names.map((name, index) => [name, fields[index] ?? ""]));
  });
};

const splitFields = (line: string): readonly string[] => {
  const fields: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/y;
  while (pattern.lastIndex < line.length) {
    const match = pattern.exec(line);
    if (match === null) break;
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
  }
  return fields;
};

export const numberIn = (row: StatRow | undefined, column: string): number => Number(row?.[column] ?? 0) || 0;
