import type { Cataloged } from "../cataloger.ts";
import { readDotnetAssembly } from "./dotnet-assembly.ts";
import { readGoProgram } from "./go-program.ts";
import { readRustProgram } from "./rust-program.ts";

const EXECUTABLE = 0o111;
/** The smallest program of Go has more than a megabyte. */
const LEAST_GO_BYTES = 500_000;
/** The smallest of Rust has some three hundred kilobytes, stripped. */
const LEAST_RUST_BYTES = 100_000;
const LIBRARY = /\.(?:so[\d.]*|node|pyd|dylib|wasm)$/;
/** ELF, Windows, macOS (of one kind of processor and of several), WebAssembly. */
const MAGIC_BYTES = 4;
const MAGIC = new Set(["7f454c46", "cffaedfe", "cefaedfe", "cafebabe", "0061736d"]);

interface Reader {
  /** False when there is nothing more to be found. */
  readonly take: (chunk: Uint8Array) => boolean | void;
  readonly end: () => Cataloged | undefined;
}

const isProgram = (first: Buffer): boolean => {
  const magic = first.toString("hex", 0, MAGIC_BYTES);
  return MAGIC.has(magic) || magic.startsWith("4d5a");
};

/** What compilers write into programs of what they were made from: modules of Go, crates of Rust, an assembly of .NET. Undefined where it can be none by its name and size. */
export const readCompiled = (path: string, mode: number, sizeBytes: number): Reader | undefined => {
  if (/\.dll$/i.test(path)) {
    const assembly = readDotnetAssembly(path);
    return {
      take: assembly.take,
      end: () => {
        const found = assembly.end();
        return found === undefined ? undefined : { packages: [found] };
      },
    };
  }
  const executable = (mode & EXECUTABLE) !== 0 || path.endsWith(".exe");
  if (!(executable || LIBRARY.test(path)) || sizeBytes < LEAST_RUST_BYTES) return undefined;
  const go = executable && sizeBytes >= LEAST_GO_BYTES ? readGoProgram() : undefined;
  const rust = readRustProgram();
  let program: boolean | undefined;
  let first = Buffer.alloc(0);
  return {
    take: (chunk) => {
      if (program === false) return false;
      if (program === undefined) {
        first = Buffer.concat([first, chunk]);
        if (first.length < MAGIC_BYTES) return true;
        program = isProgram(first);
        if (!program) return false;
      }
      const bytes = first.length > 0 ? first : chunk;
      first = Buffer.alloc(0);
      go?.take(bytes);
      rust.take(bytes);
      return true;
    },
    end: () => {
      const modules = go?.end() ?? [];
      return modules.length > 0 ? { packages: modules } : rust.end();
    },
  };
};
