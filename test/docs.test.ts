import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ITEMS } from "../src/checklist/index.ts";
import { loadProject } from "../src/project/index.ts";
import { OTHER_SOURCES } from "../script/docs.d/checklist.ts";
import { EXAMPLE } from "../script/docs.d/settings.ts";
import { between, commands, orphans, pages } from "../script/docs.ts";
import { brokenLinks, commandProblems, commandsIn, headingsOf, missingPaths } from "./docs.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const markdown = globSync("**/*.md", { cwd: root, exclude: ["node_modules/**", "**/node_modules/**", ".git/**"] }).toSorted();

const generated = await pages();

describe("generated pages", () => {
  for (const [path, content] of Object.entries(generated))
    test(`${path} says what the catalogues say (script/docs.ts writes it)`, () => {
      expect(read(path)).toBe(content);
    });

  test("none is left of what is no more", () => {
    expect(orphans(generated)).toEqual([]);
    expect(orphans({}).length).toBeGreaterThan(100);
  });

  test("the example of every setting is a project that loads", async () => {
    const folder = mkdtempSync(join(tmpdir(), "seaworthy-docs-"));
    try {
      mkdirSync(join(folder, "secrets"));
      for (const [name, text] of [
        ["compose.yaml", EXAMPLE],
        ["Dockerfile", "FROM scratch\n"],
        ["npmrc", ""],
      ] as const)
        writeFileSync(join(folder, name), text);
      const project = await loadProject({ folder, git: false, env: {} });
      expect(project.settings.check.fail).toBe("warning");
      expect(project.services[0]?.settings.route?.live).toBe("/healthz");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("every item of the checklist has its row, and sources that are named by hand are written in the code", () => {
    const page = read("docs/reference/checklist.md");
    for (const { id } of ITEMS) expect(page).toContain(`| \`${id}\` |`);
    const code = globSync("src/**/*.ts", { cwd: root }).map(read).join("\n");
    for (const source of Object.values(OTHER_SOURCES)) expect(code).toContain(`source: "${source}"`);
  });

  test("a page without a place for its generated part is refused", () => {
    expect(() => between("# a page\n", "x")).toThrow(/no place/);
  });
});

describe("links", () => {
  test("there are pages to look at", () => {
    expect(markdown).toEqual(expect.arrayContaining(["README.md", "ARCHITECTURE.md", "docs/guide/releases.md"]));
  });
  for (const path of markdown)
    test(`${path}: every relative link leads somewhere`, () => {
      expect(brokenLinks(root, path)).toEqual([]);
    });
});

describe("commands and paths", () => {
  const known = commands();
  for (const path of markdown.filter((one) =>
    /^(?:README|ARCHITECTURE|CONTRIBUTING|SECURITY|CHANGELOG)\.md$|^docs\/(?:guide|decisions)\/|^docs\/performance\.md$/.test(one),
  ))
    test(`${path}: every command and flag it names is there`, () => {
      expect(commandsIn(read(path)).flatMap((command) => commandProblems(command, known))).toEqual([]);
    });

  test("the guide names commands at all", () => {
    expect(commandsIn(read("docs/guide/first-release.md")).length).toBeGreaterThan(5);
  });

  for (const path of [
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "docs/guide/proxy.md",
    ...markdown.filter((one) => one.startsWith("docs/decisions/")),
  ])
    test(`${path}: every file it names is there`, () => {
      expect(missingPaths(root, read(path))).toEqual([]);
    });
});

describe("the test of the test", () => {
  const known = commands();
  test("a command, a subcommand and a flag that do not exist are named", () => {
    expect(commandProblems("seaworthy moor", known)).toEqual(['"seaworthy moor": there is no such command']);
    expect(commandProblems("seaworthy keys old", known)).toEqual(['"seaworthy keys old": there is no such command']);
    expect(commandProblems("seaworthy ship --fast --dry-run", known)).toEqual([
      '"seaworthy ship --fast --dry-run": seaworthy ship has no --fast',
    ]);
  });
  test("arguments, values and negations are not taken for commands and flags", () => {
    for (const good of [
      "seaworthy",
      "seaworthy --help",
      "seaworthy explain compose/init",
      "seaworthy keys new --output deploy",
      "seaworthy ship --dry-run --why 'x --y'",
    ])
      expect(commandProblems(good, known)).toEqual([]);
  });
  test("code spans and lines of code blocks are found; prose is not", () => {
    const text =
      "seaworthy in prose, `seaworthy ship --env x`, `x-seaworthy.route`\n\n```sh\n$ ./seaworthy check   # what stands\nSEAWORTHY_STATE=/x seaworthy status\n```\n\n    $ seaworthy history\n";
    expect(commandsIn(text)).toEqual(["seaworthy ship --env x", "seaworthy check", "seaworthy status", "seaworthy history"]);
  });
  test("a broken link, a missing anchor and a missing picture are named", () => {
    const folder = mkdtempSync(join(tmpdir(), "seaworthy-docs-"));
    try {
      writeFileSync(join(folder, "b.md"), "# One thing\n");
      writeFileSync(
        join(folder, "a.md"),
        '[a](b.md) [b](b.md#one-thing) [c](c.md) [d](b.md#two) ![p](p.svg) <img src="q.svg"> [w](https://x.example) `[no](no.md)`\n',
      );
      expect(brokenLinks(folder, "a.md")).toEqual(["c.md", "b.md#two", "p.svg", "q.svg"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  test("headings become GitHub's anchors", () => {
    expect(headingsOf("## compose/cap-drop-all\n\n## Where `state` lives\n\n## Exit 1\n")).toEqual([
      "composecap-drop-all",
      "where-state-lives",
      "exit-1",
    ]);
  });
  test("a file that is gone is named, a pattern that matches is not", () => {
    expect(missingPaths(root, "`src/core/errors.ts` `src/core/gone.ts` `src/release/rollout/*.ts` `src/gone/*.ts` `a/b` `test/`")).toEqual([
      "src/core/gone.ts",
      "src/gone/*.ts",
    ]);
  });
});
