/** One row of `show stat`: column name to its text. */
export type StatRow = Readonly<Record<string, string>>;

/** RFC 4180, as HAProxy writes it: a field with a comma, a quote or a line end in it stands in quotes, a quote in it twice. */
const readRecords = (csv: string): readonly (readonly string[])[] => {
  const records: string[][] = [];
  let record: string[] = [];
  // Sticky: a quoted field or the plain text up to a comma or line end, then the separator.
  const field = /(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n|$)/y;
  while (field.lastIndex < csv.length) {
    const match = field.exec(csv);
    if (match === null) break;
    record.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === ",") continue;
    records.push(record);
    record = [];
  }
  if (record.length > 0) records.push(record);
  return records;
};

/** Reads HAProxy's CSV (management.txt 9.1). What is no such table, as an error message, has no rows. */
export const parseStat = (csv: string): readonly StatRow[] => {
  if (!csv.startsWith("# ")) return [];
  const [names, ...records] = readRecords(csv.slice(2)).filter((record) => record.some((text) => text.trim() !== ""));
  return records.map((record) => Object.fromEntries((names ?? []).map((name, index) => [name, record[index] ?? ""])));
};

export const numberIn = (row: StatRow | undefined, column: string): number => Number(row?.[column] ?? 0) || 0;
