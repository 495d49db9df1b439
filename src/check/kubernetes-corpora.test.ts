import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compare, type Outcome } from "../../script/corpus.d/compare.ts";
import { isCase, readRecords } from "../../script/corpus.d/record.ts";

const corpora = join(import.meta.dirname, "../../../shared/corpora");

describe.skipIf(!existsSync(corpora))("the peers' cases for Kubernetes (needs ../shared)", () => {
  test.each(["kubelinter", "trivy-kubernetes", "checkov-kubernetes", "polaris"])(
    "%s: at least 97 of 100 agree, and each has a rule",
    async (name) => {
      const path = join(corpora, `${name}.jsonl`);
      const outcomes: Outcome[] = [];
      for (const record of readRecords(path, readFileSync(path, "utf8")).filter(isCase)) outcomes.push(await compare(record));
      const cases = outcomes.filter(({ verdict }) => verdict !== "outOfScope");
      const count = (verdict: Outcome["verdict"]): number => cases.filter((one) => one.verdict === verdict).length;
      expect(count("noRule")).toBe(0);
      expect(count("agree") / cases.length).toBeGreaterThan(0.97);
    },
  );
});
