import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { redact } from "../../core/index.ts";
import type { FileSource } from "../project.ts";
import { openContents } from "./contents.ts";

const root = mkdtempSync(join(tmpdir(), "sw-contents-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folder = "";
let number = 0;
beforeEach(() => {
  number += 1;
  folder = join(root, String(number));
  mkdirSync(folder);
});

/** A program of this test's folder, which stands first on PATH. */
const program = (name: string, script: string): void => {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
};
const env = (): Readonly<Record<string, string>> => ({ PATH: `${folder}:${process.env["PATH"] ?? ""}` });
const command = (...words: readonly string[]): FileSource => ({ key: "db", from: "command", command: words, folder });
const plugged = (key: string, ref: string): FileSource => ({ key, from: "plugin", plugin: "test", ref, folder });
const read = (source: FileSource, kind: "secret" | "config" = "secret", deadlineMs?: number): Promise<string> =>
  openContents({ sources: [source], env: env(), ...(deadlineMs === undefined ? {} : { deadlineMs }) }).read(source, kind);

describe("what Compose has a word for", () => {
  test("a file, a variable, the compose file itself", async () => {
    const path = join(folder, "password");
    writeFileSync(path, "from-a-file\n");
    const sources: readonly FileSource[] = [
      { key: "a", from: "file", path },
      { key: "b", from: "environment", variable: "PW" },
      { key: "c", from: "content", content: "inline" },
    ];
    const contents = openContents({ sources, env: { PW: "from-env" } });
    expect(await Promise.all(sources.map((source) => contents.read(source, "config")))).toEqual(["from-a-file\n", "from-env", "inline"]);
  });
  test("a secret's value never shows again, a config's may", async () => {
    await read({ key: "a", from: "content", content: "kingfisher-9" }, "secret");
    await read({ key: "a", from: "content", content: "kestrel-9" }, "config");
    expect(redact("kingfisher-9 kestrel-9")).toBe("[redacted] kestrel-9");
  });
  test.each([
    ["a file that is not there", { key: "a", from: "file", path: "/no/such" } as const, "INPUT_NOT_FOUND"],
    ["a variable that is not set", { key: "a", from: "environment", variable: "SW_NOT_SET" } as const, "VARIABLE_MISSING"],
    ["a file without end", { key: "a", from: "file", path: "/dev/zero" } as const, "INPUT_TOO_LARGE"],
  ])("%s is refused", async (_, source, code) => {
    await expect(read(source)).rejects.toMatchObject({ code });
  });
});

describe("a command", () => {
  test.each([
    ["one line end goes", "printf 'pw-of-a-line\\n'", "pw-of-a-line"],
    ["and only one", "printf 'pw-of-a-line\\n\\n'", "pw-of-a-line\n"],
    ["as Windows ends lines too", "printf 'pw-of-a-line\\r\\n'", "pw-of-a-line"],
    ["lines within stay", "printf 'one-of-two\\ntwo-of-two'", "one-of-two\ntwo-of-two"],
  ])("%s", async (_, script, content) => {
    program("show", script);
    expect(await read(command("show"))).toBe(content);
    expect(redact(`it is ${content.trim()}`)).toContain("[redacted]");
  });
  test("gets its arguments as they are, without a shell, in the project's folder, once", async () => {
    program("show", `echo "$1|$(pwd)"; echo asked >> asked`);
    const source = command("show", "$(id); a b*");
    const contents = openContents({ sources: [source], env: env() });
    expect(await contents.read(source, "config")).toBe(`$(id); a b*|${folder}`);
    await contents.read(source, "secret");
    expect(readFileSync(join(folder, "asked"), "utf8")).toBe("asked\n");
  });
  test.each([
    ["that is not there", "other", "exit 0", "TOOL_MISSING", /there is no program "other" on PATH/],
    ["that fails", "show", "echo leaked-word-1; echo leaked-word-2 >&2; exit 3", "SOURCE_UNREACHABLE", /show ended with status 3/],
    ["that prints nothing", "show", "exit 0", "SOURCE_UNREACHABLE", /show printed nothing/],
    ["that prints only a line end", "show", "echo", "SOURCE_UNREACHABLE", /show printed nothing/],
    ["that prints too much", "show", "head -c 600000 /dev/zero | tr '\\0' x", "INPUT_TOO_LARGE", /more than 524288 bytes/],
    ["that prints no text", "show", "printf '\\377\\376'", "INPUT_INVALID", /not text in UTF-8/],
  ])("one %s is refused, and nothing that it said is repeated", async (_, name, script, code, words) => {
    program("show", script);
    const error: unknown = await read(command(name)).catch((one: unknown) => one);
    expect(error).toMatchObject({ code, message: expect.stringMatching(words) });
    expect(JSON.stringify([error, String(error)])).not.toContain("leaked-word");
  });
  test("one that waits for somebody is ended at its deadline", async () => {
    program("show", "sleep 60");
    await expect(read(command("show"), "secret", 200)).rejects.toMatchObject({
      code: "DEADLINE",
      hint: expect.stringContaining("cannot ask for a password"),
    });
  });
});

describe("a plug-in", () => {
  test("is asked once for all that the project has of it", async () => {
    program(
      "seaworthy-secret-test",
      `cat > asked; echo x >> times; printf '%s' '{"version":1,"values":{"kv/db":"first-of-two","kv/api":"second-of-two\\n"}}'`,
    );
    const sources = [plugged("db", "kv/db"), plugged("api", "kv/api"), plugged("again", "kv/db")];
    const contents = openContents({ sources, env: env() });
    // As it is given: no line end goes.
    expect(await Promise.all(sources.map((one) => contents.read(one, "config")))).toEqual([
      "first-of-two",
      "second-of-two\n",
      "first-of-two",
    ]);
    expect(JSON.parse(readFileSync(join(folder, "asked"), "utf8"))).toEqual({ version: 1, refs: ["kv/db", "kv/api"] });
    expect(readFileSync(join(folder, "times"), "utf8")).toBe("x\n");
    expect(redact("it is first-of-two")).toBe("it is [redacted]");
  });
  test("one reference that it has not does not keep the others", async () => {
    program(
      "seaworthy-secret-test",
      `cat >/dev/null; printf '%s' '{"version":1,"values":{"a":"value-of-a-1"},"errors":{"b":"no such path, value-of-a-1"}}'`,
    );
    const [a, b, c] = [plugged("one", "a"), plugged("two", "b"), plugged("three", "c")];
    const contents = openContents({ sources: [a, b, c], env: env() });
    expect(await contents.read(a, "config")).toBe("value-of-a-1");
    const refused: unknown = await contents.read(b, "secret").catch((one: unknown) => one);
    expect(refused).toMatchObject({ code: "SOURCE_UNREACHABLE", message: expect.stringContaining(`is "b" of seaworthy-secret-test`) });
    expect(redact(String(refused))).toContain("says: no such path, [redacted]");
    await expect(contents.read(c, "secret")).rejects.toMatchObject({ message: expect.stringContaining("has no content for it") });
  });
  test.each([
    ["no JSON", "echo leaked-word"],
    ["another version", `echo '{"version":2,"values":{"a":"leaked-word"}}'`],
    ["other types", `echo '{"version":1,"values":{"a":["leaked-word"]}}'`],
    ["a failure", "echo leaked-word >&2; exit 1"],
  ])("an answer of %s is refused without a word of it", async (_, script) => {
    program("seaworthy-secret-test", `cat >/dev/null; ${script}`);
    const error: unknown = await read(plugged("one", "a")).catch((one: unknown) => one);
    expect(error).toMatchObject({ code: "SOURCE_UNREACHABLE" });
    expect(JSON.stringify([error, String(error)])).not.toContain("leaked-word");
  });
  test("one that is not installed is named", async () => {
    await expect(read(plugged("one", "a"))).rejects.toMatchObject({
      code: "TOOL_MISSING",
      message: expect.stringContaining(`there is no program "seaworthy-secret-test" on PATH`),
    });
  });
  test("the example of the guide works", async () => {
    const guide = readFileSync(join(import.meta.dirname, "../../../docs/guide/secrets.md"), "utf8");
    const script = /```js\n(#!\/usr\/bin\/env node\n\/\/ seaworthy-secret-pass[\s\S]*?)```/.exec(guide)?.[1] ?? "";
    writeFileSync(join(folder, "seaworthy-secret-test"), script);
    chmodSync(join(folder, "seaworthy-secret-test"), 0o755);
    symlinkSync(process.execPath, join(folder, "node"));
    program("pass", `[ "$2" = shop/db ] && printf 'the "quoted" one\\nsecond line\\n'`);
    const [known, unknown] = [plugged("one", "shop/db"), plugged("two", "shop/other")];
    const contents = openContents({ sources: [known, unknown], env: env() });
    expect(await contents.read(known, "secret")).toBe('the "quoted" one\nsecond line');
    await expect(contents.read(unknown, "secret")).rejects.toMatchObject({ message: expect.stringContaining("says: not in the store") });
  });
});
