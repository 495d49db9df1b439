/**
 * The packages of an image of some 600 MB (Debian, Node, Python, Ruby, Java, Go programs; three layers), as `seaworthy sbom` of the published bundle lists them: from a
 * docker-archive with plain layers and from an OCI archive with gzip layers, cold (--no-cache) and warm. Beside it snyk-docker-plugin 9.20.2, and with CDXGEN=1
 * cdxgen 12.8.4 (minutes), from npm, all in one run, in turn; the best of RUNS (default 3). Whole processes, Node's start included. The image is made once, with
 * mmdebstrap, and kept in SCAN_IMAGE (default: seaworthy-bench-scan in the temporary folder).
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { thisMachine } from "./support/machine.ts";
import { type Cost, measuring } from "./support/measured.ts";
import { peersIn } from "./support/peers.ts";
import { report } from "./support/report.ts";
import { scanImage } from "./support/scan-image.ts";

const runs = Number(process.env["RUNS"]) || 3;
const machine = thisMachine();
const kept = process.env["SCAN_IMAGE"] ?? join(tmpdir(), "seaworthy-bench-scan");
mkdirSync(kept, { recursive: true });
const image = await scanImage(kept);
const scratch = mkdtempSync(join(tmpdir(), "seaworthy-scan-"));
try {
  execFileSync(process.execPath, [join(import.meta.dirname, "..", "script", "bundle.ts"), join(scratch, "bundle")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const snyk = join(scratch, "snyk.cjs");
  const plugin = join(
    peersIn("scan-peers", { "snyk-docker-plugin": "9.20.2" }, { shescape: "2.1.12" }),
    "node_modules",
    "snyk-docker-plugin",
  );
  writeFileSync(snyk, `require(${JSON.stringify(plugin)}).scan({ path: process.argv[2] }).then(() => process.exit(0));`);
  const measure = measuring(scratch);
  const env = { XDG_CACHE_HOME: join(scratch, "cache") };
  const sbom = (path: string, ...flags: readonly string[]): Cost =>
    measure([join(scratch, "bundle", "bin", "seaworthy.js"), "sbom", path, "--json", ...flags], env);
  const ways: Readonly<Record<string, () => Cost>> = {
    "archive: sbom, cold": () => sbom(image.archive, "--no-cache"),
    "archive: sbom, warm": () => sbom(image.archive),
    "archive: snyk-docker-plugin": () => measure([snyk, `docker-archive:${image.archive}`]),
    "gzip: sbom, cold": () => sbom(image.ociArchive, "--no-cache"),
    "gzip: sbom, warm": () => sbom(image.ociArchive),
    "gzip: snyk-docker-plugin": () => measure([snyk, `oci-archive:${image.ociArchive}`]),
  };
  // The warm ones find what these leave.
  sbom(image.archive);
  sbom(image.ociArchive);
  const best = new Map<string, Cost>();
  // In turn, so that what else the machine does falls on all alike.
  for (let run = 0; run < runs; run += 1)
    for (const [way, work] of Object.entries(ways)) {
      const now = work();
      const before = best.get(way) ?? now;
      best.set(way, {
        wallSeconds: Math.min(now.wallSeconds, before.wallSeconds),
        cpuSeconds: Math.min(now.cpuSeconds, before.cpuSeconds),
        maxRssMib: Math.max(now.maxRssMib, before.maxRssMib),
      });
    }
  if (process.env["CDXGEN"] === "1") {
    const cdxgen = peersIn("cdxgen", { "@cyclonedx/cdxgen": "12.8.4" });
    const program = join(cdxgen, "node_modules", "@cyclonedx", "cdxgen", "bin", "cdxgen.js");
    best.set("archive: cdxgen", measure([program, "-t", "docker", "-o", join(scratch, "bom.json"), image.archive]));
  }
  const of = (way: string): Cost => best.get(way) ?? { wallSeconds: Number.NaN, cpuSeconds: Number.NaN, maxRssMib: Number.NaN };
  const rss = Math.max(...[...best].filter(([way]) => way.includes("sbom")).map(([, { maxRssMib }]) => maxRssMib));
  const ratio = (kind: string): string => (of(`${kind}: snyk-docker-plugin`).cpuSeconds / of(`${kind}: sbom, cold`).cpuSeconds).toFixed(1);
  report(
    "scan",
    [
      {
        what: `${Math.round(statSync(image.archive).size / 1e6)} MB, ${Math.round(statSync(image.ociArchive).size / 1e6)} MB gzipped`,
        figures: {},
      },
      ...[...best].map(([what, { wallSeconds, cpuSeconds, maxRssMib }]) => ({
        what,
        figures: { seconds: wallSeconds.toFixed(2), "CPU s": cpuSeconds.toFixed(2), MiB: maxRssMib },
      })),
    ],
    {
      words: `cold 1.0 s plain and 3.0 s gzip, warm 0.2 s, 250 MiB (${rss}); CPU time of snyk-docker-plugin ${ratio("archive")} and ${ratio("gzip")} times ours`,
      met:
        of("archive: sbom, cold").wallSeconds < 1 &&
        of("gzip: sbom, cold").wallSeconds < 3 &&
        of("archive: sbom, warm").wallSeconds < 0.2 &&
        of("gzip: sbom, warm").wallSeconds < 0.2 &&
        rss < 250,
    },
    machine,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
