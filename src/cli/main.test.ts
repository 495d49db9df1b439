import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const main = join(import.meta.dirname, "main.ts");
const folder = mkdtempSync(join(tmpdir(), "sw-main-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "compose.yaml"), "services:\n  web:\n    image: docker.io/library/nginx:1.27\n");

const seaworthy = (args: readonly string[], options: { readonly node?: readonly string[] } = {}) =>
  spawnSync(process.execPath, [...(options.node ?? []), main, ...args], { encoding: "utf8", cwd: folder });

/** Prints the file of each module as it is loaded. */
const LOADS = `data:text/javascript,${encodeURIComponent(
  `import { registerHooks } from "node:module"; registerHooks({ load(url, context, next) { if (!url.startsWith("node:")) process.stderr.write("loads " + url + "\\n"); return next(url, context); } });`,
)}`;

describe("the process", () => {
  test("--help loads the commands' flags and nothing that they need to run", () => {
    const { status, stderr } = seaworthy(["--help"], { node: ["--import", LOADS] });
    expect(status).toBe(0);
    const loaded = stderr
      .split("\n")
      .flatMap((line) => (line.startsWith("loads ") ? [line.replace(/.*\/(src|node_modules)\//, "$1/")] : []));
    expect(loaded).toContain("src/cli/app.ts");
    expect(
      loaded.filter((file) => !/^src\/cli\/(?:main|app|context|flags|version|commands\/[a-z-]+)\.ts$|^node_modules\/@stricli\//.test(file)),
    ).toEqual([]);
  });

  test("its exit status is the command's, and stricli's own are the table's", () => {
    expect([["--help"], ["check"], ["chekc"], ["check", "--nope"], ["explain", "no/such"]].map((args) => seaworthy(args).status)).toEqual([
      0, 1, 2, 2, 2,
    ]);
  });

  test("a command line that makes no sense is one document with --json, and words on stderr", () => {
    const { status, stdout, stderr } = seaworthy(["check", "--nope", "--json"]);
    expect([status, JSON.parse(stdout)]).toMatchObject([2, { code: "USAGE", message: expect.stringContaining("--nope") }]);
    expect(stderr).toContain("--nope");
  });

  test("a reader that goes early is no error", async () => {
    const child = spawn(process.execPath, [main, "explain"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    const [words, [code]] = await Promise.all([Array.fromAsync(child.stderr.setEncoding("utf8")), once(child, "exit")]);
    expect([code, words.join("")]).toEqual([0, ""]);
  });

  test("SIGHUP has a registry read its settings again, and say so, or why not", async () => {
    const data = join(folder, "SIGHUP");
    const child = spawn(process.execPath, [main, "registry", "serve", "--data", data, "--listen", "127.0.0.1:0", "--open", "--json"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    await once(child.stdout, "data");
    for (const [text, expected] of [
      ["gc: {every: 2d}\n", /registry\.yaml was read again; changed: gc\n/],
      ["gc: {evry: 2d}\n", /settings stay as they were: .*registry\.yaml:1:6: .*"evry"/],
      ["gc: {every: 2d}\n", /changed: nothing\n/],
    ] as const) {
      writeFileSync(join(data, "registry.yaml"), text);
      child.kill("SIGHUP");
      await expect.poll(() => said, { timeout: 20_000 }).toMatch(expected);
    }
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("%s ends what runs until interrupted, in order", async (signal) => {
    const child = spawn(
      process.execPath,
      [main, "registry", "serve", "--data", join(folder, signal), "--listen", "127.0.0.1:0", "--open", "--json"],
      {
        cwd: folder,
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const printed: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (text: string) => printed.push(text));
    await once(child.stdout, "data");
    child.kill(signal);
    const [code, by] = (await once(child, "exit")) as [number | null, string | null];
    expect([code, by]).toEqual([0, null]);
    expect(JSON.parse(printed.join(""))).toMatchObject({ schema: "seaworthy/registry@1", state: "listening" });
  });
});
