import type { Cataloged } from "../cataloger.ts";
import { readDotnetAssembly } from "./dotnet-assembly.ts";
import { type FilePart, sectionsOf } from "./elf.ts";
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

/** Where the compilers of Go and, with cargo auditable, of Rust write what a program was made from. */
const GO_INFO = ".go.buildinfo";
const GO_SECTIONS = [GO_INFO, ".gopclntab", ".note.go.buildid"];
const RUST_SECTION = ".dep-v0";
/** Since 1.18 all that is told stands in the section itself. */
const MAX_INFO_BYTES = 4 * 1024 * 1024;

interface Reader {
  /**
   * Asked before the first byte, where any part of the file can be had: no where an ELF file has no section for it, or it is a script. What the sections tell
   * need not be looked for in the rest.
   */
  readonly isWorth: (part: FilePart) => boolean;
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
      isWorth: () => true,
      take: assembly.take,
      end: () => {
        const found = assembly.end();
        return found === undefined ? undefined : { packages: [found] };
      },
    };
  }
  const executable = (mode & EXECUTABLE) !== 0 || path.endsWith(".exe");
  if (!(executable || LIBRARY.test(path)) || sizeBytes < LEAST_RUST_BYTES) return undefined;
  let go = executable && sizeBytes >= LEAST_GO_BYTES ? readGoProgram() : undefined;
  let rust: ReturnType<typeof readRustProgram> | undefined = readRustProgram();
  let program: boolean | undefined;
  let first = Buffer.alloc(0);
  return {
    isWorth: (part) => {
      const sections = sectionsOf(part);
      if (sections === undefined) return part(0, 2).toString("latin1") !== "#!";
      if (!sections.has(RUST_SECTION)) rust = undefined;
      const info = sections.get(GO_INFO);
      if (go !== undefined && info !== undefined && info.sizeBytes <= MAX_INFO_BYTES) {
        const told = readGoProgram();
        if (!told.take(part(info.offset, info.sizeBytes))) go = told;
      }
      return rust !== undefined || GO_SECTIONS.some((name) => sections.has(name));
    },
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
      // A program of Go that has told all of itself is none of Rust.
      if (go?.take(bytes) === false) return false;
      rust?.take(bytes);
      return go !== undefined || rust !== undefined;
    },
    end: () => {
      const modules = go?.end() ?? [];
      return modules.length > 0 ? { packages: modules } : rust?.end();
    },
  };
};
