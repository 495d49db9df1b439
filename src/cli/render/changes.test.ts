import { expect, test } from "vitest";
import { digestOf } from "../../core/index.ts";
import type { Changes } from "../../ship/index.ts";
import { renderChanges } from "./changes.ts";

const NONE = { added: [], removed: [], changed: [] } as const;
const [one, two] = [digestOf("one"), digestOf("two")];

const changes: Changes = {
  from: { release: 4, version: "1.0.0", commit: "a".repeat(40) },
  to: { version: "1.1.0", commit: "b".repeat(40), dirty: false },
  services: [
    {
      service: "web",
      change: "changed",
      image: { from: one, to: two },
      added: ["environment.NEW"],
      removed: [],
      changed: ["environment.TOKEN", "secret db_password"],
    },
    { service: "worker", change: "removed", ...NONE },
  ],
  added: [],
  removed: ["volume cache"],
  changed: [],
  vulnerabilities: { from: [], to: [] },
  sizes: [{ service: "web", fromBytes: 40 * 1024 * 1024, toBytes: 45 * 1024 * 1024 }],
  commits: { way: "forward", count: 2, commits: [{ id: "b".repeat(40), subject: "faster \u001b[31msearch" }] },
};

const SERVICE = {
  service: "web",
  appeared: [{ id: "CVE-2026-2", package: "zlib", version: "1.2", severity: "high", exploited: true }],
  gone: [{ id: "CVE-2026-1", package: "openssl", version: "3.0.1", severity: "low" }],
} as const;

test("what a person looks at before they approve, without what a terminal would obey", () => {
  expect(renderChanges(changes).split("\n")).toEqual([
    "1.0.0 (r4) -> 1.1.0",
    "  2 commits:",
    expect.stringMatching(/^ {4}bbbbbbbbbbbb faster .*search$/),
    "    and 1 more",
    "  web:",
    expect.stringMatching(/^ {4}image [0-9a-f]{12} -> [0-9a-f]{12}, 47\.2 MB \(5\.24 MB more\)$/),
    "    added: environment.NEW",
    "    changed: environment.TOKEN, secret db_password",
    "  worker is removed",
    "  removed: volume cache",
    "  vulnerabilities: not known, no image was scanned",
  ]);
  expect(renderChanges(changes)).not.toContain("\u001b");
});

test.each([
  [{ commits: { way: "back", count: 1, commits: [] } }, "  goes back 1 commit:"],
  [{ commits: { way: "forward", count: 0, commits: [] } }, "  no commit between them"],
  [{ commits: { unknown: "a shallow clone" } }, "  commits: not known (a shallow clone)"],
  [{ services: [] }, "  no service changes"],
  [{ vulnerabilities: { from: ["web: 2 high"], to: [] } }, "    web: 2 high"],
  [{ vulnerabilities: { from: ["web: 2 high"], to: [] } }, "  vulnerabilities of this one: not known"],
  [
    { vulnerabilities: { from: ["web: 2"], to: ["web: 1"], services: [SERVICE] } },
    "    new: CVE-2026-2 (high, known to be exploited) in zlib 1.2",
  ],
  [{ vulnerabilities: { from: ["web: 2"], to: ["web: 1"], services: [SERVICE] } }, "    gone: CVE-2026-1 (low) in openssl 3.0.1"],
  [
    { vulnerabilities: { from: ["web: 2"], to: ["web: 1"], services: [{ ...SERVICE, appeared: [], gone: [] }] } },
    "  vulnerabilities of web: the same as of the live image",
  ],
  [
    { vulnerabilities: { from: ["web: 2"], to: ["web: 1"], services: [{ ...SERVICE, by: { from: 0, to: 86_400_000 } }] } },
    "  vulnerabilities of web (scans by advisories of 1970-01-01T00:00:00Z and of 1970-01-02T00:00:00Z):",
  ],
  [
    {
      vulnerabilities: {
        from: [],
        to: [],
        unknown: [{ service: "web", because: "the live image was not scanned here", next: "seaworthy deploy --dry-run --scan" }],
      },
    },
    "  vulnerabilities of web, new or gone: not known, the live image was not scanned here (seaworthy deploy --dry-run --scan)",
  ],
  [{ to: { version: "2", dirty: true } }, "1.0.0 (r4) -> 2, with changes that are in no commit"],
] as const)("%j", (rest, line) => {
  expect(renderChanges({ ...changes, ...rest }).split("\n")).toContain(line);
});

test("a first release", () => {
  const { from: _, ...first } = changes;
  expect(renderChanges(first).split("\n")[0]).toBe("1.1.0 would be the first release");
});
