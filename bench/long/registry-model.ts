/**
 * MINUTES (default 10) of random pushes, pulls, deletions, retention, undo, collection and scrub at once against a registry, with SEED (default 1): afterwards
 * every tag's history must have an order that explains it, no immutable tag may have stood for two images, and no pull may have met half an image.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runModel } from "../../src/registry/model.fixture.ts";
import { report } from "../support/report.ts";

const minutes = Number(process.env["MINUTES"] ?? 10);
const seed = Number(process.env["SEED"] ?? 1);
const folder = mkdtempSync(join(tmpdir(), "sw-registry-model-"));
// A second is twenty of its minutes: the grace of a push is twelve seconds, the time in the trash twenty-four.
const settings =
  'repositories: [{match: ["**"], retain: [{tags: ["pr-*"], keepLast: 1}]}]\ngc: {grace: 4h, delay: 30m}\ntrash: {keepFor: 8h}\n';
try {
  const { counts, wrong, collected } = await runModel({ folder, seed, forMs: minutes * 60_000, clients: 8, faster: 1200, settings });
  for (const line of wrong.slice(0, 50)) console.log(`WRONG: ${line}`);
  report(
    "registry-model",
    [
      {
        what: `${minutes} min, seed ${seed}`,
        figures: { ...counts, "manifests collected": collected.manifests, "files collected": collected.files, wrong: wrong.length },
      },
    ],
    {
      words: "nothing that must never happen happened",
      met: wrong.length === 0,
    },
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
