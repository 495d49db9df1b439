/**
 * The database of advisories: 100,000 of them (those of ../shared/scan/osv, and as many copies under other names as it takes) built, opened, and 1,000 packages
 * looked up in a new process each time. Milliseconds, wall and CPU (user and system), the least and the median of RUNS (default 15).
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { buildDatabase, exportDatabase } from "../src/scan/index.ts";
import { thisMachine } from "./support/machine.ts";
import { report } from "./support/report.ts";

const ROOT = join(import.meta.dirname, "..");
const SAMPLES = join(ROOT, "..", "shared", "scan", "osv");
const ADVISORIES = 100_000;
const PACKAGES = 1000;
const OPEN_GOAL_MS = 20;
const MATCH_GOAL_MS = 100;
const runs = Number(process.env["RUNS"]) || 15;

if (!existsSync(SAMPLES)) throw new Error(`${SAMPLES} is not there: this bench goes by real advisories`);

interface Package {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
}

interface Told {
  readonly affected?: readonly {
    readonly package?: Omit<Package, "version">;
    readonly ranges?: readonly { readonly events: readonly { readonly fixed?: string }[] }[];
  }[];
}

/** Real records, then the same under other names until there are enough. */
const lines = globSync("*.jsonl.gz", { cwd: SAMPLES })
  .toSorted()
  .flatMap((name) =>
    gunzipSync(readFileSync(join(SAMPLES, name)))
      .toString("utf8")
      .split("\n"),
  )
  .filter((line) => line !== "");
const packages = new Map<string, Package>();
const sources = function* () {
  for (let n = 0; n < ADVISORIES; n += 1) {
    const line = lines[n % lines.length] ?? "";
    const copy = Math.floor(n / lines.length);
    const where = `record ${n}`;
    if (copy === 0) {
      const { affected = [] } = JSON.parse(line) as Told;
      for (const { package: of, ranges = [] } of affected) {
        // As images have them: mended of most of what is known. The version that mends what the files tell last of the package.
        const version = ranges.flatMap(({ events }) => events.flatMap(({ fixed }) => fixed ?? [])).at(-1);
        if (of === undefined || version === undefined) continue;
        packages.set(`${of.ecosystem} ${of.name}`, { ...of, version });
      }
      yield { text: line, where };
    } else
      yield {
        text: line.replaceAll(/"(id|name)":"([^"]+)"/g, (_all, key: string, value: string) => `"${key}":"${value}-copy${copy}"`),
        where,
      };
  }
};

const minimum = (values: readonly number[]): number => Math.min(...values);
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const tenth = (value: number): number => Math.round(value * 10) / 10;

/** In a process of its own: opening is to the first answer, then the rest of the packages; neither counts the start of Node. */
const QUESTIONS = `
import { openMatcher, readManifest } from ${JSON.stringify(join(ROOT, "src/scan/index.ts"))};
import { readFileSync } from "node:fs";
const [folder, list] = process.argv.slice(-2);
const packages = JSON.parse(readFileSync(list, "utf8"));
const cpu = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
let [at, used] = [performance.now(), cpu()];
const matcher = openMatcher(folder, readManifest(folder));
matcher.match({ ecosystem: "npm", name: "nothing-has-this-name", version: "1.0.0" });
const open = [performance.now() - at, cpu() - used];
[at, used] = [performance.now(), cpu()];
let found = 0;
for (const { ecosystem, name, version } of packages) found += matcher.match({ ecosystem, name, version })?.length ?? 0;
console.log(JSON.stringify({ open, match: [performance.now() - at, cpu() - used], found, rssBytes: process.memoryUsage().rss }));
`;

interface Answered {
  readonly open: readonly [number, number];
  readonly match: readonly [number, number];
  readonly found: number;
  readonly rssBytes: number;
}

const machine = thisMachine();
const scratch = mkdtempSync(join(tmpdir(), "seaworthy-scan-database-"));
try {
  const folder = join(scratch, "advisories");
  const [startedAt, cpuBefore] = [performance.now(), process.cpuUsage()];
  const { manifest } = await buildDatabase(sources(), folder);
  const { user, system } = process.cpuUsage(cpuBefore);
  const build = { wallMs: performance.now() - startedAt, cpuMs: (user + system) / 1000 };
  const sizeBytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  const exported = await exportDatabase(folder, join(scratch, "all.tar"));
  const known = [...packages.values()].filter(({ ecosystem }) => manifest.shards[ecosystem] !== undefined);
  const asked = known.filter((_, n) => n % Math.floor(known.length / PACKAGES) === 0).slice(0, PACKAGES);
  if (asked.length < PACKAGES) throw new Error(`only ${asked.length} packages to ask for`);
  writeFileSync(join(scratch, "packages.json"), JSON.stringify(asked));
  writeFileSync(join(scratch, "questions.ts"), QUESTIONS);
  const answers = Array.from({ length: runs }, (): Answered => {
    const ended = spawnSync(process.execPath, [join(scratch, "questions.ts"), folder, join(scratch, "packages.json")], {
      encoding: "utf8",
    });
    if (ended.status !== 0) throw new Error(`the questions ended with ${ended.status}: ${ended.stderr}`);
    return JSON.parse(ended.stdout) as Answered;
  });
  const told = (what: "open" | "match"): Readonly<Record<string, number>> => ({
    "wall ms (least)": tenth(minimum(answers.map((one) => one[what][0]))),
    "wall ms (median)": tenth(median(answers.map((one) => one[what][0]))),
    "CPU ms (least)": tenth(minimum(answers.map((one) => one[what][1]))),
  });
  const [openMs, matchMs] = [minimum(answers.map(({ open }) => open[0])), minimum(answers.map(({ match }) => match[0]))];
  report(
    "scan-database",
    [
      { what: `open ${ADVISORIES} advisories, to the first answer`, figures: told("open") },
      {
        what: `match ${PACKAGES} packages (${answers[0]?.found ?? 0} found, ${new Set(asked.map(({ ecosystem }) => ecosystem)).size} files)`,
        figures: told("match"),
      },
      { what: "build", figures: { "wall ms (least)": Math.round(build.wallMs), "CPU ms (least)": Math.round(build.cpuMs) } },
      {
        what: "size",
        figures: {
          "MB on disk": tenth(sizeBytes / 1e6),
          "MB exported": tenth(exported.sizeBytes / 1e6),
          "MB of memory, asking": tenth(median(answers.map(({ rssBytes }) => rssBytes / 1e6))),
        },
      },
    ],
    {
      words: `opened in under ${OPEN_GOAL_MS} ms, ${PACKAGES} packages matched in under ${MATCH_GOAL_MS} ms`,
      met: openMs < OPEN_GOAL_MS && matchMs < MATCH_GOAL_MS,
    },
    machine,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
