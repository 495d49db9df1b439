/**
 * Tables of an array as tools write lock files (toml.io, "Array of Tables"): `[[package]]` with texts on lines of their own. Only texts, only the outermost keys;
 * nothing else of TOML is needed to know what is locked.
 */
export const tomlTables = (text: string, name: string): readonly ReadonlyMap<string, string>[] => {
  const tables: Map<string, string>[] = [];
  let at: Map<string, string> | undefined;
  let inText = false;
  for (const line of text.split(/\r?\n/)) {
    // A text over several lines may hold anything, also what looks like a table.
    if (((line.match(/"""|'''/g) ?? []).length & 1) === 1) {
      inText = !inText;
      continue;
    }
    if (inText) continue;
    const [, twice, header] = /^\s*(\[?)\[([^\]]+)\]/.exec(line) ?? [];
    if (header !== undefined && !/^\s*\[\s*["{]/.test(line)) {
      at = undefined;
      if (twice === "[" && header.trim() === name) {
        at = new Map();
        tables.push(at);
      }
      continue;
    }
    const [, key, double, single] = /^([A-Za-z0-9_-]+)\s*=\s*(?:"([^"\\]*)"|'([^']*)')\s*(?:#.*)?$/.exec(line) ?? [];
    const value = double ?? single;
    if (key !== undefined && value !== undefined) at?.set(key, value);
  }
  return tables;
};
