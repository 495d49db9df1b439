import type { Package } from "../package.ts";

/** Stand around what the linker writes down of modules, in every release since 1.12 (Go src/cmd/go/internal/modload/build.go). */
const START = Buffer.from("3077af0c9274080241e1c107e6d618e6", "hex");
const END = Buffer.from("f932433186182072008242104116d8f2", "hex");
/** Of the largest programs it is some hundred kilobytes. */
const MAX_INFO_BYTES = 4 * 1024 * 1024;
/** Since 1.18 the compiler's release stands right before. */
const BEFORE_BYTES = 64;
/** Releases that a program names: before 1.18 it is its own only when there is no other. */
const RELEASE = /go(1\.\d{1,2}(?:\.\d{1,2})?(?:(?:beta|rc)\d{1,2})?)(?![\d.])/;
const MAX_RELEASES = 2;
const MAX_COPIES = 4;

const moduleOf = (name: string | undefined, version: string | undefined): Package | undefined =>
  name === undefined || name === "" || version === undefined || !/^v\d/.test(version)
    ? undefined
    : { type: "golang", name, version, licenses: [] };

const WRITTEN_IN = /-X[ =]?['"]?([^\s'"=]{1,300})=v?(\d{1,9}\.\d{1,9}\.\d{1,9}(?:-[0-9A-Za-z.-]{1,60})?)(?=['"\s\\]|$)/g;

/**
 * The version that a program of no release by the tool chain's word (`(devel)`) was given at its build: `-X github.com/a/b/version.Version=1.2.3`. Only its own packages
 * count, and only where all say one.
 */
const writtenIn = (name: string, settings: string): string | undefined => {
  const own = [...settings.matchAll(WRITTEN_IN)].flatMap(([, variable = "", version = ""]) =>
    (variable.startsWith("main.") || variable.startsWith(`${name}/`) || variable.startsWith(`${name}.`)) && /version$/i.test(variable)
      ? [version]
      : [],
  );
  const [only, another] = new Set(own);
  return only === undefined || another !== undefined ? undefined : `v${only}`;
};

/** A checkout without tags, as builds often have, is stamped as before every release; what is changed in it as `+dirty` (go.dev/doc/go1.24, "Go command"). */
const UNTAGGED = /^v0\.0\.0-(?:0\.)?\d{14}-[0-9a-f]{12}(?:\+|$)/;

const mainOf = (name: string, version: string | undefined, settings: string): Package | undefined => {
  if (version !== "(devel)" && !UNTAGGED.test(version ?? "")) return moduleOf(name, version);
  const written = moduleOf(name, writtenIn(name, settings));
  if (written !== undefined || version === "(devel)") return written;
  const untagged = moduleOf(name, version);
  return untagged === undefined ? undefined : { ...untagged, own: true };
};

/** `mod`, `dep` and `=>` lines (Go src/runtime/debug/mod.go): what stands behind an arrow is in the place of the one above. */
const modulesOf = (info: string): readonly Package[] => {
  const modules: (Package | undefined)[] = [];
  const settings = info
    .split("\n")
    .filter((line) => line.startsWith("build\t-ldflags"))
    .join("\n");
  for (const line of info.split("\n")) {
    const [kind, name = "", version] = line.split("\t");
    if (kind === "mod") modules.push(mainOf(name, version, settings));
    else if (kind === "dep") modules.push(moduleOf(name, version));
    else if (kind === "=>" && modules.length > 0) modules[modules.length - 1] = moduleOf(name, version);
  }
  return modules.flatMap((one) => one ?? []);
};

/** Reads what a Go program says of itself as it passes: its compiler's release and its modules. `take` gives false when both are known. */
export const readGoProgram = (): { readonly take: (chunk: Uint8Array) => boolean; readonly end: () => readonly Package[] } => {
  let pending: Buffer = Buffer.alloc(0);
  let own: string | undefined;
  let modules: readonly Package[] | undefined;
  let copies = 0;
  const named = new Set<string>();

  /** Releases in what is searched: the text is looked into only where such a word stands. */
  const noteReleases = (bytes: Buffer): void => {
    for (let at = bytes.indexOf("go1."); at >= 0 && named.size < MAX_RELEASES; at = bytes.indexOf("go1.", at + 1)) {
      const release = RELEASE.exec(bytes.toString("latin1", at, at + 24))?.[1];
      if (release !== undefined) named.add(release);
    }
  };

  /** What is between the two, once all of it is there. */
  const look = (): void => {
    const at = pending.indexOf(START);
    if (at < 0) {
      pending = Buffer.from(pending.subarray(Math.max(0, pending.length - BEFORE_BYTES)));
      return;
    }
    const end = pending.indexOf(END, at);
    if (end < 0) {
      if (pending.length - at > MAX_INFO_BYTES) pending = Buffer.from(pending.subarray(at + START.length));
      return;
    }
    const before = pending.toString("latin1", Math.max(0, at - BEFORE_BYTES), at);
    own ??= /go(1\.\d{1,2}(?:\.\d{1,2})?(?:(?:beta|rc)\d{1,2})?)[^\0]{0,40}$/.exec(before)?.[1];
    modules ??= modulesOf(pending.toString("utf8", at + START.length, end));
    // Until 1.19 it often stands twice: first by itself, then behind the release.
    copies += 1;
    if (copies === MAX_COPIES || own !== undefined) {
      pending = Buffer.alloc(0);
      return;
    }
    pending = pending.subarray(end);
    look();
  };

  return {
    take: (chunk) => {
      if (own !== undefined) return false;
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      if (named.size < MAX_RELEASES) noteReleases(bytes);
      if (copies === MAX_COPIES) return true;
      pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
      look();
      return own === undefined;
    },
    end: () => {
      if (modules === undefined) return [];
      const [only] = named.size === 1 ? named : [];
      const release = own ?? only;
      return [...(release === undefined ? [] : [{ type: "golang", name: "stdlib", version: release, licenses: [] } as const]), ...modules];
    },
  };
};
