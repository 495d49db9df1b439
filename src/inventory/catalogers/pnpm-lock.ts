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
  const [said, of] = [name ?? keyName ?? /^((?:@[^/@]+\/)?[^/@]+)@(?!file:|link:)/.exec(key)?.[1], version ?? keyVersion];
  return said === undefined || of === undefined || /(?:^|@)(?:file|link|portal):/.test(key) ? undefined : [said, of];
};

/** What a name stands for: a version of it, or, for an alias, what a key would say. */
const keyOf = ([of, what]: readonly [string, string]): string | undefined => {
  const target = /^\/?(?:@|[a-zA-Z].*@)|^\//.test(what) ? nameAndVersion({ key: what }) : ([of, what.replace(/[(_].*$/, "")] as const);
  return target === undefined ? undefined : `${target[0]}@${target[1]}`;
};

/** npm packages that pnpm has locked, in versions 5 to 9 of the file (pnpm.io/git#lockfiles). */
export const pnpmLock: Cataloger = {
  name: "pnpm-lock",
  scope: "declared",
  reads: "pnpm-lock.yaml",
  isMine: (path) => /(?:^|\/)pnpm-lock\.yaml$/.test(path),
  maxBytes: 32 * MIB,
  read: (content) => {
    const packages = new Map<string, Package>();
    const needs: (readonly [string, string | undefined])[] = [];
    const text = content.toString("utf8");
    for (const entry of entriesOf(text)) {
      const [name, version] = nameAndVersion(entry) ?? [];
      if (name === undefined || version === undefined) continue;
      const key = `${name}@${version}`;
      const before = packages.get(key);
      if (entry.section === "packages" && (before === undefined || before.development === true))
        packages.set(key, {
          type: "npm",
          ...npmName(name),
          version,
          ...(entry.development === true ? { development: true } : {}),
          licenses: [],
        });
      for (const need of entry.needs) needs.push([key, keyOf(need)]);
    }
    return graphOf(packages, needs, askedByImporters(text).map(keyOf));
  },
};
