import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cachedDataVersionTag } from "node:v8";
import { constants, Script } from "node:vm";
import { crc32 } from "node:zlib";
import { builtInsOf } from "./built-ins.ts";
import type { Code } from "./code-pack.ts";

interface Module {
  exports: unknown;
}

type Load = (name: string) => unknown;

const WRAPPER = ["(function (exports, require, module, __filename, __dirname) {", "\n})"] as const;

/** The chunks of a bundle, each a CommonJS module, loaded as they are asked for. */
export interface Chunks {
  /** Runs a chunk of the folder, once. */
  readonly load: Load;
  /** Whether any was compiled from its text because no code of it was known. */
  readonly hasNew: () => boolean;
  /** The code of all that were loaded, with every function that was called until now. */
  readonly codes: () => ReadonlyMap<string, Code>;
}

/**
 * @param folder absolute
 * @param known code of chunks, from an earlier run
 * @param require what is asked for what is no chunk: Node's own modules
 */
export const chunksOf = (folder: string, known: ReadonlyMap<string, Code>, require: (id: string) => unknown): Chunks => {
  const flags = cachedDataVersionTag();
  const builtIn = builtInsOf(require);
  const modules = new Map<string, Module>();
  const scripts = new Map<string, { readonly script: Script; readonly sourceSum: number }>();
  let hasNew = false;

  const compiled = (name: string, path: string): Script => {
    const bytes = readFileSync(path);
    const sourceSum = crc32(bytes);
    const code = known.get(name);
    // What V8 compiles under other flags than those the process began with is of no use to a process that begins.
    const sameFlags = cachedDataVersionTag() === flags;
    // Chunks are of ASCII alone (script/bundle.ts).
    const script = new Script(`${WRAPPER[0]}${bytes.toString("latin1")}${WRAPPER[1]}`, {
      filename: path,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      ...(sameFlags && code?.sourceSum === sourceSum ? { cachedData: code.data } : {}),
    });
    if (sameFlags) {
      scripts.set(name, { script, sourceSum });
      if (script.cachedDataRejected !== false) hasNew = true;
    }
    return script;
  };

  const load: Load = (name) => {
    const before = modules.get(name);
    if (before !== undefined) return before.exports;
    const module: Module = { exports: {} };
    modules.set(name, module);
    const path = join(folder, name);
    const run: (...given: readonly unknown[]) => void = compiled(name, path).runInThisContext();
    const requireHere = (id: string): unknown => (id.startsWith("./") ? load(id.slice(2)) : builtIn(id));
    run.call(module.exports, module.exports, requireHere, module, path, folder);
    return module.exports;
  };

  return {
    load,
    hasNew: () => hasNew,
    codes: () => new Map([...scripts].map(([name, { script, sourceSum }]) => [name, { sourceSum, data: script.createCachedData() }])),
  };
};
