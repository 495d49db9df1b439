/**
 * Runs the chunks beside it from code that V8 compiled in earlier runs. Node's own compile cache keeps a chunk as it is when it was loaded, before any of its
 * functions was called, so that each run compiles those that it calls: a third of the time of `seaworthy check`.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { cachedDataVersionTag, getHeapCodeStatistics } from "node:v8";
import { crc32 } from "node:zlib";
import { chunksOf } from "./chunks.ts";
import { confirmCodePack, readCodePack, writeCodePack } from "./code-pack.ts";

const MAIN = "main.cjs";
/** Code is written again when a run had this much more of it than is known: the first run may have had little to do. */
const GROWTH = 1.1;
/** How often that is asked: V8 counts its code for some milliseconds. */
const ASKED_MS = 3_600_000;
const { env } = process;

const folderOf = (): string | undefined => {
  try {
    const folder = env["NODE_COMPILE_CACHE"] ?? join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "seaworthy");
    return env["NODE_DISABLE_COMPILE_CACHE"] === undefined && isAbsolute(folder) ? folder : undefined;
  } catch {
    // Of a user without a home folder nothing is kept.
    return undefined;
  }
};

/** Of each build and each V8, with its flags, a folder; in it of each command a file, so that it holds what the command calls. */
const packPath = (main: string, command: string): string | undefined => {
  const folder = folderOf();
  if (folder === undefined) return undefined;
  const build = [crc32(readFileSync(main)), cachedDataVersionTag()].map((part) => part.toString(16)).join("-");
  return join(folder, "code", build, command);
};

const lib = import.meta.dirname;
const path = packPath(join(lib, MAIN), process.argv[2] ?? "");
const pack = path === undefined ? undefined : readCodePack(path);
const flags = cachedDataVersionTag();
const chunks = chunksOf(lib, pack?.codes ?? new Map(), createRequire(join(lib, MAIN)));

process.on("exit", (status) => {
  // A command that is not there, or ended as nobody expects, is not worth a file.
  if (path === undefined || status > 1 || cachedDataVersionTag() !== flags) return;
  const now = Date.now();
  const known = chunks.hasNew() ? undefined : pack;
  if (known !== undefined && now - known.at < ASKED_MS) return;
  const { bytecode_and_metadata_size: bytecodeBytes } = getHeapCodeStatistics();
  if (known !== undefined && bytecodeBytes < known.bytecodeBytes * GROWTH) confirmCodePack(path, now);
  else writeCodePack(path, { codes: new Map([...(pack?.codes ?? []), ...chunks.codes()]), bytecodeBytes }, now);
});
chunks.load(MAIN);
