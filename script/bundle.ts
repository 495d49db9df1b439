/**
 * `script/bundle.ts [FOLDER]` (default dist): the package as it is published. For Node >= 22.22, with no dependencies: a bin, chunks that are loaded as a
 * command needs them, its own package.json, README, LICENSE and the licences of what was bundled. The chunks are CommonJS, which the bin runs from code that
 * earlier runs compiled (src/cli/bin, docs/performance.md).
 */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Plugin, rolldown, type RolldownOutput } from "rolldown";
import * as v from "valibot";

const ROOT = join(import.meta.dirname, "..");
const PACKAGE = v.object({
  name: v.string(),
  version: v.string(),
  description: v.string(),
  license: v.string(),
  engines: v.object({ node: v.string() }),
});
const LIBRARY = v.object({ name: v.string(), version: v.string(), license: v.optional(v.string(), "not stated") });

/** The oldest Node of `engines`, as the compiler names a target. */
const targetOf = (engines: string): string => {
  const version = /^>=(\d+\.\d+)$/.exec(engines)?.[1];
  if (version === undefined)
    throw new Error(`package.json says engines.node "${engines}"; the bundle needs one oldest version, as in >=22.22`);
  return `node${version}`;
};

/**
 * What dockerode loads besides its HTTP transport, the only part we call: its SSH transport (with native add-ons), BuildKit sessions over gRPC, contexts as
 * tar files. Each becomes an empty module.
 */
const UNUSED = ["ssh2", "@grpc/grpc-js", "@grpc/proto-loader", "protobufjs", "tar-fs", "@balena/dockerignore"];

const leaveOut = (names: readonly string[]): Plugin => ({
  name: "leave-out",
  resolveId: (id) => (names.includes(id) ? `\0left-out:${id}` : undefined),
  load: (id) => (id.startsWith("\0left-out:") ? { code: "module.exports = {};", moduleType: "js" } : undefined),
});

const escaped = (code: string): string => `\\u${code.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A text with one character beyond ASCII takes V8 twice the memory, and start-up the time to make it: of a chunk of a megabyte, some 4 ms. */
const asciiOnly = (code: string): string => {
  const raw = /String\.raw`[^`]*[^\0-\x7f]/.exec(code);
  if (raw !== null) throw new Error(`a raw text keeps its characters as they are written: ${raw[0]}`);
  return code.replaceAll(/[^\0-\x7f]/g, escaped);
};

const bundle = async (folder: string, target: string): Promise<RolldownOutput> => {
  const build = await rolldown({
    input: { main: join(ROOT, "src", "cli", "main.ts") },
    platform: "node",
    transform: { target },
    treeshake: { moduleSideEffects: [{ test: /[\\/]src[\\/](?!cli[\\/]main\.ts)/, sideEffects: false }] },
    plugins: [leaveOut(UNUSED)],
    onLog: (level, log, next) => {
      if (level === "warn") throw new Error(`the bundler warns: ${log.message}`);
      next(level, log);
    },
  });
  try {
    const made = await build.write({
      dir: folder,
      format: "cjs",
      entryFileNames: "[name].cjs",
      chunkFileNames: "[name]-[hash].cjs",
      comments: { legal: false },
    });
    // After all that the bundler does to the code: it writes escapes as characters again.
    for (const file of made.output) if (file.type === "chunk") writeFileSync(join(folder, file.fileName), asciiOnly(file.code));
    return made;
  } finally {
    await build.close();
  }
};

/** The program's first files, which run the chunks: each by itself, so that none of the chunks is loaded for them. */
const bundleStart = async (
  name: string,
  target: string,
  output: { readonly file: string; readonly format: "esm" | "cjs"; readonly banner?: string },
): Promise<void> => {
  const build = await rolldown({ input: join(ROOT, "src", "cli", "bin", name), platform: "node", transform: { target } });
  try {
    await build.write({ ...output, comments: { legal: false } });
  } finally {
    await build.close();
  }
};

/** The folder of the package that a module belongs to. */
const packageOf = (module: string): string | undefined => {
  const file = module.replace(/^\0/, "").replace(/\?.*$/, "");
  const at = file.lastIndexOf("/node_modules/");
  if (at < 0) return undefined;
  const [first = "", second = ""] = file.slice(at + "/node_modules/".length).split("/");
  return join(file.slice(0, at), "node_modules", first.startsWith("@") ? join(first, second) : first);
};

const licences = (output: RolldownOutput["output"]): string => {
  const modules = output.flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
  const folders = [...new Set(modules.flatMap((module) => packageOf(module) ?? []))].toSorted();
  const parts = folders.map((folder) => {
    const { name, version, license } = v.parse(LIBRARY, JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
    const file = readdirSync(folder).find((one) => /^(?:licen[cs]e|copying)(?:\.\w+)?$/i.test(one));
    const text =
      file === undefined
        ? `The package carries no text of its licence, which it states as ${license}.`
        : readFileSync(join(folder, file), "utf8").trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return ["Seaworthy's bundle contains these packages.\n", ...parts].join(`\n${"-".repeat(80)}\n\n`);
};

const main = async (folder: string): Promise<void> => {
  const facts = v.parse(PACKAGE, JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "bin"), { recursive: true });
  const target = targetOf(facts.engines.node);
  const { output } = await bundle(join(folder, "lib"), target);
  const bin = join(folder, "bin", "seaworthy.js");
  await bundleStart("seaworthy.ts", target, { file: bin, format: "esm", banner: "#!/usr/bin/env node" });
  await bundleStart("start.ts", target, { file: join(folder, "lib", "start.cjs"), format: "cjs" });
  chmodSync(bin, 0o755);
  const { name, version, description, license, engines } = facts;
  const manifest = {
    name,
    version,
    description,
    license,
    type: "module",
    engines,
    bin: { seaworthy: "./bin/seaworthy.js" },
    exports: {},
    files: ["bin", "lib", "THIRD-PARTY-LICENSES.txt"],
  };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(folder, "THIRD-PARTY-LICENSES.txt"), licences(output));
  for (const file of ["LICENSE", "README.md"]) if (existsSync(join(ROOT, file))) copyFileSync(join(ROOT, file), join(folder, file));
  const bytes = output.reduce((sum, file) => sum + (file.type === "chunk" ? Buffer.byteLength(file.code) : 0), 0);
  console.log(`${name} ${version}: ${output.length} files, ${Math.round(bytes / 1000)} kB, in ${folder}`);
};

await main(resolve(process.argv[2] ?? join(dirname(import.meta.dirname), "dist")));
