import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { exec } from "../../core/index.ts";
import { createDockerEngine } from "../../engine/index.ts";
import { watching } from "./counters.ts";
import { probeImage } from "./probe.ts";

const root = mkdtempSync(join(tmpdir(), "seaworthy-counters-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const ID = "4f".repeat(32);
const MEMORY = { stat: "anon 4000000\ninactive_file 1000000\ntotal_inactive_file 1000000\n" };

/** Folders as a machine shows them, whatever cgroups this one has. */
const machine = (name: string, files: Readonly<Record<string, string>>): string => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, name, path, ".."), { recursive: true });
    writeFileSync(join(root, name, path), text);
  }
  return join(root, name);
};

const V2 = `system.slice/docker-${ID}.scope`;
const V2_FILES = {
  "memory.current": "5000000\n",
  "memory.peak": "7000000\n",
  "memory.stat": MEMORY.stat,
  "pids.current": "7\n",
  "pids.peak": "9\n",
};

test.each([
  [
    "v2, by systemd",
    machine("v2", Object.fromEntries(Object.entries(V2_FILES).map(([file, text]) => [`${V2}/${file}`, text]))),
    `/cgroup/${V2}/memory.peak /cgroup/${V2}/pids.peak`,
  ],
  [
    "v2, by the engine itself",
    machine("v2fs", Object.fromEntries(Object.entries(V2_FILES).map(([file, text]) => [`docker/${ID}/${file}`, text]))),
    `/cgroup/docker/${ID}/memory.peak /cgroup/docker/${ID}/pids.peak`,
  ],
  [
    "v1",
    machine("v1", {
      [`memory/docker/${ID}/memory.usage_in_bytes`]: "5000000\n",
      [`memory/docker/${ID}/memory.stat`]: MEMORY.stat,
      [`pids/docker/${ID}/pids.current`]: "7\n",
    }),
    `/cgroup/memory/docker/${ID}/memory.max_usage_in_bytes /cgroup/pids/docker/${ID}/pids.peak`,
  ],
])("the kernel's counters of a container are found: cgroup %s", async (_, folder, peaks) => {
  // Two readings will do.
  const script = ["sh", "-c", watching(ID).replace("-lt 3000", "-lt 2")];
  const image = await probeImage(createDockerEngine());
  const { stdout } = await exec("docker", [
    "run",
    "--rm",
    "--network",
    "none",
    "-v",
    `${folder}:/cgroup:ro`,
    "--entrypoint",
    "/bin/busybox",
    image,
    ...script,
  ]);
  const [first, second] = stdout.split("\n");
  expect(first).toBe(`peaks ${peaks}`);
  expect(second).toBe("at 5000000 1000000 7");
});
