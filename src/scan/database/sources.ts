import { createReadStream, globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { fileError, SeaworthyError } from "../../core/index.ts";
import type { Source } from "./build.ts";

/** A single record is some kilobytes; the largest known are a few megabytes. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;

const recordIn = (path: string): Source => {
  const { size } = statSync(path);
  if (size > MAX_RECORD_BYTES)
    throw new SeaworthyError("INPUT_TOO_LARGE", `${path} has ${size} bytes; an OSV record has at most ${MAX_RECORD_BYTES}`);
  return { text: readFileSync(path, "utf8"), where: path };
};

async function* linesOf(path: string): AsyncGenerator<Source, void, undefined> {
  const file = createReadStream(path);
  const input = path.endsWith(".gz") ? file.pipe(createGunzip()) : file;
  // Lines come from the unpacked stream, whose errors are its own: those of the file must reach it.
  file.on("error", (error) => input.destroy(error));
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      if (text.trim() !== "") yield { text, where: `${path}:${line}` };
    }
  } catch (error) {
    throw new SeaworthyError(
      "INPUT_INVALID",
      `${path} cannot be read to its end: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
        hint: "Fetch the file again: it is cut off or damaged.",
      },
    );
  }
}

/** OSV records of files: `.json` one each, `.jsonl` one a line, either one gzipped, or a folder with any of those in it. @throws INPUT_NOT_FOUND, INPUT_INVALID */
export async function* recordsOf(path: string): AsyncGenerator<Source, void, undefined> {
  try {
    if (statSync(path).isDirectory()) {
      for (const name of globSync("**/*.{json,jsonl,jsonl.gz}", { cwd: path }).toSorted()) yield* recordsOf(join(path, name));
      return;
    }
    if (/\.jsonl(?:\.gz)?$/.test(path)) return yield* linesOf(path);
    if (path.endsWith(".json")) return yield recordIn(path);
  } catch (error) {
    throw fileError(error, `read the advisories in ${path}`);
  }
  throw new SeaworthyError(
    "INPUT_INVALID",
    `${path} holds no advisories that can be read: expected .json, .jsonl, .jsonl.gz, or a folder of those`,
    {
      hint: "Unpack an archive first (unzip all.zip -d advisories).",
    },
  );
}
