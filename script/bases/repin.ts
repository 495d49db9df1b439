/**
 * `script/bases/repin DIR`: rewrites the FROM lines (and `COPY --from=` of other images) of every Dockerfile under DIR to base images that this engine resolves
 * with nothing running, and says each change. Names that set-up took from a hub stay as they are. DIR is a scratch copy: the repository's own files keep the
 * hub's names. A name with a digest gets a digest, a name without one keeps its tag, so that a check on pinning sees what the author wrote.
 */
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { engineId } from "./docker.ts";
import { localTag, readState, type State } from "./state.ts";

function cannot(message: string, code: number): never {
  console.error(`repin: ${message}`);
  process.exit(code);
}

function dockerfiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(.*\.)?Dockerfile(\..*)?$/.test(entry.name) && !/node_modules|\.git\//.test(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

export function repin(text: string, state: State): { text: string; changes: { from: string; to: string }[] } {
  const changes: { from: string; to: string }[] = [];
  const replaced = text.replace(
    /^(\s*FROM\s+(?:--platform=\S+\s+)?|\s*COPY\s+.*?--from=)(\S+)/gim,
    (line, before: string, from: string) => {
      const base = state.bases.find(
        (one) => one.source === "made" && (one.from.includes(from) || one.from.includes(from.split("@")[0] as string)),
      );
      if (!base) return line;
      const to = from.includes("@") ? base.pinned : localTag(base.repository, from);
      changes.push({ from, to });
      return before + to;
    },
  );
  return { text: replaced, changes };
}

if (import.meta.main) {
  const folder = process.argv[2];
  if (!folder || !statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    cannot("usage: script/bases/repin DIR (a scratch copy of an example)", 2);
  const engine = engineId() ?? cannot("no Docker Engine answers; run script/setup first", 7);
  const state = readState(engine) ?? cannot("this engine has no base images yet; run script/setup first", 7);
  for (const file of dockerfiles(folder)) {
    const { text, changes } = repin(readFileSync(file, "utf8"), state);
    if (changes.length > 0) writeFileSync(file, text);
    for (const { from, to } of changes) console.log(`re-pinned ${relative(folder, file) || basename(file)}: ${from} -> ${to}`);
  }
}
