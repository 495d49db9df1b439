import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readProject, type RuleSettings } from "../project/index.ts";
import { findRules, RULES } from "./whole-catalogue.ts";
import { applyFixes } from "./fix.ts";
import type { AnyRule } from "./rule.ts";
import { checkProject } from "./run.ts";
import { NOW } from "./test-data/subjects.ts";

/** A compose text as its rules would mend it. */
const fixed = async (text: string, rules: readonly AnyRule[], settings: RuleSettings = {}): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), "swt-fix-"));
  const file = join(folder, "compose.yaml");
  try {
    writeFileSync(file, text);
    const { files } = await applyFixes(new Map([["compose.yaml", text]]), async (texts) => {
      const { project } = await readProject({ folder, env: {}, git: false, replaced: new Map([[file, texts.get("compose.yaml") ?? ""]]) });
      return checkProject(project, { now: NOW, rules, settings }).findings;
    });
    return files[0]?.after ?? text;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const ALL = RULES.filter((rule) => rule.kind === "compose-file");

test("keys, services and ports are moved with their comments; the file's own comment and blank lines stay", async () => {
  const text = [
    "# the shop",
    "version: '3'",
    "services:",
    "  # what customers see",
    "  web: # the front",
    "    # after a crash",
    "    restart: always",
    "    image: shop/web:1.2.3",
    "",
    "  db:",
    "    image: shop/db:1.2.3",
    "    ports: [22:22, 21:21]",
    "name: shop",
    "",
  ].join("\n");
  expect(await fixed(text, ALL)).toBe(
    [
      "# the shop",
      "name: shop",
      "services:",
      "  db:",
      "    image: shop/db:1.2.3",
      '    ports: ["22:22", "21:21"]',
      "",
      "  # what customers see",
      "  web: # the front",
      "    image: shop/web:1.2.3",
      "    # after a crash",
      "    restart: always",
      "",
    ].join("\n"),
  );
});

test("what is tied by anchors is left alone, and CRLF stays", async () => {
  const tied = "services:\n  web: &base\n    image: a:1.2.3\n  db:\n    <<: *base\n";
  expect(await fixed(tied, findRules("compose-file/service-order"))).toBe(tied);
  expect(await fixed("services:\r\n  b: {image: a}\r\n  a: {image: a}\r\n", findRules("compose-file/service-order"))).toBe(
    "services:\r\n  a: {image: a}\r\n  b: {image: a}\r\n",
  );
});

test("a fix that makes anything worse is not taken", async () => {
  const finding = { severity: "info", confidence: "certain", advice: "", path: "a" } as const;
  const fix = { path: "a", edits: [{ offset: 0, length: 1, text: "y" }] };
  const { files, left } = await applyFixes(new Map([["a", "x"]]), (texts) =>
    Promise.resolve(
      texts.get("a") === "x"
        ? [
            { ...finding, rule: "r/one", message: "x is bad", fix },
            { ...finding, rule: "r/one", message: "x is ugly" },
          ]
        : [{ ...finding, rule: "r/two", message: "y is worse" }],
    ),
  );
  expect([files, left.length]).toEqual([[], 2]);
});

interface FixCase {
  readonly rule: string;
  readonly before: string;
  readonly after: string;
  readonly config?: {
    readonly quoteType?: "single";
    readonly customOrder?: readonly string[];
    readonly groups?: Record<string, string[]>;
    readonly groupOrder?: readonly string[];
  };
}

const corpus = join(import.meta.dirname, "../../../shared/corpora/dclint-fix.jsonl");
test.skipIf(!existsSync(corpus))("dclint's fixes give the same but for white space (needs ../shared)", async () => {
  const cases = readFileSync(corpus, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line): FixCase => JSON.parse(line) as FixCase);
  const bare = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
  for (const { rule, before, after, config = {} } of cases) {
    const { groups, groupOrder } = config;
    const order = groupOrder?.map((group) => groups?.[group] ?? []);
    const settings: RuleSettings = {
      compose: {
        ...(config.quoteType === undefined ? {} : { quotes: config.quoteType }),
        ...(config.customOrder === undefined ? {} : { topLevelOrder: config.customOrder }),
        ...(order === undefined ? {} : { serviceKeyOrder: order }),
      },
    };
    expect(bare(await fixed(before, findRules(`dclint:${rule}`), settings)), rule).toBe(bare(after));
  }
});
