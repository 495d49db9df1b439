import { describe, expect, test } from "vitest";
import { applyEdits, SourceText } from "../../core/index.ts";
import { findRules } from "../whole-catalogue.ts";
import { checkFiles, type CheckFilesOptions } from "../files.ts";
import type { AnyRule } from "../rule.ts";
import { HASH, inJob, inRun, inSteps } from "./examples.ts";

const PATH = ".github/workflows/ci.yml";

const check = (rule: string, text: string, options: Partial<CheckFilesOptions> = {}, path = PATH): ReturnType<typeof checkFiles> => {
  const rules: readonly AnyRule[] = findRules(rule);
  if (rules.length === 0) throw new Error(`no rule ${rule}`);
  return checkFiles([{ kind: "workflow", source: new SourceText(path, text) }], { now: 0, rules, ...options });
};

const lines = (rule: string, text: string, options: Partial<CheckFilesOptions> = {}): readonly (number | undefined)[] =>
  check(rule, text, options).findings.map((finding) => finding.range?.start.line);

describe("some things are said under the strict profile alone", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["workflow/unpinned-images", inJob("container: node:24\nsteps:\n  - run: make")],
    ["workflow/template-injection", inRun("echo ${{ github.sha }}")],
    ["workflow/persisted-credentials", inSteps(`- uses: actions/checkout@${HASH}\n  with: {persist-credentials: true}`)],
    ["workflow/permissions", "name: a\non: push\npermissions: {contents: write}\njobs: {a: {runs-on: x, steps: []}}\n"],
    ["workflow/version-comment", inSteps(`- uses: actions/cache@${HASH}`)],
  ];
  for (const [rule, text] of cases)
    test(rule, () => {
      expect(lines(rule, text)).toEqual([]);
      expect(lines(rule, text, { profile: "strict" })).toHaveLength(1);
    });
});

describe("settings", () => {
  const uses = inSteps("- uses: actions/cache@v4\n- uses: acme/deploy/sub@v1\n- uses: acme/other@v1\n- uses: acme/none");
  test("pins: the longest pattern that matches decides, unnamed ones need a hash", () => {
    const workflow = { pins: { "actions/*": "any", "acme/*": "ref", "acme/deploy/*": "hash" } } as const;
    expect(lines("unpinned-uses", uses, { settings: { workflow } })).toEqual([9, 11]);
  });
  test("allowed and denied actions", () => {
    expect(lines("forbidden-uses", uses, { settings: { workflow: { allowedActions: ["acme/*"] } } })).toEqual([8]);
    expect(lines("forbidden-uses", uses, { settings: { workflow: { deniedActions: ["acme/other@v1", "acme/deploy"] } } })).toEqual([10]);
  });
  test("an advisory that was accepted is not said", () => {
    const vulnerable = inSteps("- uses: tj-actions/changed-files@v45");
    expect(lines("known-vulnerable-uses", vulnerable)).toEqual([8]);
    expect(lines("known-vulnerable-uses", vulnerable, { settings: { workflow: { acceptedAdvisories: ["GHSA-mrrh-fwg8-r2c3"] } } })).toEqual(
      [],
    );
  });
});

describe("zizmor's ignores", () => {
  test("on the line, and anywhere in the step", () => {
    const { findings, suppressed } = check(
      "unpinned-uses",
      inSteps(
        "- uses: a/b@v1 # zizmor: ignore[unpinned-uses] theirs\n- uses: a/c@v1\n  with:\n    # zizmor: ignore[artipacked,unpinned-uses]\n    x: y\n- uses: a/d@v1",
      ),
    );
    expect(findings.map((finding) => finding.range?.start.line)).toEqual([13]);
    expect(suppressed.map(({ by }) => by.reason)).toEqual(["theirs", "ignored for zizmor"]);
  });
  test("another rule's ignore hides nothing", () => {
    expect(lines("unpinned-uses", inSteps("- uses: a/b@v1 # zizmor: ignore[artipacked]"))).toEqual([8]);
  });
  test("on a job's key it speaks of the whole job", () => {
    expect(lines("unpinned-uses", inSteps("- uses: a/b@v1").replace("build:", "build: # zizmor: ignore[unpinned-uses]"))).toEqual([]);
  });
});

describe("fixes mend what they are for", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["always-true", inSteps("- run: ./deploy\n  if: |\n    ${{ github.ref == 'refs/heads/main' }}"), PATH],
    ["self-repository", inSteps("- uses: ./.github/actions/build"), PATH],
    [
      "dependabot-execution",
      "version: 2\nupdates:\n  - package-ecosystem: pip\n    insecure-external-code-execution: allow\n",
      ".github/dependabot.yml",
    ],
    [
      "dependabot-cooldown",
      "version: 2\nupdates:\n  - package-ecosystem: pip\n    cooldown: {default-days: 2}\n",
      ".github/dependabot.yml",
    ],
  ];
  for (const [rule, text, path] of cases)
    test(rule, () => {
      const [finding] = check(rule, text, {}, path).findings;
      const fixed = applyEdits(text, finding?.fix?.edits ?? []);
      expect(fixed).not.toBe(text);
      expect(check(rule, fixed, {}, path).findings).toEqual([]);
    });
});

describe("who decides the text of a template", () => {
  const severity = (expression: string, on = "push"): string | undefined =>
    check("template-injection", inRun(`echo "\${{ ${expression} }}"`, on)).findings[0]?.severity;
  test.each([
    ["github.event.issue.title", "error"],
    ["github['head_ref']", "error"],
    ["github.event.commits[0].message", "error"],
    ["format('{0}', github.event.comment.body)", "error"],
    ["github.event.pull_request.user.html_url", "warning"],
    ["inputs.version", "warning"],
    ["env.ANYTHING", "warning"],
    ["steps.a.outputs.b", "info"],
    ["github.event.issue.number", undefined],
    ["github.event.pull_request.head.sha", undefined],
    ["github.repository", undefined],
    ["needs.a.result", undefined],
    ["secrets.TOKEN", undefined],
    ["github.event.issue.title == 'x'", undefined],
    ["contains(github.head_ref, 'x')", undefined],
    ["github.event.issue.title && 'yes' || 'no'", undefined],
  ])("%s", (expression, expected) => expect(severity(expression)).toBe(expected));
  test("inputs that can only be yes, no or a number are nobody's text", () => {
    expect(severity("inputs.flag", "{workflow_call: {inputs: {flag: {type: boolean}, name: {type: string}}}}")).toBeUndefined();
    expect(severity("inputs.name", "{workflow_call: {inputs: {flag: {type: boolean}, name: {type: string}}}}")).toBe("warning");
  });
});

test("jobs that wait for each other are named, those behind them are not", () => {
  const job = (needs: string): string => `{runs-on: x, needs: ${needs}, steps: []}`;
  const text = `name: a\non: push\njobs:\n  a: ${job("[b]")}\n  b: ${job("[a]")}\n  c: ${job("[b]")}\n  d: ${job("[]")}\n`;
  expect(lines("well-formed", text)).toEqual([4, 5]);
});
