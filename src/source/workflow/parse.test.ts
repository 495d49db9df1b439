import { describe, expect, test } from "vitest";
import { SourceText } from "../../core/index.ts";
import {
  commandSpan,
  compareVersions,
  effectivePermissions,
  grants,
  isStaticInMatrix,
  matrixValues,
  parseWorkflow,
  readUses,
  scriptOf,
  templatesIn,
  templateSpan,
  usesMatches,
  versionIn,
  type GithubWorkflow,
  type GitlabPipeline,
  type WorkflowFile,
} from "./index.ts";
import { fedBy, feeding, UNKNOWN } from "../shell/index.ts";

const parse = (text: string, path = ".github/workflows/ci.yml"): WorkflowFile => {
  const { file } = parseWorkflow(new SourceText(path, text));
  if (file === undefined) throw new Error("nothing was read");
  return file;
};

const github = (text: string): GithubWorkflow => {
  const file = parse(text);
  if (file.dialect !== "github-workflow") throw new Error(`read as ${file.dialect}`);
  return file;
};

const gitlab = (text: string): GitlabPipeline => {
  const file = parse(text, ".gitlab-ci.yml");
  if (file.dialect !== "gitlab") throw new Error(`read as ${file.dialect}`);
  return file;
};

const written = (text: string): readonly string[] =>
  [...templatesIn(parse(text).root)].map((template) => {
    const span = templateSpan(template, template.expression);
    return span.source.text.slice(span.start, span.end);
  });

describe("templates are found where they were written", () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["plain", "on: push\nname: a ${{ github.ref }} b\n", ["github.ref"]],
    ["double quotes with escapes", 'on: push\nname: "say \\"${{ github.ref }}\\"\\t${{ inputs.x }}"\n', ["github.ref", "inputs.x"]],
    ["single quotes doubled", "on: push\nname: 'it''s ${{ format(''{0}'', github.ref) }}'\n", ["format(''{0}'', github.ref)"]],
    ["literal block", "on: push\nname: |\n    one ${{ github.ref }}\n\n      two ${{ inputs.x }}\n", ["github.ref", "inputs.x"]],
    ["folded block over lines", "on: push\nname: >-\n    ${{ secrets.A\n    && 'b' }}\n", ["secrets.A\n    && 'b'"]],
    ["a brace within a text", "on: push\nname: a${{ format('}}{0}', env.A) }}\n", ["format('}}{0}', env.A)"]],
    ["other letters", "on: push\nname: 'ドド ${{ github.ref }} 😀 ${{ inputs.y }}'\n", ["github.ref", "inputs.y"]],
    ["CRLF", "on: push\r\nname: |\r\n  a\r\n  ${{ github.ref }}\r\n", ["github.ref"]],
  ];
  for (const [name, text, expected] of cases) test(name, () => expect(written(text)).toEqual(expected));
});

describe("uses", () => {
  const uses = (text: string) => readUses(github(`on: push\njobs: {a: {uses: '${text}'}}`).jobs[0]?.node.entries.get("uses")?.value);
  test.each([
    ["a/b@v1", { kind: "repository", slug: "a/b", path: "", ref: "v1", pin: "ref" }],
    [`A/B/c/d@${"0".repeat(40)}`, { kind: "repository", slug: "a/b", path: "c/d", pin: "hash" }],
    ["a/b", { kind: "repository", ref: undefined, pin: "none" }],
    ["a/b@abcdef1", { pin: "ref" }],
    ["docker://alpine:3.23", { kind: "docker", image: "alpine:3.23" }],
    ["./x", { kind: "local", form: "workspace" }],
    ["$/x", { kind: "local", form: "repository" }],
  ])("%s", (text, expected) => expect(uses(text)).toMatchObject(expected));
  test("what is none of the forms", () => {
    expect(uses("checkout@v4")).toBeUndefined();
    expect(uses("${{ matrix.action }}")).toBeUndefined();
  });
  test("patterns", () => {
    const one = uses("GitHub/codeql-action/init@v3");
    const matching = [
      "*",
      "github/*",
      "github/codeql-action/*",
      "github/codeql-action/init",
      "github/codeql-action/init@v3",
      "github/codeql-action",
      "github/codeql-action/ini",
      "git/*",
    ].filter((pattern) => one?.kind === "repository" && usesMatches(one, pattern));
    expect(matching).toEqual(["*", "github/*", "github/codeql-action/*", "github/codeql-action/init", "github/codeql-action/init@v3"]);
  });
});

test("versions", () => {
  expect(
    ["v4.2.2", "tag=v4.2.2", "release/v1", "create-token/v0.2.2", "v4.0.0rc1", "some comment", "main"].map((text) =>
      versionIn(text)?.join("."),
    ),
  ).toEqual(["4.2.2", "4.2.2", "1", "0.2.2", "4.0.0", undefined, undefined]);
  expect(compareVersions([4], [4, 1, 3])).toBeGreaterThan(0);
  expect(compareVersions([3], [4, 1, 3])).toBeLessThan(0);
  expect(compareVersions([4, 1, 3], [4, 1, 3])).toBe(0);
});

test("triggers, permissions, matrix and shells of a workflow", () => {
  const file = github(`on:
  push: {tags: ['v*']}
  workflow_dispatch:
permissions: {contents: read}
defaults: {run: {shell: "/bin/sh -e {0}"}}
jobs:
  a:
    runs-on: windows-2025
    permissions: {id-token: write}
    strategy:
      matrix:
        os: [self-hosted, linux]
        flag: ['\${{ inputs.flag }}']
        exclude: [{os: self-hosted}]
        include: [{os: macos, config: {x: 1}}]
    steps: [{run: a}, {run: b, shell: pwsh}, {run: c, if: false}]
  b: {runs-on: windows-2025, defaults: {run: {}}, steps: []}
`);
  expect([...file.triggers.events.keys()]).toEqual(["push", "workflow_dispatch"]);
  const [a, b] = file.jobs;
  if (a === undefined || b === undefined) throw new Error("two jobs");
  expect(grants(effectivePermissions(file.permissions, a.permissions), "contents", "read")).toBe(false);
  expect(grants(effectivePermissions(file.permissions, b.permissions), "contents", "read")).toBe(true);
  expect(matrixValues(a.matrix, "os").map(({ text }) => text)).toEqual(["linux", "macos"]);
  expect(matrixValues(a.matrix, "config.x").map(({ text }) => text)).toEqual(["1"]);
  expect([isStaticInMatrix(a.matrix, "os"), isStaticInMatrix(a.matrix, "flag"), isStaticInMatrix(a.matrix, "absent")]).toEqual([
    true,
    false,
    true,
  ]);
  expect(a.steps.map(({ shell, isDead }) => [shell, isDead])).toEqual([
    ["sh", false],
    ["pwsh", false],
    ["sh", true],
  ]);
});

test("anchors are followed, and the place is where the value stands", () => {
  const file = github("on: push\njobs:\n  a: {runs-on: x, steps: &s [{run: make}]}\n  b: {runs-on: x, steps: *s}\n");
  expect(file.jobs.map((job) => job.steps[0]?.run?.text)).toEqual(["make", "make"]);
});

describe("GitLab", () => {
  const file = gitlab(`spec: {inputs: {}}
---
default: {image: alpine:3.23}
.base: {image: node:24.21.0, script: [make, !reference [.other, script], [a, [b]]]}
build: {extends: .base, before_script: one}
test: {script: test}
`);
  test("extends, then defaults", () => {
    const image = (name: string) => {
      const node = file.jobs.find((job) => job.name === name)?.keyword("image");
      return node?.kind === "scalar" ? node.text : undefined;
    };
    expect([image("build"), image("test")]).toEqual(["node:24.21.0", "alpine:3.23"]);
  });
  test("scripts are flattened, !reference is no error", () => {
    expect(file.jobs.find((job) => job.name === ".base")?.script.map(({ text }) => text)).toEqual(["make", ".other", "script", "a", "b"]);
    expect(parseWorkflow(new SourceText(".gitlab-ci.yml", "a: {script: !reference [.b, script]}")).problems).toEqual([]);
  });
  test("extends in a circle ends", () => expect(gitlab("a: {extends: b}\nb: {extends: a}\n").jobs[0]?.keyword("image")).toBeUndefined());
});

describe("which file it is", () => {
  test.each([
    ["version: 2\nupdates: []\n", "x.yml", "dependabot"],
    ["runs: {using: composite, steps: []}\n", "x.yml", "github-action"],
    ["jobs: {}\n", ".gitlab-ci.yml", "github-workflow"],
    ["build: {script: make}\n", "x.yml", "gitlab"],
  ])("%j in %s", (text, path, dialect) => expect(parse(text, path).dialect).toBe(dialect));
  test("an empty text is none", () => expect(parseWorkflow(new SourceText("action.yml", "# nothing\n")).file).toBeUndefined());
});

describe("scripts as commands", () => {
  const commands = (script: string, shell: string) => {
    const step = github(`on: push\njobs: {a: {runs-on: x, steps: [{run: ${JSON.stringify(script)}}]}}`).jobs[0]?.steps[0];
    if (step?.run === undefined) throw new Error("no script");
    const { run } = step;
    return scriptOf(run, shell).commands.map((one) => ({
      one,
      text: run.source.text.slice(commandSpan(run, one).start, commandSpan(run, one).end),
    }));
  };
  test("bash: pipes, substitutions, redirections of groups, templates", () => {
    const found = commands('curl "$URL" | sudo tee x\nfor i in 1; do echo $(date) ${{ a.b }}; done\n{ echo 1; } >> "$GITHUB_ENV"', "bash");
    expect(found.map(({ one }) => one.name)).toEqual(["curl", "sudo", "tee", "date", "echo", "echo"]);
    expect(found[2]?.one.via?.name).toBe("sudo");
    expect(found[4]?.one.args.map(({ raw, text }) => [raw, text])).toEqual([
      ["$(date)", UNKNOWN],
      ["${{ a.b }}", UNKNOWN],
    ]);
    expect(found[5]?.one.redirects[0]?.target?.raw).toBe('"$GITHUB_ENV"');
    expect(found[4]?.text).toBe("echo $(date) ${{ a.b }}");
  });
  test("PowerShell: quotes, backticks, pipes, redirections", () => {
    const found = commands('Get-X "a b" `\n  -Y 1 | Out-File $env:GITHUB_ENV # end\ngem install rake >> $env:LOG', "pwsh");
    expect(found.map(({ one }) => [one.name, one.args.map(({ text }) => text), one.redirects[0]?.target?.raw])).toEqual([
      ["Get-X", ["a b", "-Y", "1"], undefined],
      ["Out-File", [UNKNOWN], undefined],
      ["gem", ["install", "rake"], "$env:LOG"],
    ]);
  });
  test("a variable that the script sets is put in; a template is one word whose value nobody knows", () => {
    const [found] = commands('V=1.2\ncurl -o ${{ a.b }}-x "v$V" ${{ c\n }}', "bash").slice(1);
    expect(found?.one.args.map(({ raw, text, isOne }) => [raw, text, isOne])).toEqual([
      ["-o", "-o", true],
      ["${{ a.b }}-x", `${UNKNOWN}-x`, false],
      ['"v$V"', "v1.2", true],
      ["${{ c\n }}", UNKNOWN, false],
    ]);
  });
  test("what flows into what: through braces, sudo and here-documents", () => {
    const { run } = github("on: push\njobs: {a: {runs-on: x, steps: [{run: '{ a; b; } | c | sudo d'}]}}").jobs[0]?.steps[0] ?? {};
    if (run === undefined) throw new Error("no script");
    const script = scriptOf(run, "bash");
    const named = (name: string) => script.commands.find((one) => one.name === name) ?? expect.fail(name);
    expect(feeding(script, named("c")).map(({ name }) => name)).toEqual(["a", "b"]);
    expect(fedBy(script, named("a")).map(({ name }) => name)).toEqual(["c", "sudo", "d"]);
    expect(fedBy(script, named("d"))).toEqual([]);
  });
  test("other shells are not read", () => expect(commands("import os", "python")).toEqual([]));
});
