/** The published program's first file. */
import { createRequire, enableCompileCache } from "node:module";

/** Node 22 calls node:sqlite experimental; a user can do nothing about it. */
const warn = process.emitWarning.bind(process);
process.emitWarning = (warning: string | Error, ...rest: readonly unknown[]): void => {
  if (!(rest[0] === "ExperimentalWarning" && /sqlite/i.test(String(warning)))) Reflect.apply(warn, undefined, [warning, ...rest]);
};

const load = createRequire(import.meta.url);
// What only helps or tells its version calls too little for a cache of ours: Node's own is the quicker one.
if (/^[a-z]+$/.test(process.argv[2] ?? "")) load("../lib/start.cjs");
else {
  enableCompileCache();
  load("../lib/main.cjs");
}
