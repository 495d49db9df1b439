import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "..", "..", "..", "shared", "corpora");

interface Line {
  readonly file_kind?: string;
  readonly content?: string;
}

/** The distinct texts of `../shared/corpora`, by the kind the corpora give them; undefined where there are no corpora. */
export const corporaTexts = (folder: string = FOLDER): ReadonlyMap<string, readonly string[]> | undefined => {
  if (!existsSync(folder)) return undefined;
  const byKind = new Map<string, Set<string>>();
  for (const name of globSync("*.jsonl", { cwd: folder }).toSorted())
    for (const line of readFileSync(join(folder, name), "utf8").split("\n")) {
      if (line.trim() === "") continue;
      const { file_kind: kind, content }: Line = JSON.parse(line);
      if (kind === undefined || content === undefined || content.trim() === "") continue;
      byKind.set(kind, (byKind.get(kind) ?? new Set()).add(content));
    }
  return new Map([...byKind].map(([kind, texts]) => [kind, [...texts]]));
};
