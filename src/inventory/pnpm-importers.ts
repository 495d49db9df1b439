/** Sections that name what a project asks for. */
const ASKS = /^(?:dev|optional)?[dD]ependencies$/;

const unquoted = (text: string): string => text.trim().replace(/^(['"])(.*)\1$/, "$2");

/**
 * What the projects of a pnpm lock file ask for: each name with what was taken for it, as the file writes that (`4.17.1(peer@1)`, `/other/1.0.0`). The one project of
 * a file stands at its top or, with others, under `importers`; since version 6 each name has its `specifier` and `version` (pnpm.io/git#lockfiles).
 */
export const askedByImporters = (text: string): readonly (readonly [name: string, what: string])[] => {
  const asked: (readonly [string, string])[] = [];
  let section = "";
  let base = 0;
  let group = "";
  let name = "";
  for (const line of text.split(/\r?\n/)) {
    const [, spaces = "", key, value = ""] = /^( *)('[^']+'|"[^"]+"|[^\s'":][^\s:]*):(?: (.*))?$/.exec(line) ?? [];
    if (key === undefined) continue;
    if (spaces === "") {
      section = key;
      base = section === "importers" ? 4 : 0;
      group = "";
    }
    // `packages` and what comes after it are no projects.
    if (section !== "importers" && !ASKS.test(section)) continue;
    const depth = spaces.length - base;
    if (depth < 0) group = "";
    if (depth === 0) group = key;
    if (!ASKS.test(group)) continue;
    if (depth === 2) {
      name = unquoted(key);
      if (value !== "") asked.push([name, unquoted(value)]);
    }
    if (depth === 4 && key === "version") asked.push([name, unquoted(value)]);
  }
  return asked;
};
