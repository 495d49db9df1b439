import { type Cataloger, MIB } from "../cataloger.ts";
import { graphOf } from "../graph.ts";
import { type Package, requiring } from "../package.ts";
import { npmName } from "./npm-installed.ts";

interface Entry {
  /** What is asked for, as the file writes it: `a@^1.0.0`, `a@npm:^1.0.0`. */
  readonly asked: readonly string[];
  version?: string;
  /** Since version 2: what was taken, with where it is from. */
  resolution?: string;
  readonly needs: string[];
}

const unquoted = (text: string): string => text.trim().replace(/^"(.*)"$/, "$1");

/** Since version 2 the file is YAML, with long keys behind a question mark; before it was much like it. */
const entriesOf = (text: string): readonly Entry[] => {
  const entries: Entry[] = [];
  let at: Entry | undefined;
  let inNeeds = false;
  for (const line of text.split(/\r?\n/)) {
    if (/^[^\s#:]/.test(line)) {
      const heading = line.replace(/^\? /, "").replace(/:\s*$/, "");
      at = { asked: heading.replaceAll('"', "").split(/,\s*/), needs: [] };
      inNeeds = false;
      if (heading !== "__metadata") entries.push(at);
    }
    const [, key, value = ""] = /^ {2}(\w+):?(?: (.*))?$/.exec(line) ?? [];
    if (key !== undefined && at !== undefined) {
      inNeeds = /^(?:dependencies|optionalDependencies)$/.test(key);
      if (key === "version") at.version = unquoted(value);
      if (key === "resolution") at.resolution = unquoted(value);
    }
    const [, name, range] = (inNeeds ? /^ {4}("[^"]+"|[^\s":]+):? (.+)$/.exec(line) : undefined) ?? [];
    if (name !== undefined && range !== undefined) at?.needs.push(`${unquoted(name)}@${unquoted(range)}`);
  }
  return entries;
};

/** `@a/b@rest` in its two. */
const split = (text: string): readonly [name: string, rest: string] => {
  const at = text.indexOf("@", 1);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
};

/** A workspace of the repository: what it asks for the project itself does. */
const isWorkspace = ({ asked: [first = ""], resolution }: Entry): boolean => split(resolution ?? first)[1].startsWith("workspace:");

const packageOf = ({ asked: [first = ""], version, resolution, needs }: Entry): Package | undefined => {
  const [name, rest] = split(resolution ?? first);
  // A folder of the repository, or one that is only linked to, is nobody's package; an archive beside it is one.
  if (
    version === undefined ||
    version === "" ||
    name === "" ||
    /^(?:workspace|link|portal):|^file:(?![^#]*\.(?:tgz|tar\.gz)(?:[#:]|$))/.test(rest)
  )
    return undefined;
  // Before version 2 `alias@npm:real@1` stands for the real one; `name@npm:^1` only says where it is from.
  const [real, range] = resolution === undefined && rest.startsWith("npm:") ? split(rest.slice(4)) : ["", ""];
  const own = range === "" ? name : real;
  // What stands there without a name, as an address or a repository, is not known by any.
  if (!/^(?:@[^/]+\/)?[^/:#]+$/.test(own)) return undefined;
  return {
    type: "npm",
    ...npmName(own),
    version,
    licenses: [],
    ...requiring(needs.map(split).map(([of, wanted]) => [of, wanted.replace(/^npm:(?!.*@)/, "")])),
  };
};

/** npm packages that Yarn has locked, in the form of version 1 and each since, patched ones too (yarnpkg.com/configuration). */
export const yarnLock: Cataloger = {
  name: "yarn-lock",
  scope: "declared",
  reads: "yarn.lock",
  endings: ["lock"],
  isMine: (path) => /(?:^|\/)yarn\.lock$/.test(path),
  maxBytes: 32 * MIB,
  read: (content) => {
    const entries = entriesOf(content.toString("utf8"));
    const found = entries.flatMap((entry) => {
      const one = packageOf(entry);
      return one === undefined ? [] : [{ entry, one }];
    });
    const keys = new Map(found.flatMap(({ entry }) => entry.asked.map((asked) => [asked, entry.asked[0] ?? ""] as const)));
    // Until metadata version 7 a range of the registry's is written without `npm:` where it is needed.
    const byName = Map.groupBy(found, ({ entry }) => split(entry.asked[0] ?? "")[0]);
    const keyOf = (need: string): string | undefined => {
      // A catalogue's range stands in another file.
      const [only, another] = /@catalog:/.test(need) ? (byName.get(split(need)[0]) ?? []) : [];
      if (only !== undefined && another === undefined) return only.entry.asked[0];
      return keys.get(need) ?? keys.get(need.replace(/^(@?[^@]+)@/, "$1@npm:"));
    };
    return graphOf(
      found.map(({ entry, one }) => [entry.asked[0] ?? "", one] as const),
      found.flatMap(({ entry }) => entry.needs.map((need) => [entry.asked[0] ?? "", keyOf(need)] as const)),
      entries.filter(isWorkspace).flatMap(({ needs }) => needs.map(keyOf)),
    );
  },
};
