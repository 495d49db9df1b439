import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { seaworthy } from "./test-data/run.ts";

const folder = mkdtempSync(join(tmpdir(), "sw-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "compose.yaml"), "services:\n  web:\n    image: docker.io/library/nginx:1.27\n");
const broken = mkdtempSync(join(tmpdir(), "sw-cli-broken-"));
afterAll(() => rmSync(broken, { recursive: true, force: true }));
writeFileSync(join(broken, "compose.yaml"), "services:\n  web:\n    image: a\n    prots: [80]\n");
const empty = mkdtempSync(join(tmpdir(), "sw-cli-empty-"));
afterAll(() => rmSync(empty, { recursive: true, force: true }));

const PROJECT = ["--json", "--file", "--env", "--profile"];
const CHANGE = [...PROJECT, "--dry-run"];
const COPY = ["--json", "--dry-run", "--with-referrers", "--compress"];
const ROLLOUT = [...CHANGE, "--why", "--wait"];

/** Each command with the flags that it promises. */
const COMMANDS: readonly (readonly [string, readonly string[]])[] = [
  ["ship", ROLLOUT],
  ["check", [...PROJECT, "--fix", "--dry-run", "--policy", "--list"]],
  ["explain", ["--json"]],
  ["checklist", PROJECT],
  ["build", PROJECT],
  ["trial", [...PROJECT, "--level", "--list", "--fix", "--dry-run", "--html"]],
  ["push", CHANGE],
  ["keys new", ["--json", "--output"]],
  ["sign", [...CHANGE, "--key"]],
  ["attest", [...CHANGE, "--key", "--type", "--predicate", "--db"]],
  ["verify", [...PROJECT, "--key", "--scanned-within"]],
  ["deploy", [...ROLLOUT, "--resume"]],
  ["promote", [...PROJECT, "--why", "--wait", "--full"]],
  ["abort", [...PROJECT, "--why", "--wait"]],
  ["rollback", [...ROLLOUT, "--to"]],
  ["maintenance", [...CHANGE, "--why"]],
  ["pause", [...CHANGE, "--why", "--for"]],
  ["resume", [...CHANGE, "--why"]],
  ["status", PROJECT],
  ["reconcile", ROLLOUT],
  ["adopt", [...ROLLOUT, "--replace", "--take-port", "--firewall-open", "--settle", "--finish"]],
  ["certificates", ["--json", "--renew", "--dry-run"]],
  ["agent", ["--json", "--systemd", "--restore"]],
  ["history", PROJECT],
  ["logs", [...PROJECT, "--follow", "--tail", "--since"]],
  ["exec", ["--file", "--env", "--profile", "--replica", "--user"]],
  ["run", ["--file", "--env", "--profile"]],
  ["schedule list", PROJECT],
  ["schedule log", [...PROJECT, "--runs"]],
  ["schedule run", CHANGE],
  ["doctor", [...PROJECT, "--output"]],
  ["prune", [...CHANGE, "--wait", "--all", "--dangling", "--build-cache", "--older-than", "--max-size"]],
  ["image inspect", ["--json", "--platform"]],
  ["image ls", ["--json", "--platform", "--layers", "--tags"]],
  ["image tree", ["--json", "--platform", "--depth", "--top"]],
  ["image diff", ["--json", "--platform", "--top", "--exit-code"]],
  ["image copy", [...COPY, "--platform", "--all-platforms"]],
  ["image index", COPY],
  ["image save", ["--json", "--platform", "--output", "--format"]],
  ["registry ls", ["--json", "--data"]],
  ["registry tags", ["--json", "--data"]],
  ["registry rm", ["--json", "--data", "--dry-run"]],
  ["registry undo", ["--json", "--data", "--dry-run"]],
  ["registry retain", ["--json", "--data", "--dry-run", "--yes"]],
  ["registry gc", ["--json", "--data", "--dry-run", "--empty-trash"]],
  ["registry reload", ["--json", "--data", "--dry-run"]],
  ["registry scrub", ["--json", "--data", "--rate", "--unless-within"]],
  ["registry serve", ["--json", "--data", "--listen", "--open"]],
  ["registry import", ["--json", "--to", "--repository", "--tag", "--dry-run"]],
  ["sbom", ["--json", "--platform", "--format"]],
  ["scan", ["--json", "--platform", "--db", "--fail", "--only-fixed"]],
  ["db build", ["--json"]],
  ["db status", ["--json", "--db", "--max-age", "--stale"]],
  ["db export", ["--json", "--db"]],
  ["db import", ["--json", "--db"]],
  ["db update", ["--json", "--db", "--from", "--ecosystem", "--mirror", "--exploited", "--epss", "--endoflife", "--full", "--dry-run"]],
];

describe("help", () => {
  test.each(COMMANDS)("of %s names it, its flags and what it is for", async (command, flags) => {
    const { exit, out, err } = await seaworthy([...command.split(" "), "--help"]);
    expect([exit, err]).toEqual([0, ""]);
    expect(out).toContain(`seaworthy ${command}`);
    const named = new Set([...out.matchAll(/(--[a-z][a-z-]+)/g)].map((match) => match[1]));
    for (const flag of flags) expect(named, out).toContain(flag);
    expect(out.split("\n").filter((line) => line.trim().length > 20).length).toBeGreaterThan(3);
  });

  test("of the tool lists every command and the exit statuses, also when nothing was asked", async () => {
    const { exit, out } = await seaworthy(["--help"]);
    expect(exit).toBe(0);
    for (const [command] of COMMANDS) expect(out).toContain(command.split(" ")[0]);
    expect(out).toMatch(/Exit status: 0 done, .*70 a bug/s);
    expect(await seaworthy([])).toEqual({ exit, out, err: "" });
  });

  test("the list above is whole", async () => {
    const { out } = await seaworthy(["--help"]);
    const listed = [...(out.split("COMMANDS\n")[1] ?? "").matchAll(/^ {2}([a-z]+)/gm)].map((match) => match[1]);
    expect(new Set(listed)).toEqual(new Set(COMMANDS.map(([command]) => command.split(" ")[0])));
  });
});

describe("a command line that makes no sense is exit 2, on stderr", () => {
  test.each([
    ["an unknown command, with the one that was meant", ["chekc"], "did you mean `check`?"],
    ["an unknown command below another", ["keys", "nwe"], "did you mean `new`?"],
    ["an unknown flag, with the one that was meant", ["check", "--flie", "x"], "did you mean --file?"],
    ["a flag without its value", ["rollback", "--to"], "--to"],
    ["too many arguments", ["status", "extra"], "extra"],
    ["a flag that is required", ["registry", "serve"], "--data"],
    ["a flag twice", ["deploy", "--why", "a", "--why", "b"], "--why"],
  ])("%s", async (_, args, words) => {
    const { exit, out, err } = await seaworthy(args);
    expect([exit, out]).toEqual([2, ""]);
    expect(err).toContain(words);
  });

  test.each([
    ["an unknown command", ["chekc", "--json"]],
    ["an unknown flag", ["check", "--json", "--nope"]],
    ["a missing value", ["rollback", "--json", "--to"]],
  ])("%s with --json is one document as well", async (_, args) => {
    const { exit, out } = await seaworthy(args);
    expect(exit).toBe(2);
    expect(out.trim().split("\n")).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({
      schema: "seaworthy/error@1",
      code: "USAGE",
      exit: 2,
      retryable: false,
      message: expect.stringMatching(/./),
    });
  });

  test("--json behind -- is an argument, not a wish", async () => {
    expect((await seaworthy(["chekc", "--", "--json"])).out).toBe("");
  });

  test.each([
    ["explain", ["explain", "no/such-rule"]],
    ["registry serve without --open", ["registry", "serve", "--data", "x"]],
    ["registry serve on no address", ["registry", "serve", "--data", "x", "--open", "--listen", "nowhere"]],
    ["check --dry-run without --fix", ["check", "--dry-run"]],
    ["trial --dry-run without --fix", ["trial", "--dry-run"]],
    ["trial --html into a folder that is not there", ["trial", "--html", "/no/such/folder/trial.html"]],
    ["trial --html onto a folder", ["trial", "--html", "/"]],
    ["check --list of a path", ["check", "--list", "compose.yaml"]],
  ])("%s", async (_, args) => {
    const { exit, out, err } = await seaworthy(args, { cwd: folder });
    expect([exit, out]).toEqual([2, ""]);
    expect(err).toMatch(/^seaworthy: .+\n(?: {2}.+\n)* {2}-> .+\n$/);
  });
});

describe("check", () => {
  test("--list prints every rule on a line, with --policy those that it asks", async () => {
    const lines = async (...args: readonly string[]) =>
      (await seaworthy(["check", "--list", ...args], { cwd: folder })).out.trim().split("\n");
    const all = await lines();
    expect(all.length).toBeGreaterThan(250);
    expect(all).toContainEqual(
      expect.stringMatching(/^compose\/read-only-root +\w+ +dev +read-only-rootfs +A service .*composelint:CL-0007/),
    );
    expect((await lines("--policy", "production")).length).toBeLessThan(all.length);
    expect(await lines("--policy", "strict")).toEqual(all);
  });

  test("--policy stands above the settings, and decides with them from where it fails", async () => {
    const shop = mkdtempSync(join(tmpdir(), "sw-cli-shop-"));
    afterAll(() => rmSync(shop, { recursive: true, force: true }));
    writeFileSync(join(shop, "Dockerfile"), "FROM debian:latest\nUSER 1000\n");
    const check = async (settings: string, ...args: readonly string[]) => {
      writeFileSync(join(shop, ".seaworthy.yaml"), settings);
      const { exit, out } = await seaworthy(["check", "--json", ...args], { cwd: shop });
      const { counts } = JSON.parse(out) as { counts: { info: number; warning: number; error: number } };
      return { exit, ...counts };
    };
    const usual = await check("{}\n");
    expect(usual).toMatchObject({ exit: 1, error: 0 });
    expect(usual.warning).toBeGreaterThan(0);
    expect((await check("{}\n", "--policy", "dev")).exit).toBe(0);
    expect((await check("check: {profile: dev}\n")).exit).toBe(0);
    expect((await check("check: {profile: dev}\n", "--policy", "production")).exit).toBe(1);
    expect((await check("check: {fail: error}\n")).exit).toBe(0);
  });

  test("a finding says how to read more of its rule, and explain knows it by every name", async () => {
    const { out } = await seaworthy(["check"], { cwd: folder });
    const named = [...out.matchAll(/^ {2}more seaworthy explain (\S+)$/gm)].map(([, rule = ""]) => rule);
    expect(named.length).toBeGreaterThan(3);
    expect(new Set(named).size).toBe(named.length);
    for (const name of ["compose/read-only-root", "CL-0007"]) {
      const { out: page } = await seaworthy(["explain", name]);
      expect(page).toContain("## compose/read-only-root");
      expect(page).toContain("Page: docs/reference/rules/compose/read-only-root.md");
    }
  });
});

describe("--json is one document on stdout, and nothing else", () => {
  const one = (out: string): unknown => {
    expect(out.endsWith("\n")).toBe(true);
    expect(out.trimEnd()).not.toContain("\n");
    return JSON.parse(out);
  };
  test.each([
    ["a list", ["explain", "--json"], "seaworthy/rules@1", 0],
    ["one rule", ["explain", "--json", "compose/read-only-root"], "seaworthy/rules@1", 0],
    ["findings", ["check", "--json"], "seaworthy/findings@1", 1],
    ["the rules", ["check", "--list", "--json"], "seaworthy/rules@1", 0],
  ])("%s", async (_, args, schema, exit) => {
    const said = await seaworthy(args, { cwd: folder });
    expect(one(said.out)).toMatchObject({ schema });
    expect([said.exit, said.err]).toEqual([exit, ""]);
  });
  test.each([
    ["status", broken, "FIELD_UNKNOWN", 2],
    ["history", empty, "INPUT_NOT_FOUND", 2],
    ["ship", empty, "INPUT_NOT_FOUND", 2],
    ["deploy", empty, "INPUT_NOT_FOUND", 2],
    ["build", empty, "INPUT_NOT_FOUND", 2],
  ])("%s that fails", async (command, cwd, code, exit) => {
    const said = await seaworthy([command, "--json"], { cwd });
    expect(said.exit).toBe(exit);
    expect(one(said.out)).toMatchObject({ schema: "seaworthy/error@1", code, exit });
    // People who look at the log of a script still see it.
    expect(said.err).toMatch(/^seaworthy: /);
  });
});

describe("a remote engine", () => {
  test.each(["ssh://deploy@a", "tcp://10.0.0.5:2375", "https://10.0.0.5"])(
    "%s is refused: what changes a server runs there",
    async (address) => {
      const { exit, err } = await seaworthy(["deploy"], { cwd: folder, env: { DOCKER_HOST: address } });
      expect(exit).toBe(2);
      expect(err).toContain("runs on that server");
    },
  );
});

describe("colour", () => {
  const ESCAPE = "\u001b";
  test("is for terminals: none of it in a pipe", async () => {
    for (const args of [["--help"], ["check"], ["explain", "compose/read-only-root"], ["explain"], ["chekc"], ["check", "--help"]]) {
      const { out, err } = await seaworthy(args, { cwd: folder });
      expect(`${out}${err}`, args.join(" ")).not.toContain(ESCAPE);
    }
  });
  test("is there on a terminal", async () => {
    expect((await seaworthy(["check"], { cwd: folder, terminal: true })).out).toContain(ESCAPE);
  });
  test("never gets into --json", async () => {
    expect((await seaworthy(["check", "--json"], { cwd: folder, terminal: true })).out).not.toContain(ESCAPE);
  });
});

test("--version is the version alone", async () => {
  expect(await seaworthy(["--version"])).toEqual({ exit: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: "" });
});
