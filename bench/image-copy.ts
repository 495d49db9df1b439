/**
 * An image in and out of a registry: `seaworthy image copy` of the published bundle beside skopeo, from an OCI layout into Debian's docker-registry and back, in turn,
 * in one run. MIB (default 300) in three layers of bytes that compress no further, ROUNDS (default 3), each with an image of its own. Seconds, wall and CPU (user and
 * system) of the client alone.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLayout, MEDIA } from "../src/image/index.ts";
import { thisMachine } from "./support/machine.ts";
import { servePeer } from "./support/registry-servers.ts";
import { report } from "./support/report.ts";

const ROOT = join(import.meta.dirname, "..");
const GOAL = 0.9;
const mib = Number(process.env["MIB"]) || 300;
const rounds = Number(process.env["ROUNDS"]) || 3;
const LAYERS = 3;

interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

const measure = (command: readonly string[]): Cost => {
  const timed = spawnSync("bash", ["-c", 'TIMEFORMAT="%R %U %S"; time "$0" "$@" >/dev/null', ...command], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  const [wall = NaN, user = NaN, system = NaN] = (timed.stderr.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
  if (timed.status !== 0 || Number.isNaN(wall + user + system))
    throw new Error(`${command.join(" ")} ended with ${timed.status}: ${timed.stderr}`);
  return { wall, cpu: user + system };
};

const makeImage = async (folder: string): Promise<void> => {
  const layout = await createLayout(folder);
  const layers = [];
  for (let nth = 0; nth < LAYERS; nth += 1) {
    const bytes = randomFillSync(Buffer.alloc(Math.round((mib / LAYERS) * 1024 * 1024)));
    layers.push({ mediaType: MEDIA.ociLayerGzip, ...(await layout.writeBlob(bytes)) });
  }
  const diffIds = layers.map(({ digest }) => digest);
  const document = { architecture: "amd64", os: "linux", config: {}, rootfs: { type: "layers", diff_ids: diffIds } };
  const config = { mediaType: MEDIA.ociConfig, ...(await layout.writeBlob(Buffer.from(JSON.stringify(document)))) };
  const manifest = await layout.writeBlob(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociManifest, config, layers })));
  layout.writeIndex([{ mediaType: MEDIA.ociManifest, ...manifest, annotations: { "org.opencontainers.image.ref.name": "1.0.0" } }]);
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const rounded = (value: number): number => Math.round(value * 100) / 100;

const machine = thisMachine();
const scratch = mkdtempSync(join(tmpdir(), "seaworthy-image-copy-"));
try {
  const bundle = join(scratch, "bundle");
  execFileSync(process.execPath, [join(ROOT, "script", "bundle.ts"), bundle], { stdio: ["ignore", "ignore", "inherit"] });
  const tools = {
    seaworthy: (from: string, to: string) => [process.execPath, join(bundle, "bin", "seaworthy.js"), "image", "copy", from, to],
    skopeo: (from: string, to: string) =>
      ["skopeo", "copy", "-q", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false", from, to].filter(
        (flag) => !(from.startsWith("oci:") ? flag.startsWith("--src-tls") : flag.startsWith("--dest-tls")),
      ),
  };
  type Tool = keyof typeof tools;
  const costs = { push: { seaworthy: [] as Cost[], skopeo: [] as Cost[] }, pull: { seaworthy: [] as Cost[], skopeo: [] as Cost[] } };
  await using registry = await servePeer(scratch);
  for (let round = 0; round < rounds; round += 1) {
    const layout = join(scratch, `image${round}`);
    await makeImage(layout);
    const order: readonly Tool[] = round % 2 === 0 ? ["seaworthy", "skopeo"] : ["skopeo", "seaworthy"];
    const place = (tool: Tool): string => `docker://${registry.address}/bench/${tool}${round}:1.0.0`;
    for (const tool of order) costs.push[tool].push(measure(tools[tool](`oci:${layout}:1.0.0`, place(tool))));
    for (const tool of order) {
      const back = join(scratch, `${tool}${round}`);
      costs.pull[tool].push(measure(tools[tool](place(tool), `oci:${back}:1.0.0`)));
      rmSync(back, { recursive: true });
    }
    rmSync(layout, { recursive: true });
  }
  const ratio = (way: "push" | "pull"): number =>
    median(costs[way].skopeo.map(({ wall }, at) => wall / (costs[way].seaworthy[at]?.wall ?? NaN)));
  const rows = (["push", "pull"] as const).flatMap((way) =>
    (["seaworthy", "skopeo"] as const).map((tool) => ({
      what: `${way} ${mib} MiB: ${tool}`,
      figures: {
        "wall s, median": rounded(median(costs[way][tool].map(({ wall }) => wall))),
        "wall s, best": rounded(Math.min(...costs[way][tool].map(({ wall }) => wall))),
        "CPU s, median": rounded(median(costs[way][tool].map(({ cpu }) => cpu))),
        ...(tool === "seaworthy" ? { "of skopeo's speed": rounded(ratio(way)) } : {}),
      },
    })),
  );
  report(
    "image-copy",
    rows,
    {
      words: `at least ${GOAL} of skopeo's speed: push ${rounded(ratio("push"))}, pull ${rounded(ratio("pull"))} (medians of ${rounds} rounds)`,
      met: ratio("push") >= GOAL && ratio("pull") >= GOAL,
    },
    machine,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
