import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCodePack } from "../src/cli/bin/code-pack.ts";
import { VERSION } from "../src/cli/version.ts";

const ROOT = join(import.meta.dirname, "..");
const BUILD_MS = 60_000;

let scratch = "";
let packed: readonly string[] = [];
let program = "";
let installed = "";

/** With the npm that is on the path, offline: a package without dependencies needs no registry. */
const npm = (cwd: string, ...args: readonly string[]): string =>
  execFileSync("npm", [...args, "--offline", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, npm_config_cache: join(scratch, "npm-cache") },
  });

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "seaworthy-bundle-"));
  const dist = join(scratch, "dist");
  execFileSync(process.execPath, [join(ROOT, "script", "bundle.ts"), dist], { stdio: "pipe" });
  const [pack] = JSON.parse(npm(dist, "pack", "--json", "--pack-destination", scratch)) as {
    readonly filename: string;
    readonly files: readonly { readonly path: string }[];
  }[];
  packed = (pack?.files ?? []).map(({ path }) => path);
  const home = join(scratch, "home");
  mkdirSync(home);
  npm(home, "init", "--yes");
  npm(home, "install", join(scratch, pack?.filename ?? ""));
  installed = join(home, "node_modules");
  program = join(installed, ".bin", "seaworthy");
}, BUILD_MS);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** As a user's shell would start it, with this Node first on the path. */
const seaworthy = (args: readonly string[], options: { readonly cwd?: string; readonly node?: string } = {}) => {
  const { cwd = scratch, node = process.execPath } = options;
  const { status, stdout, stderr } = spawnSync(node, [program, ...args], {
    cwd,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: scratch, NO_COLOR: "1" },
  });
  return { status, stdout, stderr };
};

/** The registry opens a database: what Node has to say of node:sqlite must not reach the user. */
const serves = async (node: string): Promise<void> => {
  const data = mkdtempSync(join(scratch, "data-"));
  const child = spawn(node, [program, "registry", "serve", "--data", data, "--listen", "127.0.0.1:0", "--open"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (said.includes("Ctrl-C ends it")) child.kill("SIGINT");
  });
  const [status] = await once(child, "close");
  expect({ status, said }).toEqual({ status: 0, said: expect.stringContaining("seaworthy registry on 127.0.0.1:") });
  expect(said).not.toMatch(/warning/i);
};

describe("the package", () => {
  test("holds the program, its chunks, the licences and nothing of the source", () => {
    expect(packed).toContain("bin/seaworthy.js");
    expect(packed).toContain("lib/main.cjs");
    expect(packed).toContain("LICENSE");
    expect(packed).toContain("THIRD-PARTY-LICENSES.txt");
    expect(
      packed.filter(
        (path) => !/^(?:bin\/seaworthy\.js|lib\/[\w.-]+\.cjs|package\.json|LICENSE|README\.md|THIRD-PARTY-LICENSES\.txt)$/.test(path),
      ),
    ).toEqual([]);
    expect(statSync(join(installed, "seaworthy", "bin", "seaworthy.js")).mode & 0o111).not.toBe(0);
  });
  test("has chunks of ASCII alone, which V8 keeps in half the memory", () => {
    const lib = join(installed, "seaworthy", "lib");
    expect(readdirSync(lib).filter((file) => /[^\0-\x7f]/.test(readFileSync(join(lib, file), "utf8")))).toEqual([]);
  });
  test("installs alone: no dependency comes with it", () => {
    expect(readdirSync(installed).filter((name) => !name.startsWith("."))).toEqual(["seaworthy"]);
  });
  test("names the licence of each library inside, with its text", () => {
    const text = readFileSync(join(installed, "seaworthy", "THIRD-PARTY-LICENSES.txt"), "utf8");
    for (const name of ["@stricli/core", "yaml", "valibot", "semver", "tweetnacl", "dockerode", "docker-modem"])
      expect(text).toMatch(new RegExp(`^${name.replace("/", "\\/")} \\d+\\.\\d+\\.\\d+ \\(.+\\)$`, "m"));
    expect(text).toMatch(/Permission is hereby granted/);
  });
  test("publint finds nothing wrong with it", () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, "node_modules", "publint", "src", "cli.js"), join(scratch, "dist"), "--strict"],
      { encoding: "utf8", env: { ...process.env, npm_config_cache: join(scratch, "npm-cache") } },
    );
    expect(`${stdout}${stderr}`).toMatch(/All good/);
    expect(status).toBe(0);
  });
});

describe("the program", () => {
  test("says its version, the one of package.json", () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { readonly version: string };
    expect(VERSION).toBe(manifest.version);
    expect(seaworthy(["--version"])).toEqual({ status: 0, stdout: `${VERSION}\n`, stderr: "" });
  });
  test("helps, and loads no command to do so", () => {
    const { status, stdout, stderr } = seaworthy(["--help"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    for (const command of ["ship", "check", "deploy", "rollback", "registry"]) expect(stdout).toContain(`seaworthy ${command}`);
    const lib = join(installed, "seaworthy", "lib");
    const reached = (file: string, seen: Set<string> = new Set()): Set<string> => {
      if (seen.has(file)) return seen;
      seen.add(file);
      for (const [, next = ""] of readFileSync(join(lib, file), "utf8").matchAll(/^(?:const|let|var) \w+ = require\("\.\/([^"]+)"\);/gm))
        reached(next, seen);
      return seen;
    };
    const loaded = [...reached("main.cjs")];
    expect(loaded.filter((file) => /\.run-|host|docker|catalogue/.test(file))).toEqual([]);
    const bytes = loaded.reduce((sum, file) => sum + statSync(join(lib, file)).size, 0);
    expect(bytes).toBeLessThan(155_000);
  });
  test("checks a project as the working copy does: adrift is refused with its reasons", () => {
    const adrift = join(scratch, "adrift");
    cpSync(join(ROOT, "examples", "adrift"), adrift, { recursive: true });
    const bundle = seaworthy(["check"], { cwd: adrift });
    expect(bundle.status).toBe(1);
    expect(bundle.stderr).toBe("");
    const source = spawnSync(process.execPath, [join(ROOT, "src", "cli", "main.ts"), "check"], {
      cwd: adrift,
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: scratch, NO_COLOR: "1" },
    });
    expect(bundle.stdout).toBe(source.stdout);
    expect(bundle.stdout).toContain("adrift:latest");
  });
  describe("starts from code that earlier runs compiled", () => {
    const packs = (folder: string): readonly string[] =>
      existsSync(folder)
        ? readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => /[/\\](?:check|sail|main)$/.test(path))
        : [];
    const inHome = (name: string) => {
      const home = join(scratch, name);
      const folder = join(home, ".cache", "seaworthy", "code");
      mkdirSync(home, { recursive: true });
      const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
        const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
          cwd: join(ROOT, "examples", "adrift"),
          encoding: "utf8",
          env: { PATH: process.env["PATH"], HOME: home, NO_COLOR: "1", ...env },
        });
        return { status, stdout, stderr };
      };
      return { folder, run, pack: () => join(folder, packs(folder)[0] ?? "none") };
    };
    test("which is written once, and is enough from then on", () => {
      const { folder, run, pack } = inHome("code");
      const first = run(["check"]);
      expect(first).toMatchObject({ status: 1, stderr: "" });
      expect(packs(folder)).toHaveLength(1);
      const written = statSync(pack());
      expect(written.size).toBeGreaterThan(100_000);
      expect(run(["check"])).toEqual(first);
      expect(statSync(pack())).toMatchObject({ ino: written.ino, mtimeMs: written.mtimeMs });
    });
    test("and written anew when it was damaged", () => {
      const { run, pack } = inHome("code-damaged");
      const first = run(["check"]);
      const bytes = readFileSync(pack());
      bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 0xff, bytes.length >> 1);
      writeFileSync(pack(), bytes);
      expect(run(["check"])).toEqual(first);
      expect(readFileSync(pack()).equals(bytes)).toBe(false);
      const mended = statSync(pack());
      expect(run(["check"])).toEqual(first);
      expect(statSync(pack()).ino).toBe(mended.ino);
    });
    test("and loads no rules for files that are not there, nor Node's cryptography", () => {
      const { run, pack } = inHome("code-loaded");
      const probe = join(scratch, "probe.cjs");
      writeFileSync(probe, 'process.on("exit", () => console.error(process.moduleLoadList.includes("NativeModule crypto")));');
      expect(run(["check"], { NODE_OPTIONS: `--require ${probe}` }).stderr).toBe("false\n");
      const loaded = [...(readCodePack(pack())?.codes.keys() ?? [])];
      expect(loaded).toContain("main.cjs");
      const lib = join(installed, "seaworthy", "lib");
      const later = readdirSync(lib).filter((file) => /\bid: "(?:kubernetes|workflow)\//.test(readFileSync(join(lib, file), "utf8")));
      expect(later).not.toEqual([]);
      expect(loaded.filter((file) => later.includes(file))).toEqual([]);
    });
    test("but not of commands that are not there, nor where the user wants none or has no place for it", () => {
      const { folder, run } = inHome("code-none");
      expect(run(["sail"]).status).toBe(2);
      expect(run(["check"], { NODE_DISABLE_COMPILE_CACHE: "1" }).status).toBe(1);
      expect(run(["check"], { HOME: "/dev/null" })).toMatchObject({ status: 1, stderr: "" });
      expect(run(["check"], { HOME: "" })).toMatchObject({ status: 1, stderr: "" });
      expect(packs(folder)).toEqual([]);
      expect(readdirSync(join(ROOT, "examples", "adrift"))).not.toContain(".cache");
    });
  });
  test("keeps its exit statuses: an unknown command is bad input", () => {
    expect(seaworthy(["sail"]).status).toBe(2);
  });
  test("prints no warning about node:sqlite, and ends well when interrupted", () => serves(process.execPath));
});

describe("for the oldest Node it names", () => {
  /** Globals and methods that Node 24 has and 22 has not; syntax is compiled down, these are not. */
  const NEWER =
    /\b(?:(?:Async)?DisposableStack|Float16Array|URLPattern)\b(?!["'])|\bRegExp\.escape\b|\bError\.isError\b|\bPromise\.try\b|\bAtomics\.pause\b|\bMath\.f16round\b|\bUint8Array\.from(?:Base64|Hex)\b|\.toBase64\(|\bIterator\.concat\b|\.getOrInsert|\bimport\.meta\.main\b/;
  const USING = /^\s*(?:await )?using \w+ =/m;

  test("it uses nothing that came later", () => {
    const lib = join(installed, "seaworthy", "lib");
    const found = readdirSync(lib).flatMap((file) =>
      readFileSync(join(lib, file), "utf8")
        .split("\n")
        .filter((line) => NEWER.test(line) || USING.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });

  const oldest = process.env["SEAWORTHY_OLDEST_NODE"] ?? "";
  test.skipIf(oldest === "")("it runs there (SEAWORTHY_OLDEST_NODE is that node's path)", async () => {
    expect(execFileSync(oldest, ["--version"], { encoding: "utf8" })).toMatch(/^v22\.22\./);
    expect(seaworthy(["--version"], { node: oldest })).toEqual({ status: 0, stdout: `${VERSION}\n`, stderr: "" });
    const adrift = join(scratch, "adrift-22");
    cpSync(join(ROOT, "examples", "adrift"), adrift, { recursive: true });
    expect(seaworthy(["check"], { cwd: adrift, node: oldest })).toEqual(seaworthy(["check"], { cwd: adrift }));
    await serves(oldest);
  });
});
