import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isItemId, itemOf } from "../checklist/index.ts";
import { findRules, RULES } from "./whole-catalogue.ts";
import { explainRule, rulePage } from "./explain.ts";
import { checkExample } from "./test-data/subjects.ts";

const here = import.meta.dirname;

describe("each rule's examples", () => {
  for (const rule of RULES)
    for (const [index, { bad, good }] of rule.examples.entries())
      test(`${rule.id} ${index + 1}`, async () => {
        const refused = await checkExample(rule, bad);
        expect(refused.findings.map((finding) => finding.rule)).toContain(rule.id);
        expect(new Set(refused.findings.map((finding) => finding.rule))).toEqual(new Set([rule.id]));
        expect(refused.evidence.filter((one) => one.verdict.state === "proven")).toEqual([]);
        for (const finding of refused.findings) {
          // An image by itself is its own place.
          expect(finding.range ?? (rule.kind === "image" ? finding.path : undefined), `${rule.id} must point at a place`).toBeDefined();
          expect(finding.message).not.toMatch(/hunter2|abcdef/);
        }
        const accepted = await checkExample(rule, good);
        expect(accepted.findings).toEqual([]);
        expect(accepted.evidence.filter((one) => one.verdict.state === "disproved")).toEqual([]);
      });
});

describe("the catalogue", () => {
  test("holds exactly the files of its folders, under their names", () => {
    const files = globSync("rules/*/*.ts", { cwd: here })
      .filter((file) => !file.endsWith("/catalogue.ts"))
      .map((file) => file.replace(/^rules\//, "").replace(/\.ts$/, ""));
    expect(RULES.map((rule) => rule.id).toSorted()).toEqual(files.toSorted());
  });

  test("gives every rule an id of its own, an item that takes its kind of evidence, and whole sentences", () => {
    expect(new Set(RULES.map((rule) => rule.id)).size).toBe(RULES.length);
    for (const rule of RULES) {
      expect(Object.isFrozen(rule)).toBe(true);
      expect(isItemId(rule.item)).toBe(true);
      expect(itemOf(rule.item).evidence).toEqual(expect.arrayContaining([expect.stringMatching(/^(static|image)$/)]));
      expect(rule.examples.length, rule.id).toBeGreaterThan(0);
      for (const sentence of [rule.summary, rule.why]) expect(sentence, rule.id).toMatch(/^[A-Z].*\.$/s);
      expect(URL.canParse(rule.source)).toBe(true);
      expect(rule.why.length).toBeGreaterThan(60);
    }
  });

  test("every rule has the same fields in its object", () => {
    const fields = RULES.map((rule) => Object.keys(rule).toSorted().join());
    expect(new Set(fields).size).toBe(1);
  });

  const catalogue = join(here, "../../../shared/corpora/catalogue.json");
  test.skipIf(!existsSync(catalogue))("its aliases are rules that its peers have (needs ../shared)", () => {
    const rows = JSON.parse(readFileSync(catalogue, "utf8")) as { ids: Record<string, string[]> }[];
    const known = new Set(rows.flatMap((row) => Object.entries(row.ids).flatMap(([tool, ids]) => ids.map((id) => `${tool}:${id}`))));
    expect(RULES.flatMap((rule) => rule.aliases).filter((alias) => !known.has(alias))).toEqual([]);
  });

  test("a rule is found by its id, its name and a peer's id", () => {
    for (const name of ["image/non-root", "hadolint:DL3002", "DL3002"])
      expect(findRules(name).map((rule) => rule.id)).toContain("image/non-root");
    expect(findRules("non-root").map((rule) => rule.id)).toEqual(expect.arrayContaining(["image/non-root", "kubernetes/non-root"]));
    for (const name of ["KSV-0017", "trivy:KSV-0017", "ksv017", "AVD-KSV-0017"])
      expect(findRules(name).map((rule) => rule.id)).toEqual(["kubernetes/privileged"]);
    expect(findRules("no-such-rule")).toEqual([]);
  });

  test("each rule can be explained: what, why, an example of both, where it is written", () => {
    for (const rule of RULES) {
      for (const page of [explainRule(rule), rulePage(rule, false)])
        for (const part of [rule.id, rule.summary, rule.why, rule.source, ...rule.aliases, "Refused:", "Accepted:"])
          expect(page).toContain(part);
    }
  });
});
