import { type Cataloger, MIB } from "../cataloger.ts";
import { graphOf } from "../graph.ts";
import type { Package } from "../package.ts";
import { askedByImporters } from "../pnpm-importers.ts";
import { npmName } from "./npm-installed.ts";

interface Entry {
  readonly section: string;
  readonly key: string;
  /** Said of what is not of a registry. */
  name?: string;
  version?: string;
  development?: true;
  readonly needs: (readonly [name: string, what: string])[];
}

const unquoted = (text: string): string => text.trim().replace(/^(['"])(.*)\1$/, "$2");

/** Entries of `packages`, and of `snapshots`, which since version 9 say what each needs. */
const entriesOf = (text: string): readonly Entry[] => {
  const entries: Entry[] = [];
  let section = "";
  let at: Entry | undefined;
  let inNeeds = false;
  for (const line of text.split(/\r?\n/)) {
    if (/^\S/.test(line)) {
      section = line.replace(/:.*$/, "");
      at = undefined;
    }
    if (section !== "packages" && section !== "snapshots") continue;
    // A long key stands behind a question mark.
    const key = /^ {2}(?:\? )?(?:'([^']+)'|"([^"]+)"|([^\s'":?][^\s]*?))(?::(?: \{\})?)?$/.exec(line);
    if (key !== null) {
      at = { section, key: key[1] ?? key[2] ?? key[3] ?? "", needs: [] };
      inNeeds = false;
      entries.push(at);
      continue;
    }
    const [, field, value = ""] = /^(?: {2}: | {4})(\w+):(?: (.*))?$/.exec(line) ?? [];
    if (field !== undefined && at !== undefined) {
      inNeeds = field === "dependencies" || field === "optionalDependencies";
      if (field === "name") at.name = unquoted(value);
      if (field === "version") at.version = unquoted(value);
      if (field === "dev" && value === "true") at.development = true;
    }
    const [, name, what] = (inNeeds ? /^ {6}('[^']+'|"[^"]+"|[^\s:'"]+): (.+)$/.exec(line) : undefined) ?? [];
    if (name !== undefined && what !== undefined) at?.needs.push([unquoted(name), unquoted(what)]);
  }
  return entries;
};

/** `/a/1.0.0_peer@2` (version 5), `/a@1.0.0(peer@2)` (6), `a@1.0.0(peer@2)` (9), with a registry's host in front of the first: name and version. */
const KEY = /^(?:(?:[^/@()]+\.[^/@()]+)?\/)?((?:@[^/@]+\/)?[^/@(]+)[@/](\d+\.\d+[^/_()@]*)(?:[(_/].*)?$/;

const nameAndVersion = ({ key, name, version }: Pick<Entry, "key" | "name" | "version">): readonly [string, string] | undefined => {
  const [, keyName, keyVersion] = KEY.exec(key) ?? [];
  // A tarball's or a repository's key is its address; since version 9 with the name in front.
  const [said, of] = [name ?? keyName ?? /^((?:@[^/@]+\/)?[^/@]+)@(?!link:)/.exec(key)?.[1], version ?? keyVersion];
  // A folder is nobody's package, an archive beside it is one; `runtime:` is Node itself, Deno or Bun.
  const isNone = /(?:^|@)(?:link|portal|runtime):|(?:^|@)file:(?!.*\.(?:tgz|tar\.gz)(?:$|\())/.test(key);
  return said === undefined || of === undefined || isNone ? undefined : [said, of];
};

/** What a name stands for: a version of it, or, for an alias, what a key would say. */
const keyOfVersion = ([of, what]: readonly [string, string]): string | undefined => {
  const target = /^\/?(?:@|[a-zA-Z].*@)|^\//.test(what) ? nameAndVersion({ key: what }) : ([of, what.replace(/[(_].*$/, "")] as const);
  return target === undefined ? undefined : `${target[0]}@${target[1]}`;
};

/** npm packages that pnpm has locked, in versions 5 to 9 of the file (pnpm.io/git#lockfiles). */
export const pnpmLock: Cataloger = {
  name: "pnpm-lock",
  scope: "declared",
  reads: "pnpm-lock.yaml",
  endings: ["yaml"],
  isMine: (path) => /(?:^|\/)pnpm-lock\.yaml$/.test(path),
  maxBytes: 32 * MIB,
  read: (content) => {
    const packages = new Map<string, Package>();
    const asked: (readonly [string, readonly [string, string]])[] = [];
    const text = content.toString("utf8");
    /** What is of no registry goes by its address where it is asked for. */
    const addresses = new Map<string, string>();
    const keyOf = (need: readonly [string, string]): string | undefined =>
      addresses.get(need[1]) ?? addresses.get(`${need[0]}@${need[1]}`) ?? keyOfVersion(need);
    for (const entry of entriesOf(text)) {
      const said = nameAndVersion(entry);
      const key = said?.join("@") ?? addresses.get(entry.key.replace(/\(.*$/, ""));
      if (key === undefined) continue;
      for (const need of entry.needs) asked.push([key, need]);
      if (said === undefined || entry.section !== "packages") continue;
      if (entry.version !== undefined) addresses.set(entry.key, key);
      const [name, version] = said;
      const before = packages.get(key);
      if (before === undefined || before.development === true)
        packages.set(key, {
          type: "npm",
          ...npmName(name),
          version,
          ...(entry.development === true ? { development: true } : {}),
          licenses: [],
        });
    }
    const needs = asked.map(([key, need]) => [key, keyOf(need)] as const);
    return graphOf(packages, needs, askedByImporters(text).map(keyOf));
  },
};
