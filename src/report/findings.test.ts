import { describe, expect, test } from "vitest";
import type { Finding } from "../checklist/index.ts";
import { SourceText } from "../core/index.ts";
import { renderFindings } from "./findings.ts";
import { findingsDocument } from "./json.ts";

const source = new SourceText(
  "compose.yaml",
  'services:\n  web:\n    ports:\n      - "3000:3000"\n    environment:\n      DATABASE_PASSWORD: hunter2-not-real\n',
);

const finding = (words: string, more: Partial<Finding> = {}): Finding => {
  const at = source.text.indexOf(words);
  return {
    rule: "compose/sample",
    item: "narrow-ports",
    severity: "error",
    confidence: "certain",
    message: "web publishes port 3000",
    advice: "Remove it.",
    service: "web",
    path: "compose.yaml",
    range: source.range(at, at + words.length),
    ...more,
  };
};

describe("for a person", () => {
  test("what, where, the line with a caret, why and what to do; then the count", () => {
    const text = renderFindings([finding('"3000:3000"')], { style: "plain", sources: [source], whyOf: () => "Because of the internet." });
    expect(text).toBe(`error web publishes port 3000
  at   compose.yaml:4:9 compose/sample
   |
 4 |       - "3000:3000"
   |         ^^^^^^^^^^^
  why  Because of the internet.
  do   Remove it.
  more seaworthy explain compose/sample

1 error
`);
  });

  test("the reason of a rule is said once, doubt is said, ignored ones are counted", () => {
    const doubtful = finding("ports:", { severity: "warning", confidence: "likely" });
    const text = renderFindings([finding("web:"), doubtful], { style: "plain", sources: [source], whyOf: () => "Because.", ignored: 2 });
    expect(text.match(/Because\./g)).toHaveLength(1);
    expect(text).toContain("compose/sample (likely)");
    expect(text).toMatch(/\n1 error, 1 warning, 2 ignored\n$/);
  });

  test("nothing found is said", () => {
    expect(renderFindings([], { style: "plain" })).toBe("nothing found\n");
  });

  test("colours only when they are asked for", () => {
    expect(renderFindings([finding("web:")], { style: "plain", sources: [source] })).not.toContain("\u001b");
    expect(renderFindings([finding("web:")], { style: "ansi", sources: [source] })).toContain("\u001b[31m");
  });

  test("a secret's value is not shown, nor on a line that another finding points to", () => {
    const secret = finding("DATABASE_PASSWORD: hunter2-not-real", { item: "runtime-secrets", message: "a password" });
    const text = renderFindings([secret], { style: "plain", sources: [source] });
    expect(text).toContain("DATABASE_PASSWORD: [redacted]");
    expect(text).not.toContain("hunter2");
    const flow = new SourceText("compose.yaml", "services: {web: {environment: {LICENCE: abc-secret-value, API_TOKEN: tok-123456}}}\n");
    const at = (words: string) => flow.range(flow.text.indexOf(words), flow.text.indexOf(words) + words.length);
    const both = [
      finding("web:", { range: at("web"), rule: "compose/other" }),
      finding("web:", { range: at("LICENCE: abc-secret-value"), item: "runtime-secrets" }),
    ];
    const shown = renderFindings(both, { style: "plain", sources: [flow] });
    expect(shown).not.toMatch(/abc-secret|tok-123456/);
    expect(shown).toContain("LICENCE: [redacted]");
  });

  test("control characters of files and images do not reach the terminal", () => {
    const evil = new SourceText("compose.yaml", "a: \u001b]0;owned\u0007 x\n");
    const text = renderFindings([finding("web:", { message: "\u001b[2Jgone", range: evil.range(0, 1) })], {
      style: "plain",
      sources: [evil],
    });
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  });

  test("a long line is cut around the place, the caret stays under it", () => {
    const long = new SourceText("compose.yaml", `${"x".repeat(500)}HERE${"y".repeat(500)}\n`);
    const lines = renderFindings([finding("web:", { range: long.range(500, 504) })], { style: "plain", sources: [long] }).split("\n");
    const frame = lines.findIndex((line) => line.includes("HERE"));
    expect(lines[frame]?.length).toBeLessThan(140);
    expect(lines[frame + 1]?.indexOf("^")).toBe(lines[frame]?.indexOf("HERE"));
  });

  test("a range over several lines marks the rest of its first", () => {
    const text = renderFindings([finding('ports:\n      - "3000:3000"')], { style: "plain", sources: [source] });
    expect(text).toContain(" 3 |     ports:\n   |     ^^^^^^\n");
  });
});

test("as JSON: the schema, counts, places, and what was ignored with its reason", () => {
  const one = finding("web:");
  const document = findingsDocument([one], [{ finding: finding("ports:"), by: { reason: "why", until: "2027-01-01" } }]);
  expect(document).toMatchObject({ schema: "seaworthy/findings@1", counts: { error: 1, warning: 0, info: 0, ignored: 1 } });
  expect(document.findings[0]).toMatchObject({ rule: "compose/sample", range: { start: { line: 2, column: 3 } }, fixable: false });
  expect(document.ignored[0]).toMatchObject({ reason: "why", until: "2027-01-01" });
});

test("many findings on one very long line cost its length once, not its square", () => {
  for (const line of ["a".repeat(300_000), "password".repeat(40_000), `token${" ".repeat(300_000)}`, "http://a:".repeat(40_000)]) {
    const long = new SourceText("Dockerfile", line);
    const findings = Array.from({ length: 2000 }, (_, index): Finding => ({
      ...finding("3000"),
      path: "Dockerfile",
      range: long.range(index * 10, index * 10 + 5),
    }));
    const started = performance.now();
    renderFindings(findings, { style: "plain", sources: [long] });
    expect(performance.now() - started).toBeLessThan(1500);
  }
});
