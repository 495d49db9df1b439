import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { found, scanned, vulnerability } from "../gate.fixture.ts";
import { DEFAULT_GATE, judge } from "../judge.ts";
import type { ScanWaiver } from "../waiver.ts";
import { readVex } from "./read.ts";
import { writeVex } from "./write.ts";

const folder = mkdtempSync(join(tmpdir(), "seaworthy-vex-written-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const left = found("pkg:npm/left@1.0.0");
const both = scanned(["CVE-2026-1", "CVE-2026-2", "CVE-2026-3"].map((id) => vulnerability(id, [left])));
const harmless: ScanWaiver = {
  id: "CVE-2026-1",
  reason: "never called",
  until: "2027-01-01",
  justification: "vulnerable_code_not_in_execute_path",
};
const accepted: ScanWaiver = { id: "CVE-2026-2", reason: "mended next week", until: "2026-12-01" };
const DAY = Date.parse("2026-11-21T00:00:00Z");
const write = (waivers: readonly ScanWaiver[], now = DAY) =>
  writeVex("a.json", folder, judge(both, { ...DEFAULT_GATE, waivers }, now), both.subject, { author: "Acme", tool: "1", now });
const read = (): {
  readonly version: number;
  readonly "@id": string;
  readonly timestamp: string;
  readonly statements: readonly { readonly timestamp?: string }[];
} => JSON.parse(readFileSync(join(folder, "a.json"), "utf8"));

describe("what waivers say, as OpenVEX", () => {
  test("with a justification not_affected, without one affected until a day; what is not waived is left out", () => {
    expect(write([harmless, accepted])).toEqual({ statements: 2, changed: true });
    expect(read()).toMatchObject({
      "@context": "https://openvex.dev/ns/v0.2.0",
      author: "Acme",
      version: 1,
      statements: [
        {
          vulnerability: { name: "CVE-2026-1" },
          status: "not_affected",
          justification: "vulnerable_code_not_in_execute_path",
          impact_statement: "never called",
          products: [
            {
              "@id": `pkg:oci/web@sha256%3A${"a".repeat(64)}?repository_url=ghcr.io%2Facme%2Fweb`,
              hashes: { "sha-256": "a".repeat(64) },
              subcomponents: [{ "@id": "pkg:npm/left@1.0.0" }],
            },
          ],
        },
        { vulnerability: { name: "CVE-2026-2" }, status: "affected", action_statement: "Accepted until 2026-12-01: mended next week" },
      ],
    });
  });
  test("is read back, and excuses what it says does no harm", () => {
    const verdict = judge(both, { ...DEFAULT_GATE, vex: readVex("a.json", folder) }, DAY);
    expect(verdict.suppressed.map(({ vulnerability: { id } }) => id)).toEqual(["CVE-2026-1"]);
    expect(verdict.findings).toEqual([]);
  });
  test("a file that says the same stays; one that changes has the next version, and keeps the times of what still holds", () => {
    const { "@id": id } = read();
    expect(write([accepted, harmless], DAY + 86_400_000)).toEqual({ statements: 2, changed: false });
    expect(write([harmless], DAY + 86_400_000)).toEqual({ statements: 1, changed: true });
    expect(read()).toMatchObject({
      "@id": id,
      version: 2,
      timestamp: "2026-11-22T00:00:00Z",
      statements: [{ timestamp: "2026-11-21T00:00:00Z" }],
    });
  });
  test("a file that is no JSON is not written over", () => {
    writeFileSync(join(folder, "a.json"), "mine");
    expect(() => write([harmless])).toThrow("a.json:1:1: this is no JSON");
    expect(readFileSync(join(folder, "a.json"), "utf8")).toBe("mine");
  });
});
